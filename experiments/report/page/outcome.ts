/**
 * The result: the verdict, the objectives, and each broken rule with links to the stories of the
 * payments.
 */
import type { RunRecord } from '../../record/run-record.js';
import type { Objective, RunVerdict, Violation } from '../../record/result.js';
import { count } from '../../../shared/format.js';
import { html, type Html, type Content } from '../../../shared/web/html.js';
import { formatFigure } from '../objective-figures.js';
import { figureColumn, htmlTable, wordColumn } from './table.js';

const VERDICTS: Record<RunVerdict, string> = {
  valid: 'Valid: no rule was broken.',
  invalid: 'Invalid: a rule was broken.',
  unknown: 'Unknown: the evidence is incomplete.',
};

/** Largest number of ids shown per rule; the others are counted. */
const MOST_IDS = 30;

const mark = (met: boolean): Html =>
  html`<span class="${met ? 'good' : 'bad'}">${met ? '✓ met' : '✗ missed'}</span>`;

export const verdictBadge = (verdict: RunVerdict): Html =>
  html`<span class="badge ${verdict}">${verdict}</span>`;

const objectiveRow = (objective: Objective): Content[] => [
  mark(objective.met),
  objective.name,
  formatFigure(objective, objective.target),
  formatFigure(objective, objective.actual),
];

export function outcomeSection(
  { result, systems, notes = [] }: RunRecord,
  anchorOf: ReadonlyMap<string, string>,
): Html {
  const { verdict, objectives, violations } = result;
  const missing = systems.flatMap((system) => system.missing);
  const missed = objectives.filter(({ met }) => !met).length;
  const reached =
    objectives.length === 0
      ? 'There are no objectives.'
      : `${objectives.length - missed} of ${objectives.length} objectives met.`;
  return html`<section id="outcome"><h2>Outcome</h2>
<p class="lead">${verdictBadge(verdict)} ${VERDICTS[verdict]} ${reached}</p>
${objectives.length === 0 ? null : htmlTable(null, [...wordColumn('', 'objective'), ...figureColumn('target', 'actual')], objectives.map(objectiveRow))}
${[...new Set(missing)].map((sentence) => html`<p class="warn">${sentence}</p>`)}
${notes.map((sentence) => html`<p class="quiet">${sentence}</p>`)}
${violations.length === 0 ? null : html`<h3>Rules broken</h3>`}
${ruleLines(violations, anchorOf)}
</section>`;
}

/** One line per rule, with the ids that it names. */
export const ruleLines = (
  rules: readonly Violation[],
  anchorOf: ReadonlyMap<string, string>,
): Content =>
  rules.map(
    ({ rule, ids }) =>
      html`<p class="ids"><b>${rule}</b> (${count(ids.length)}): ${idList(ids, anchorOf)}</p>`,
  );

/** Ids, each a link to its story where there is one. */
function idList(ids: readonly string[], anchorOf: ReadonlyMap<string, string>): Content {
  const links = ids.slice(0, MOST_IDS).map((id, index): Content => {
    const anchor = anchorOf.get(id);
    return [
      index > 0 && ', ',
      anchor === undefined
        ? html`<code>${id}</code>`
        : html`<a href="#${anchor}"><code>${id}</code></a>`,
    ];
  });
  return [
    links,
    ids.length > MOST_IDS && ` and ${count(ids.length - MOST_IDS)} more in journal.json`,
  ];
}
