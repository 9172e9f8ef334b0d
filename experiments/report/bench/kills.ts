/** The counts of the benchmarks of kills: for a terminal, a page and a pull request. Pure. */
import { BENCHMARK_KINDS } from '../../bench/benchmark.js';
import type { Summary } from '../../bench/figures.js';
import { html, type Content } from '../../../shared/web/html.js';
import { figureColumn, htmlTable, wordColumn } from '../page/table.js';
import { escapeMarkdown, markdownTable } from '../summary.js';
import { formatTable, formatWhole } from '../table.js';

const TITLE = BENCHMARK_KINDS.kills;
const COLUMNS = ['payments', 'kills', 'lost', 'doubled', 'not final'];
const NOTES = [
  'lost: no charge in the ledger of the gateway; doubled: more than one charge; not final: no final row at the end.',
  'Relevo sends its gateway a key for each payment, and no peer does. The times until the jobs of a dead worker are taken up are shortened for all peers.',
];

/** The counts of a row, as in `COLUMNS`. */
const countsOf = ({ payments, figures }: Summary): string[] =>
  [payments, figures.kills, figures.lost, figures.doubled, figures.open].map((value) =>
    formatWhole(value ?? NaN),
  );

/** In the order of the help. */
const killsOf = (all: readonly Summary[]): Summary[] => all.filter(({ kind }) => kind === 'kills');

export function killsTable(all: readonly Summary[]): string[] {
  const rows = killsOf(all).map((one) => [one.name, ...countsOf(one)]);
  return rows.length === 0 ? [] : ['', TITLE, formatTable(['', ...COLUMNS], rows)];
}

export function killsSection(all: readonly Summary[]): Content {
  const counted = killsOf(all);
  if (counted.length === 0) return null;
  const rows = counted.map((one): Content[] => [one.name, ...countsOf(one)]);
  return html`<section id="kills"><h2>${TITLE}</h2>
<ul class="plain">${counted.map(({ name, what }) => html`<li><b>${name}</b>: ${what}</li>`)}</ul>
${htmlTable(null, [...wordColumn(''), ...figureColumn(...COLUMNS)], rows)}
${NOTES.map((note) => html`<p class="quiet">${note}</p>`)}
</section>`;
}

export function killsMarkdown(all: readonly Summary[]): string[] {
  const rows = killsOf(all).map((one) => [escapeMarkdown(one.name), ...countsOf(one)]);
  if (rows.length === 0) return [];
  return [`**${TITLE}**`, '', ...markdownTable(['', ...COLUMNS], rows), '', ...NOTES, ''];
}
