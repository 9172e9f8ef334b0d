/**
 * The tables of the growth experiment, in 80 columns: cost per payment, memory, take-over by step,
 * reads. Pure.
 */
import type { Growth } from '../growth/growth-run.js';
import {
  cpuUsAPayment,
  sumOfSystem,
  ratePerSec,
  TAKE_OVER_STEPS,
  takeOverMs,
  type CostFigures,
  type DatabaseSize,
  type TakeOverFigures,
} from '../growth/figures.js';
import { goesThrough } from '../growth/reads.js';
import type { Memory } from '../system/processes-cost.js';
import type { ExperimentResult } from '../record/result.js';
import { percentile } from '../../shared/percentile.js';
import { count } from '../../shared/format.js';
import { formatTable, formatWhole, ms } from './table.js';
import { cut, verdictLines } from './verdict-lines.js';

export interface Sheet {
  title: string;
  header: readonly string[];
  rows: readonly (readonly string[])[];
}

const milliseconds = (value: number): string => (Number.isFinite(value) ? ms(value) : '–');
/** A column: its title, and its cell for a size. */
type SizeColumn<Figures> = readonly [title: string, toCell: (figures: Figures) => string];

/** A sheet with one row per size, which its first two columns name. */
const sizeSheet = <Figures extends DatabaseSize>(
  title: string,
  all: readonly Figures[],
  columns: readonly SizeColumn<Figures>[],
): Sheet => ({
  title,
  header: ['pending', 'finished', ...columns.map(([name]) => name)],
  rows: all.map((figures) => [
    count(figures.pending),
    figures.finished === 0 ? '–' : count(figures.finished),
    ...columns.map(([, toCell]) => toCell(figures)),
  ]),
});

type Rounds = 'drained' | 'accepted';
const rate = (rounds: Rounds): SizeColumn<CostFigures> => [
  'per s',
  (figures) => formatWhole(ratePerSec(figures[rounds])),
];
const cpu = (rounds: Rounds, ...roles: string[]): SizeColumn<CostFigures>[] =>
  roles.map((role) => [role, (figures) => formatWhole(cpuUsAPayment(figures[rounds])[role])]);
const allCpu: SizeColumn<CostFigures> = [
  'all µs',
  ({ drained }) => formatWhole(sumOfSystem(cpuUsAPayment(drained))),
];
const memory = (
  title: string,
  role = title,
  part: keyof Memory = 'peakMb',
): SizeColumn<CostFigures> => [title, (figures) => formatWhole(figures.memory[role]?.[part])];
const look = (title: string, share: number): SizeColumn<CostFigures> => [
  title,
  ({ drained }) =>
    milliseconds(
      percentile(
        drained.flatMap(({ looksMs }) => looksMs),
        share,
      ),
    ),
];

/** The roles of the processes whose cost per payment is shown. */
export const DRAIN_ROLES = ['leader', 'postgres', 'redis', 'patients'] as const;

export function growthSheets({ costs, takeOvers, reads, pages }: Growth): Sheet[] {
  return [
    sizeSheet('Drained: CPU µs per payment, by process', costs, [
      rate('drained'),
      allCpu,
      ...cpu('drained', ...DRAIN_ROLES),
    ]),
    sizeSheet('Accepted meanwhile, in batches of 200: CPU µs per payment', costs, [
      rate('accepted'),
      ...cpu('accepted', 'patients', 'postgres', 'redis'),
    ]),
    // PostgreSQL's own memory is private to its processes; its buffers are shared by them.
    sizeSheet('Peak memory, MB', costs, [
      ...['leader', 'standby', 'patients', 'redis'].map((role) => memory(role)),
      memory('pg private', 'postgres', 'privateMb'),
      memory('buffers', 'postgres', 'sharedMb'),
    ]),
    sizeSheet('Queries of the backlog and of overdue payments, ms', costs, [
      look('p50', 0.5),
      look('max', 1),
      [
        'at the end',
        ({ drained }) =>
          milliseconds(
            percentile(
              drained.map(({ lookAtEndMs }) => lookAtEndMs),
              1,
            ),
          ),
      ],
    ]),
    sizeSheet('Take-over, median ms', takeOvers, [
      ['n', ({ kills }) => String(kills.length)],
      ...TAKE_OVER_STEPS.map(([step, name]): SizeColumn<TakeOverFigures> => [
        name,
        (figures) => milliseconds(takeOverMs(figures, step)),
      ]),
      ['max', (figures) => milliseconds(takeOverMs(figures, 'totalMs', 1))],
    ]),
    {
      title: 'Reads, ms',
      header: ['read', 'p50', 'p95', 'in vain', 'pages', 'by'],
      rows: reads.map((read) => [
        `${goesThrough(read) ? '! ' : ''}${read.name}`,
        milliseconds(read.p50Ms),
        milliseconds(read.p95Ms),
        formatWhole(read.plan.inVain),
        formatWhole(read.plan.pages),
        read.failed ? `HTTP ${read.failed.status}` : (read.plan.ways[0] ?? '–'),
      ]),
    },
    {
      title: 'Pages of the console, ms',
      header: ['p50', 'p95', 'HTTP', 'path'],
      rows: pages.map(({ path, p50Ms, p95Ms, failed }) => [
        milliseconds(p50Ms),
        milliseconds(p95Ms),
        String(failed?.status ?? 200),
        path,
      ]),
    },
  ].filter(({ rows }) => rows.length > 0);
}

export function growthTable(
  growth: Growth,
  { verdict, violations, objectives }: ExperimentResult,
): string {
  const sheets = growthSheets(growth).flatMap(({ title, header, rows }) => [
    title,
    ...formatTable(header, rows).split('\n').map(cut),
    '',
  ]);
  return [
    ...sheets,
    ...verdictLines({ verdict, violations, objectives: [] }, []),
    ...objectives.map(({ name, target, actual, met }) =>
      cut(`${met ? 'Met' : 'Missed'}: ${name}: ${actual} (at most ${target})`),
    ),
  ].join('\n');
}
