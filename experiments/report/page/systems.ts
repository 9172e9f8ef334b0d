/**
 * The systems next to each other: availability with its intervals, the published figure, and the
 * gain of each tactic.
 */
import { gainOf, tollOf, type Toll } from '../facts/comparison.js';
import type { RunRecord } from '../../record/run-record.js';
import type { ExperimentResult } from '../../record/result.js';
import { isPublished, PUBLISHED_ROW } from '../beside-published.js';
import { availabilityChart, type ShareRow } from '../charts/availability-chart.js';
import { chance, count, milliseconds } from '../../../shared/format.js';
import { html, type Html, type Content } from '../../../shared/web/html.js';
import { percent } from '../table.js';
import { figureColumn, htmlTable, wordColumn } from './table.js';

type SystemResult = ExperimentResult['systems'][number];

const shareRow = ({ system, total }: SystemResult): ShareRow => ({
  name: system,
  share: total.availability,
  interval: total.wilson95,
});

interface Row extends SystemResult {
  toll: Toll;
}

function systemRow({ system, total, toll: { sent, inTime, lost, late } }: Row): Content[] {
  const {
    availability,
    wilson95: [low, high],
    latencyMs,
  } = total;
  const interval = `${percent(low)} – ${percent(high)}`;
  const counts = [
    count(sent),
    count(inTime),
    percent(availability),
    interval,
    count(lost),
    count(late),
  ];
  return [system, ...counts, milliseconds(latencyMs.p50), milliseconds(latencyMs.p99)];
}

function toPublishedRow(): Content[] {
  const {
    name,
    sent,
    succeeded,
    share,
    interval: [low, high],
  } = PUBLISHED_ROW;
  return [
    name,
    count(sent),
    count(succeeded),
    percent(share),
    `${percent(low)} – ${percent(high)}`,
    count(sent - succeeded),
    '–',
    '–',
    '–',
  ];
}

const formatSigned = (value: number, text: string): string =>
  `${value > 0 ? '+' : value < 0 ? '−' : '±'}${text}`;

function gainRow(from: Row, to: Row): Content[] {
  const { points, requests, test } = gainOf(from.toll, to.toll);
  const difference = [
    formatSigned(points, Math.abs(points).toFixed(3)),
    formatSigned(requests, count(Math.abs(requests))),
  ];
  return [`${from.system} → ${to.system}`, ...difference, `${chance(test.p)} (${test.method})`];
}

/** Each system against the previous one, then the last against the first. */
function gainRows(rows: readonly Row[]): Content[][] {
  const steps = rows.slice(1).map((row, index) => gainRow(rows[index] as Row, row));
  const [first, last] = [rows[0], rows.at(-1)];
  return first && last && rows.length > 2 ? [...steps, gainRow(first, last)] : steps;
}

function rowsOf({ result, systems }: RunRecord): Row[] {
  return result.systems.flatMap((measured) => {
    const evidence = systems.find(({ system }) => system === measured.system)?.evidence;
    return evidence ? [{ ...measured, toll: tollOf(evidence, measured.total) }] : [];
  });
}

const GAINS = [
  ...wordColumn('from → to'),
  ...figureColumn('points', 'requests', 'probability of such a difference by chance'),
];

/** Null when there is only one system and no published figure for it. */
export function systemsSection(journal: RunRecord): Html | null {
  const { result, systems } = journal;
  const measured = rowsOf(journal);
  if (measured.length < 2 && !isPublished(result)) return null;
  const beside = isPublished(result);
  const columns = [
    ...wordColumn('system'),
    ...figureColumn(
      'sent',
      'in time',
      'availability',
      '95 % interval',
      'lost',
      'late',
      'p50 ms',
      'p99 ms',
    ),
  ];
  return html`<section id="systems"><h2>${measured.length < 2 ? 'Published and measured' : 'Systems side by side'}</h2>
${measured.length < 2 ? null : html`<ul class="plain">${systems.map(({ system, what }) => html`<li><b>${system}</b>: ${what}</li>`)}</ul>`}
${availabilityChart([...(beside ? [PUBLISHED_ROW] : []), ...measured.map(shareRow)])}
${htmlTable(null, columns, [...(beside ? [toPublishedRow()] : []), ...measured.map(systemRow)])}
${measured.length < 2 ? null : htmlTable('Gain of each tactic', GAINS, gainRows(measured))}
<p class="quiet">Lost: no payment was made. Late: a payment was made, and its client was notified too late or not at all. Intervals: Wilson. Differences: Fisher’s
exact test, or the z-test where all counts are large.</p>
</section>`;
}
