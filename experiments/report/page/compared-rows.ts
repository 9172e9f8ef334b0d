/** The rows of one task of a published report, on the page of an experiment. */
import type { ComparedRow } from '../../balancer/rows.js';
import { html, type Content, type Html } from '../../../shared/web/html.js';
import { showAgreement } from '../compared-rows.js';
import { htmlTable, wordColumn } from './table.js';

const showMark = (row: ComparedRow): Content =>
  row.objective === null
    ? '–'
    : html`<span class="${row.objective.met ? 'good' : 'bad'}">${showAgreement(row)}</span>`;

const toCells = (row: ComparedRow): Content[] => [
  row.id,
  row.what,
  row.published,
  row.measured,
  row.rule ?? 'only shown',
  showMark(row),
];

/** The rows whose id begins with the number of the task. */
export const taskPart = (rows: readonly ComparedRow[], title: string, number: number): Html =>
  html`<h3>${number}. ${title}</h3>${htmlTable(
    null,
    wordColumn('row', 'task', 'published', 'measured', 'rule', 'agrees'),
    rows.filter(({ id }) => id.startsWith(`${number}.`)).map(toCells),
  )}`;
