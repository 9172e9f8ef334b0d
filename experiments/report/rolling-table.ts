/** The tables of the experiment rolling: each restart, and each kind of step. 80 columns. Pure. */
import { TEXT_WIDTH, wrap } from '../../shared/arguments/wrap.js';
import { count } from '../../shared/format.js';
import { percentile } from '../../shared/percentile.js';
import type { ExperimentResult } from '../record/result.js';
import type { RestartFigures, StepFigures } from '../rolling/figures.js';
import type { SessionFigures } from '../rolling/visitors.js';
import { sayLateness, type TrafficReport } from '../traffic/traffic-report.js';
import { formatTable, ms } from './table.js';
import { cut, violationLines } from './verdict-lines.js';

export interface RollingFigures {
  restarts: readonly RestartFigures[];
  sessions: SessionFigures;
  traffic: TrafficReport;
}

const LABELS = ['instance', 'standby', 'leader', 'monitor', 'gateway', 'balancer'] as const;

const seconds = (durationMs: number): string => (durationMs / 1_000).toFixed(1);

const findWorst = ({ steps }: RestartFigures): StepFigures | null =>
  steps.reduce<StepFigures | null>(
    (worst, step) => (worst === null || step.extraMs > worst.extraMs ? step : worst),
    null,
  );

function formatRestarts(restarts: readonly RestartFigures[]): string {
  const header = ['restart', 'took s', 'payments', 'failed', 'calm ms', 'extra ms', 'longest at'];
  const rows = restarts.map((figures, index) => [
    String(index + 1),
    seconds(figures.tookMs),
    count(figures.payments),
    String(figures.failed),
    ms(figures.calmExtraMs),
    ms(figures.extraMs),
    figures.problem ?? findWorst(figures)?.name ?? '–',
  ]);
  return formatTable(header, rows);
}

/** Per kind of step: its duration and the longest extra wait, over all restarts. */
function formatSteps(restarts: readonly RestartFigures[]): string {
  const steps = restarts.flatMap((figures) => figures.steps);
  const rows = LABELS.flatMap((label) => {
    const some = steps.filter((step) => step.label === label);
    if (some.length === 0) return [];
    const at = (valueOf: (step: StepFigures) => number, share: number): number =>
      percentile(some.map(valueOf), share);
    return [
      [
        label,
        String(some.length),
        ...[0.5, 1].map((share) => seconds(at(({ tookMs }) => tookMs, share))),
        ...[0.5, 1].map((share) => ms(at(({ extraMs }) => extraMs, share))),
      ],
    ];
  });
  return formatTable(['step', 'n', 'took s p50', 'max', 'longest extra wait ms p50', 'max'], rows);
}

const describeSessions = (figures: SessionFigures): string[] => [
  `Visitors: ${count(figures.views)} views, ${figures.failedViews} failed; longest ${ms(figures.longestViewMs)} ms`,
  `Flows: ${count(figures.flows)} from the identification to the exit pass, ${figures.failedFlows} failed; longest ${ms(figures.longestFlowMs)} ms`,
  `Sessions lost: ${figures.lostSessions}`,
];

export function rollingTable(
  { restarts, sessions, traffic }: RollingFigures,
  { systems, verdict, violations, objectives }: ExperimentResult,
): string {
  const total = systems[0]?.total;
  const lateness = sayLateness(traffic);
  return [
    formatRestarts(restarts).split('\n').map(cut).join('\n'),
    '',
    formatSteps(restarts),
    '',
    `Payments: ${count(total?.sent ?? 0)}, ${count(total?.withinDeadline ?? 0)} succeeded in time; longest ${ms(total?.latencyMs.max ?? 0)} ms`,
    ...describeSessions(sessions),
    ...sessions.problems.map((problem) => cut(`  ${problem}`)),
    ...(lateness === null ? [] : wrap(lateness, TEXT_WIDTH)),
    `Verdict: ${verdict}`,
    ...violationLines(violations, '  '),
    ...objectives.map(
      ({ name, target, actual, met }) =>
        `${met ? 'Met' : 'Missed'}: ${name}: ${actual} (must be ${target})`,
    ),
  ].join('\n');
}
