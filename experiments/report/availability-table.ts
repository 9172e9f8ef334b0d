/** The table of the availability experiment, with the published figures. */
import { TEXT_WIDTH, wrap } from '../../shared/arguments/wrap.js';
import { partKind } from '../planning/roles.js';
import type { SystemRecord } from '../record/run-record.js';
import { PUBLISHED_TOTAL, PUBLISHED_TRIALS } from './published.js';
import type { ExperimentResult, Handover, Trial } from '../record/result.js';
import { percentile } from '../../shared/percentile.js';
import type { TrafficMode } from '../traffic/traffic-report.js';
import { generatorLines } from './generator-lines.js';
import { formatTable, ms, percent } from './table.js';
import { verdictLines } from './verdict-lines.js';

const formatPublished = (row: { sent: number; succeeded: number } | undefined): string =>
  row ? `${row.succeeded}/${row.sent}` : '–';

function row(
  name: string,
  trial: Trial,
  published: { sent: number; succeeded: number } | undefined,
): string[] {
  const { p50, p95, p99, max } = trial.latencyMs;
  const kept = `${trial.withinDeadline}/${trial.sent}`;
  const figures = [p50, p95, p99, max].map(ms);
  return [
    name,
    kept,
    percent(trial.availability),
    formatPublished(published),
    ...figures,
    String(trial.handovers.length),
  ];
}

function handoverLines(handovers: readonly Handover[]): string[] {
  const rows = (
    ['detectMs', 'voteMs', 'promoteMs', 'reclaimMs', 'firstCommitMs', 'totalMs'] as const
  ).flatMap((step) => {
    const samples = handovers.flatMap((handover) => handover[step] ?? []);
    if (samples.length === 0) return [];
    const name = {
      detectMs: 'detect',
      voteMs: 'vote',
      promoteMs: 'promote',
      reclaimMs: 'reclaim',
      firstCommitMs: 'first commit',
      totalMs: 'fault → commit',
    }[step];
    return [
      [
        name,
        String(samples.length),
        ...[0.5, 0.95, 1].map((share) => ms(percentile(samples, share))),
      ],
    ];
  });
  return rows.length === 0
    ? []
    : ['', formatTable(['hand-over, ms', 'n', 'p50', 'p95', 'max'], rows)];
}

/** `30 replicas`, and the instances where some failed. */
function formatFailed(faults: Trial['faults']): string {
  const instances = faults.filter(({ target }) => partKind(target) === 'patients').length;
  const replicas = `${faults.length - instances} replicas`;
  return instances === 0 ? replicas : `${replicas} and ${instances} instances`;
}

export function availabilityTable(
  result: ExperimentResult,
  { missing, evidence }: Pick<SystemRecord, 'missing' | 'evidence'>,
  mode: TrafficMode,
): string {
  const relevo = result.systems[0] as ExperimentResult['systems'][number];
  // The published figures are shown only next to a trial with the same number of requests.
  const alike = (trial: Trial, published: { sent: number } | undefined): boolean =>
    trial.sent === published?.sent;
  const rows = relevo.trials.map((trial, index) => {
    const published = PUBLISHED_TRIALS[index];
    return row(String(index + 1), trial, alike(trial, published) ? published : undefined);
  });
  const total = row(
    'total',
    relevo.total,
    alike(relevo.total, PUBLISHED_TOTAL) ? PUBLISHED_TOTAL : undefined,
  );
  const [low, high] = relevo.total.wilson95;
  const errors = Object.entries(relevo.total.errors).map(([code, count]) => `${code} ${count}`);
  return [
    formatTable(
      [
        'trial',
        'in time',
        'availability',
        'published',
        'p50 ms',
        'p95',
        'p99',
        'max',
        'hand-overs',
      ],
      [...rows, total],
    ),
    '',
    `95 % Wilson interval ${percent(low)} to ${percent(high)}; published ${percent(PUBLISHED_TOTAL.succeeded / PUBLISHED_TOTAL.sent)}`,
    ...wrap(
      `${formatFailed(relevo.total.faults)} failed · errors: ${errors.length === 0 ? 'none' : errors.join(', ')}`,
      TEXT_WIDTH,
      { indent: '  ' },
    ),
    ...generatorLines(evidence.requests, mode),
    ...handoverLines(relevo.total.handovers),
    '',
    ...verdictLines(result, missing),
  ].join('\n');
}
