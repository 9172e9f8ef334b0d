/**
 * The hand-overs of a system: durations by kind, their steps, and each hand-over with its reason.
 */
import type { RecordedElection } from '../../record/history.js';
import type { Handover } from '../../record/result.js';
import { percentile } from '../../../shared/percentile.js';
import { handoverHistogram } from '../charts/handover-histogram.js';
import { stepsChart } from '../charts/steps-chart.js';
import {
  byKind,
  HANDOVER_STEPS,
  type HandoverSamples,
  type HandoverStep,
} from '../facts/handover-figures.js';
import { getLeaderlessMs, toLeaderlessSteps } from '../../../shared/core/leaderless.js';
import { count, duration, milliseconds } from '../../../shared/format.js';
import { html, type Html, type Content } from '../../../shared/web/html.js';
import { figureColumn, foldTable, htmlTable, wordColumn } from './table.js';

/** Largest number of elections in the table; history.ndjson has all of them. */
const MOST_ELECTIONS = 200;

const at = ({ samples }: HandoverSamples, step: HandoverStep, share: number): string =>
  milliseconds(percentile(samples[step], share));

const totalRow = (kind: HandoverSamples): Content[] => [
  kind.kind,
  count(kind.count),
  ...[0.5, 0.95, 0.99, 1].map((share) => at(kind, 'totalMs', share)),
];

const stepRow = (kind: HandoverSamples): Content[] => [
  kind.kind,
  ...HANDOVER_STEPS.map(([step]) => `${at(kind, step, 0.5)} / ${at(kind, step, 0.99)}`),
];

function electionRow(election: RecordedElection, originMs: number): Content[] {
  const { term, leader, previousLeader, kind, reason, electedMs, workedMs = null } = election;
  const steps = toLeaderlessSteps({ ...election, workedMs });
  const leaderlessMs = previousLeader === null ? null : getLeaderlessMs(steps);
  return [
    term,
    duration(electedMs - originMs),
    `${previousLeader ?? '–'} → ${leader}`,
    kind,
    reason,
    leaderlessMs === null ? '–' : milliseconds(leaderlessMs),
  ];
}

function electionTable(elections: readonly RecordedElection[], originMs: number): Html {
  const shown = elections.slice(0, MOST_ELECTIONS);
  const columns = [
    ...figureColumn('term', 'at'),
    ...wordColumn('leader', 'kind', 'reason'),
    ...figureColumn('without a leader, ms'),
  ];
  const more = elections.length - shown.length;
  return html`${htmlTable(
    null,
    columns,
    shown.map((election) => electionRow(election, originMs)),
  )}
${more > 0 && html`<p class="quiet">${count(more)} more in history.ndjson.</p>`}`;
}

export function handoversPart(
  handovers: readonly Handover[],
  elections: readonly RecordedElection[],
  originMs: number,
): Html | null {
  const kinds = byKind(handovers);
  const list =
    elections.length === 0
      ? null
      : foldTable(
          `Every election (${count(elections.length)})`,
          electionTable(elections, originMs),
        );
  if (kinds.length === 0) return list;
  return html`<h3>Hand-overs</h3>
<p>From the fault to the first commit under the next term, by kind. Each histogram has its own height; the axis is logarithmic.</p>
${handoverHistogram(kinds)}
${htmlTable('Fault → first commit, ms', [...wordColumn('kind'), ...figureColumn('n', 'p50', 'p95', 'p99', 'max')], kinds.map(totalRow))}
${stepsChart(kinds)}
${htmlTable('Steps, ms: p50 / p99', [...wordColumn('kind'), ...figureColumn(...HANDOVER_STEPS.map(([, name]) => name))], kinds.map(stepRow))}
${list}`;
}
