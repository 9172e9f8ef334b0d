/**
 * The page of the bench: result, a chart and a table per kind, the cost of a payment, latencies,
 * and a description of the peers.
 */
import { BENCHMARK_KINDS, type BenchmarkKind } from '../../bench/benchmark.js';
import type { BenchFacts, PeerFacts } from '../../bench/facts.js';
import { rateRatio, type Summary } from '../../bench/figures.js';
import { PROCESS_PARTS } from '../../bench/usage.js';
import type { RunRecord } from '../../record/run-record.js';
import { count, milliseconds } from '../../../shared/format.js';
import { html, type Content } from '../../../shared/web/html.js';
import { pageHead } from '../page/head.js';
import { outcomeSection } from '../page/outcome.js';
import { htmlPage } from '../page/page.js';
import { figureColumn, foldTable, htmlTable, wordColumn } from '../page/table.js';
import { costChart } from './cost-chart.js';
import { rateChart } from './rate-chart.js';
import { killsSection } from './kills.js';
import { ofKind, RATE_KINDS, yardstickOf } from './table.js';
import { formatTenth, formatWhole } from '../table.js';

function kindSection(kind: BenchmarkKind, all: readonly Summary[]): Content {
  const alike = ofKind(kind, all);
  if (alike.length === 0) return null;
  const yardstick = yardstickOf(kind, all);
  const measures = [
    'payments/s',
    'lowest – highest',
    '×',
    'payments',
    'CPU, µs per payment',
    'worker, MB',
    'PostgreSQL, MB',
  ];
  const columns = [...wordColumn(''), ...figureColumn(...measures)];
  const rows = alike.map((one): Content[] => [
    one.name,
    formatWhole(one.rate.median),
    `${formatWhole(one.rate.min)} – ${formatWhole(one.rate.max)}`,
    formatTenth(rateRatio(one, yardstick)),
    count(one.payments),
    formatWhole(one.cpuMicrosTotal),
    formatWhole(one.peakMb.worker ?? NaN),
    formatWhole(one.peakMb.postgres ?? NaN),
  ]);
  return html`<section id="${kind}"><h2>${BENCHMARK_KINDS[kind]}</h2>
${rateChart(alike, yardstick)}
<ul class="plain">${alike.map(({ name, what }) => html`<li><b>${name}</b>: ${what}</li>`)}</ul>
${htmlTable(null, columns, rows)}
${yardstick ? html`<p class="quiet">×: multiples of ${yardstick.name}'s median.</p>` : null}
</section>`;
}

function costSection(all: readonly Summary[]): Content {
  const ordered = RATE_KINDS.flatMap((kind) => ofKind(kind, all));
  if (ordered.length === 0) return null;
  const rows = ordered.map(({ name, cpuMicros, cpuMicrosTotal }): Content[] => [
    name,
    ...PROCESS_PARTS.map((part) => formatWhole(cpuMicros[part] ?? NaN)),
    formatWhole(cpuMicrosTotal),
  ]);
  return html`<section id="cost"><h2>Cost of a payment</h2>
<p>CPU time, user and system, of every process with its children. A busy machine affects this figure least.</p>
${costChart(ordered)}
${htmlTable('µs per payment, medians', [...wordColumn(''), ...figureColumn(...PROCESS_PARTS, 'all but the generator')], rows)}
<p class="quiet">Front: the process that accepts payments (Relevo: patients; a peer: its producer). Others: the monitor and the standbys.</p>
</section>`;
}

function latencySection(all: readonly Summary[]): Content {
  const rows = all.flatMap(({ name, latencies }) =>
    Object.entries(latencies).map(([of, { p50, p95, p99 }]): Content[] => [
      name,
      of,
      ...[p50, p95, p99].map(({ median }) => milliseconds(median)),
      `${milliseconds(p99.min)} – ${milliseconds(p99.max)}`,
    ]),
  );
  if (rows.length === 0) return null;
  return html`<section id="latency"><h2>Latency</h2>
${htmlTable('ms, medians of the rounds', [...wordColumn('', 'of'), ...figureColumn('p50', 'p95', 'p99', 'p99, lowest – highest')], rows)}
<p class="quiet">Open loop: from the due time of a request, independent of the others. Closed loop: from the send time.</p>
</section>`;
}

const list = (title: string, lines: readonly string[]): Content =>
  lines.length > 0 &&
  html`<h3>${title}</h3><ul>${lines.map((line) => html`<li>${line}</li>`)}</ul>`;

const peerPart = ({ name, what, packages, settings, recovery, lacks }: PeerFacts): Content =>
  foldTable(name, [
    html`<p>${what}. ${Object.entries(packages)
      .map(([each, version]) => `${each} ${version}`)
      .join(', ')}</p>`,
    list('Missing features', lacks),
    list('Settings', settings),
    list('After a kill of its worker, in the benchmark of kills', [recovery]),
  ]);

export function benchPage(
  journal: RunRecord,
  all: readonly Summary[],
  { peers }: BenchFacts,
): string {
  const { name, seed, verdict } = journal.result;
  return htmlPage(`${name}, seed ${seed}: ${verdict}`, [
    pageHead(journal),
    html`<main>${outcomeSection(journal, new Map())}
${RATE_KINDS.map((kind) => kindSection(kind, all))}
${killsSection(all)}
${costSection(all)}
${latencySection(all)}
${peers.length > 0 && html`<section id="peers"><h2>The peers: description, settings, missing features</h2>${peers.map(peerPart)}</section>`}</main>`,
    html`<footer><p>All figures are in bench.json next to this page; trials.csv has one line per measurement. Ratios are of medians.</p></footer>`,
  ]).toString();
}
