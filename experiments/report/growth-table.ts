/**
 * The tables of the growth experiment, in 80 columns: cost per payment, memory, take-over by step,
 * reads. Pure.
 */
import type { Growth } from '../growth/growth-run.js';
import {
  cpuUsAPayment,
  ofSystem,
  ratePerSec,
  TAKE_OVER_STEPS,
  takeOverMs,
  type CostFigures,
  type DatabaseSize,
} from '../growth/figures.js';
import { goesThrough } from '../growth/reads.js';
import type { ExperimentResult } from '../record/result.js';
import { percentile } from '../statistics/statistics.js';
import { count } from './format.js';
import { formatTable, ms } from './table.js';
import { violationLines } from './verdict-lines.js';

export interface Sheet {
  title: string;
  header: readonly string[];
  rows: readonly (readonly string[])[];
}

const whole = (value: number | undefined): string =>
  value === undefined || !Number.isFinite(value) ? '–' : count(Math.round(value));
const milliseconds = (value: number): string => (Number.isFinite(value) ? ms(value) : '–');
const sizeOf = ({ pending, finished }: DatabaseSize): string[] => [
  count(pending),
  finished === 0 ? '–' : count(finished),
];

const PARTS = ['leader', 'postgres', 'redis', 'patients'] as const;

export function growthSheets({ costs, takeOvers, reads }: Growth): Sheet[] {
  const drained = costs.map((figures) => {
    const cpu = cpuUsAPayment(figures.drained);
    return [
      ...sizeOf(figures),
      whole(ratePerSec(figures.drained)),
      whole(ofSystem(cpu)),
      ...PARTS.map((part) => whole(cpu[part])),
    ];
  });
  const accepted = costs.map((figures) => {
    const cpu = cpuUsAPayment(figures.accepted);
    return [
      ...sizeOf(figures),
      whole(ratePerSec(figures.accepted)),
      ...['patients', 'postgres', 'redis'].map((part) => whole(cpu[part])),
    ];
  });
  return [
    {
      title: 'Drained: CPU µs per payment, by process',
      header: ['pending', 'finished', 'per s', 'all µs', ...PARTS],
      rows: drained,
    },
    {
      title: 'Accepted meanwhile, in batches of 200: CPU µs per payment',
      rows: accepted,
      header: ['pending', 'finished', 'per s', 'patients', 'postgres', 'redis'],
    },
    {
      title: 'Peak memory, MB',
      header: ['pending', 'finished', ...MEMORY.map(([name]) => name)],
      rows: costs.map(memoryRow),
    },
    {
      title: 'Queries of the backlog and of overdue payments, ms',
      header: ['pending', 'finished', 'p50', 'max', 'at the end'],
      rows: costs.map((figures) => [...sizeOf(figures), ...looksOf(figures)]),
    },
    {
      title: 'Take-over, median ms',
      header: ['pending', 'finished', 'n', ...TAKE_OVER_STEPS.map(([, name]) => name), 'max'],
      rows: takeOvers.map((figures) => [
        ...sizeOf(figures),
        String(figures.kills.length),
        ...TAKE_OVER_STEPS.map(([step]) => milliseconds(takeOverMs(figures, step))),
        milliseconds(takeOverMs(figures, 'totalMs', 1)),
      ]),
    },
    {
      title: 'Reads, ms',
      header: ['read', 'p50', 'p95', 'in vain', 'pages', 'by'],
      rows: reads.map((read) => [
        `${goesThrough(read) ? '! ' : ''}${read.name}`,
        milliseconds(read.p50Ms),
        milliseconds(read.p95Ms),
        whole(read.plan.inVain),
        whole(read.plan.pages),
        read.failed ? `HTTP ${read.failed.status}` : (read.plan.ways[0] ?? '–'),
      ]),
    },
  ].filter(({ rows }) => rows.length > 0);
}

/** PostgreSQL's own memory is private to its processes; its buffers are shared by them. */
const MEMORY: readonly (readonly [
  string,
  (memory: CostFigures['memory']) => number | undefined,
])[] = [
  ['leader', ({ leader }) => leader?.peakMb],
  ['standby', ({ standby }) => standby?.peakMb],
  ['patients', ({ patients }) => patients?.peakMb],
  ['redis', ({ redis }) => redis?.peakMb],
  ['pg private', ({ postgres }) => postgres?.privateMb],
  ['buffers', ({ postgres }) => postgres?.sharedMb],
];

const memoryRow = (figures: CostFigures): string[] => [
  ...sizeOf(figures),
  ...MEMORY.map(([, of]) => whole(of(figures.memory))),
];

function looksOf({ drained }: CostFigures): string[] {
  const looks = drained.flatMap(({ looksMs }) => looksMs);
  const last = drained.map(({ lookAtEndMs }) => lookAtEndMs);
  return [
    ...[0.5, 1].map((share) => milliseconds(percentile(looks, share))),
    milliseconds(percentile(last, 1)),
  ];
}

const cut = (line: string): string => (line.length > 80 ? `${line.slice(0, 79)}…` : line);

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
    `Verdict: ${verdict}`,
    ...violationLines(violations, '  '),
    ...objectives.map(({ name, target, actual, met }) =>
      cut(`${met ? 'Met' : 'Missed'}: ${name}: ${actual} (at most ${target})`),
    ),
  ].join('\n');
}
