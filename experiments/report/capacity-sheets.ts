/** The tables of the experiment capacity, for the terminal and for its pages. Pure. */
import { count, milliseconds } from '../../shared/format.js';
import { countForeignCores, OTHER_PROGRAMS, type Bottleneck } from '../capacity/bottleneck.js';
import { ACTIVITIES } from '../capacity/database-use.js';
import type { RoundPoint, SearchEnd, SystemFigures } from '../capacity/figures.js';
import type { ProcessUse } from '../capacity/process-use.js';
import type { CapacityStep } from '../capacity/run-step.js';
import { BASELINE } from '../capacity/systems.js';
import { countFailed } from '../load/figures.js';
import { REQUESTS_PER_USER } from '../load/levels.js';
import { describeErrors } from '../load/objectives.js';
import type { Sheet } from './growth-table.js';
import { formatTenth } from './table.js';

export interface CapacitySheet extends Sheet {
  /** Number of columns with words, at the left. */
  words: number;
}

const percentOf = (share: number): string =>
  Number.isFinite(share) ? String(Math.round(share * 100)) : '–';

/** `≥` when the system may have more. */
const sign = (ends: readonly SearchEnd[]): string =>
  ends.every((end) => end === 'found') ? '' : '≥ ';

const ratio = (value: number | undefined): string => (value === undefined ? '–' : value.toFixed(2));

/** The round of the median; of two, the lower one. */
function toMedianPoint({ points, perSec: { median } }: SystemFigures): RoundPoint | null {
  const distance = ({ perSec }: RoundPoint): number => Math.abs(perSec - median);
  return points.reduce<RoundPoint | null>(
    (best, point) => (best && distance(best) <= distance(point) ? best : point),
    null,
  );
}

/** The steps on both sides of the limit in the round of the median. */
const toLimitSteps = (figures: SystemFigures): CapacityStep[] => {
  const { passed = null, notPassed = null } = toMedianPoint(figures) ?? {};
  return [passed, notPassed].flatMap((step) => step ?? []);
};

function pointSheet(all: readonly SystemFigures[]): CapacitySheet {
  return {
    title: `Saturation points, and their ratio to ${BASELINE}`,
    header: ['system', 'users/s', 'lowest–highest', 'ratio', 'lowest–highest', 'requests/s'],
    words: 1,
    rows: all.map(({ system, points, perSec, ratio: times }) => [
      system,
      `${sign(points.map(({ end }) => end))}${formatTenth(perSec.median)}`,
      `${formatTenth(perSec.min)}–${formatTenth(perSec.max)}`,
      ratio(times?.median),
      times ? `${ratio(times.min)}–${ratio(times.max)}` : '–',
      count(Math.round(perSec.median * REQUESTS_PER_USER)),
    ]),
  };
}

/** One row per step on a side of the limit; the name of a system is in its first row. */
const limitRows = (
  all: readonly SystemFigures[],
  toCells: (step: CapacityStep) => string[],
): string[][] =>
  all.flatMap((figures) =>
    toLimitSteps(figures).map((step, index) => [
      index === 0 ? figures.system : '',
      formatTenth(step.perSec),
      ...toCells(step),
    ]),
  );

const limitSheet = (all: readonly SystemFigures[]): CapacitySheet => ({
  title: 'Both sides of the limit, in the round of the median',
  header: ['system', 'users/s', 'step', 'done %', 'median', 'p95 ms', 'p99 ms', 'late ms'],
  words: 1,
  rows: limitRows(all, ({ outcome, requests, completed, latencyMs, generatorLateMs }) => [
    outcome,
    ((completed / requests) * 100).toFixed(2),
    ...[latencyMs.median, latencyMs.p95, latencyMs.p99, generatorLateMs].map(milliseconds),
  ]),
});

const lifeSheet = (all: readonly SystemFigures[]): CapacitySheet => ({
  title: 'Life of a payment, mean ms, and pending payments',
  header: ['system', 'users/s', 'accept', 'process', 'gateway', 'answer', 'pending', 'most'],
  words: 1,
  rows: limitRows(all, ({ life, database: { pending } }) => [
    ...[life?.acceptMs, life?.processMs, life?.gatewayMs, life?.answerMs].map((value = NaN) =>
      milliseconds(value),
    ),
    formatTenth(pending.mean),
    count(pending.most),
  ]),
});

const databaseSheet = (all: readonly SystemFigures[]): CapacitySheet => ({
  title: 'PostgreSQL: commits, and busy backends by their wait',
  header: ['system', 'users/s', 'commits/s', ...ACTIVITIES],
  words: 1,
  rows: limitRows(all, ({ database: { commitsPerSec, backends } }) => [
    formatTenth(commitsPerSec),
    ...ACTIVITIES.map((activity) => backends[activity].toFixed(2)),
  ]),
});

const findUse = (step: CapacityStep | null, name: string): ProcessUse | undefined =>
  step?.machine.processes.find((use) => use.name === name);

/** The processes of both sides, with the figures beyond the limit where they exist. */
function processRows(figures: SystemFigures): string[][] {
  const { passed = null, notPassed = null } = toMedianPoint(figures) ?? {};
  const names = (passed ?? notPassed)?.machine.processes.map(({ name }) => name) ?? [];
  const rows = names.map((name) => {
    const [below, beyond] = [findUse(passed, name), findUse(notPassed, name)];
    const shown = beyond ?? below;
    return [
      name,
      percentOf(below?.share ?? NaN),
      percentOf(beyond?.share ?? NaN),
      percentOf(shown?.isNode ? shown.mainShare : NaN),
      percentOf(shown?.isNode ? shown.mainWaitShare : NaN),
    ];
  });
  const outside = (step: CapacityStep | null): string =>
    percentOf(step ? countForeignCores(step.machine) : NaN);
  const all = (step: CapacityStep | null): string => percentOf(step?.machine.busyCores ?? NaN);
  return [
    ...rows,
    [OTHER_PROGRAMS, outside(passed), outside(notPassed), '–', '–'],
    ['the machine', all(passed), all(notPassed), '–', '–'],
  ].map((row, index) => [index === 0 ? figures.system : '', ...row]);
}

const processSheet = (all: readonly SystemFigures[]): CapacitySheet => ({
  title: 'CPU by process below and beyond the limit, % of one core',
  header: ['system', 'process', 'below', 'beyond', 'main thread', 'it waited'],
  words: 2,
  rows: all.flatMap(processRows),
});

export const capacitySheets = (all: readonly SystemFigures[]): CapacitySheet[] => [
  pointSheet(all),
  limitSheet(all),
  processSheet(all),
  lifeSheet(all),
  databaseSheet(all),
];

/** The failed requests of the steps on both sides of the limit; a step without any has no line. */
export const errorLines = (all: readonly SystemFigures[]): string[] =>
  all.flatMap((figures) =>
    toLimitSteps(figures)
      .filter((step) => countFailed(step) > 0)
      .map(
        (step) =>
          `Failed requests of ${figures.system} at ${formatTenth(step.perSec)} users/s: ${describeErrors(step)}.`,
      ),
  );

const describe = ({ kind, name }: Bottleneck): string => {
  if (kind === 'event loop') return `the event loop of ${name}`;
  if (kind === 'machine') return `the machine, most of it ${name}`;
  return {
    generator: 'the generator of the lab, not the system',
    commits: 'the commits of PostgreSQL (WAL)',
    locks: 'locks in PostgreSQL',
    disk: 'the disk of PostgreSQL',
    processing: 'the queue and the leader',
    acceptance: 'the acceptance of payments',
    answer: 'the way from the outcome to the answer',
    gateway: 'the gateway',
    unknown: 'unknown',
  }[kind];
};

/** One sentence for each bottleneck of a system, with its number of rounds. */
export const bottleneckLines = (all: readonly SystemFigures[]): string[] =>
  all.flatMap(({ system, points, bottlenecks }) =>
    bottlenecks.map(
      ({ bottleneck, rounds }) =>
        `Next bottleneck of ${system} (${rounds} of ${points.length} rounds): ${describe(bottleneck)}. ${bottleneck.evidence}`,
    ),
  );
