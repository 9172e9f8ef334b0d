/**
 * The hand-overs of a system: durations by kind, their steps, and each hand-over with its reason.
 */
import type { ElectionRow } from '../../record/history.js';
import type { Handover } from '../../record/result.js';
import { percentile } from '../../statistics/statistics.js';
import { handoverHistogram } from '../charts/handover-histogram.js';
import { stepsChart } from '../charts/steps-chart.js';
import { byKind, STEPS, type HandoverKind, type Step } from '../facts/handover-figures.js';
import { count, duration, milliseconds } from '../format.js';
import { markup, type Markup, type Part } from '../markup.js';
import { figures, folded, table, words } from './table.js';

/** Largest number of elections in the table; history.ndjson has all of them. */
const MOST_ELECTIONS = 200;

const at = ({ samples }: HandoverKind, step: Step, share: number): string =>
  milliseconds(percentile(samples[step], share));

const totalRow = (kind: HandoverKind): Part[] => [
  kind.kind,
  count(kind.count),
  ...[0.5, 0.95, 0.99, 1].map((share) => at(kind, 'totalMs', share)),
];

const stepRow = (kind: HandoverKind): Part[] => [
  kind.kind,
  ...STEPS.map(([step]) => `${at(kind, step, 0.5)} / ${at(kind, step, 0.99)}`),
];

function electionRow(election: ElectionRow, originMs: number): Part[] {
  const { term, leader, previousLeader, kind, reason, electedMs, suspectedMs, firstCommitMs } =
    election;
  const since =
    suspectedMs === null || firstCommitMs === null
      ? '–'
      : milliseconds(firstCommitMs - suspectedMs);
  return [
    term,
    duration(electedMs - originMs),
    `${previousLeader ?? '–'} → ${leader}`,
    kind,
    reason,
    since,
  ];
}

function electionTable(elections: readonly ElectionRow[], originMs: number): Markup {
  const shown = elections.slice(0, MOST_ELECTIONS);
  const columns = [
    ...figures('term', 'at'),
    ...words('leader', 'kind', 'reason'),
    ...figures('suspicion → commit, ms'),
  ];
  const more = elections.length - shown.length;
  return markup`${table(
    null,
    columns,
    shown.map((election) => electionRow(election, originMs)),
  )}
${more > 0 && markup`<p class="quiet">${count(more)} more in history.ndjson.</p>`}`;
}

export function handoversPart(
  handovers: readonly Handover[],
  elections: readonly ElectionRow[],
  originMs: number,
): Markup | null {
  const kinds = byKind(handovers);
  const list =
    elections.length === 0
      ? null
      : folded(`Every election (${count(elections.length)})`, electionTable(elections, originMs));
  if (kinds.length === 0) return list;
  return markup`<h3>Hand-overs</h3>
<p>From the fault to the first commit under the next term, by kind. Each histogram has its own height; the axis is logarithmic.</p>
${handoverHistogram(kinds)}
${table('Fault → first commit, ms', [...words('kind'), ...figures('n', 'p50', 'p95', 'p99', 'max')], kinds.map(totalRow))}
${stepsChart(kinds)}
${table('Steps, ms: p50 / p99', [...words('kind'), ...figures(...STEPS.map(([, name]) => name))], kinds.map(stepRow))}
${list}`;
}
