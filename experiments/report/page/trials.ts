/** The trials of a system, next to the published ones where those exist, and its errors by code. */
import { PUBLISHED_TOTAL, PUBLISHED_TRIALS } from '../published.js';
import type { Trial } from '../../record/result.js';
import type { SystemFacts } from '../facts/system-facts.js';
import { count, milliseconds } from '../../../shared/format.js';
import { html, type Html, type Content } from '../../../shared/web/html.js';
import { percent } from '../table.js';
import { figureColumn, htmlTable, wordColumn } from './table.js';

type Published = { sent: number; succeeded: number } | undefined;

/** The published figures are shown only next to a trial with the same number of requests. */
const formatPublished = (trial: Trial, published: Published): string =>
  published && published.sent === trial.sent
    ? `${count(published.succeeded)} / ${count(published.sent)}`
    : '–';

function trialRow(name: string, trial: Trial, published: Published, beside: boolean): Content[] {
  const { p50, p95, p99, max } = trial.latencyMs;
  return [
    name,
    `${count(trial.withinDeadline)} / ${count(trial.sent)}`,
    percent(trial.availability),
    ...(beside ? [formatPublished(trial, published)] : []),
    ...[p50, p95, p99, max].map(milliseconds),
    count(trial.faults.length),
    count(trial.handovers.length),
  ];
}

/** Null: a single trial is the same as the total. */
export function trialsPart({ result: { trials, total }, beside }: SystemFacts): Html | null {
  if (trials.length < 2 && !beside) return null;
  const shares = ['in time', 'availability', ...(beside ? ['published'] : [])];
  const columns = [
    ...wordColumn('trial'),
    ...figureColumn(...shares, 'p50 ms', 'p95', 'p99', 'max', 'faults', 'hand-overs'),
  ];
  const rows = trials.map((trial, index) =>
    trialRow(String(index + 1), trial, PUBLISHED_TRIALS[index], beside),
  );
  return html`<h3>Trials</h3>${htmlTable(null, columns, [...rows, trialRow('total', total, PUBLISHED_TOTAL, beside)])}`;
}

export function errorsPart({ result: { total } }: SystemFacts): Html {
  const errors = Object.entries(total.errors).sort(([, a], [, b]) => b - a);
  if (errors.length === 0) return html`<h3>Errors</h3><p>No request ended with an error.</p>`;
  const most = errors[0]?.[1] ?? 1;
  const bar = (value: number): Html =>
    html`<span class="bar" style="width:${((value / most) * 100).toFixed(1)}%"></span>`;
  const rows = errors.map(([code, value]) => [
    html`<code>${code}</code>`,
    count(value),
    percent(value / total.sent),
    bar(value),
  ]);
  return html`<h3>Errors</h3>${htmlTable(null, [...wordColumn('code'), ...figureColumn('requests', 'of all'), ...wordColumn('')], rows)}`;
}
