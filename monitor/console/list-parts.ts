/**
 * Parts of the pages with filters and rows: fields that keep their values, and a table whose rows
 * are blocks on a phone.
 */
import { html, type Html } from '../../shared/web/html.js';

export type Values = Readonly<Record<string, unknown>>;
const getGiven = (values: Values, name: string): string => {
  const value = values[name];
  return typeof value === 'string' ? value : '';
};

export const textField = (values: Values, name: string, label: string, type = 'search'): Html =>
  html`<label>${label} <input type="${type}" name="${name}" value="${getGiven(values, name)}" maxlength="200"></label>`;

export const selectField = (
  values: Values,
  name: string,
  label: string,
  options: readonly string[],
): Html =>
  html`<label>${label} <select name="${name}">${['', ...options].map(
    (option) =>
      html`<option value="${option}"${option === getGiven(values, name) ? html` selected` : null}>${option || 'all'}</option>`,
  )}</select></label>`;

/** The heading of a column, and whether the column is numeric. */
type Head = string | { readonly number: string };
export type RowCell = Html | string | number;

const getWords = (head: Head): string => (typeof head === 'string' ? head : head.number);
const numberClass = (head: Head): Html | null =>
  typeof head === 'string' ? null : html` class="n"`;

/** On a phone a row is a block, and each cell has a label. */
const makeCells = (heads: readonly Head[], cells: readonly RowCell[]): Html[] =>
  cells.map(
    (cell, index) =>
      html`<td data-label="${getWords(heads[index] ?? '')}"${numberClass(heads[index] ?? '')}>${cell}</td>`,
  );

export interface RowTable {
  /** For screen readers. */
  title: string;
  heads: readonly Head[];
  rows: readonly (readonly RowCell[])[];
  /** Attributes of each row, as many as rows. */
  marks?: readonly Html[];
}

export const rowTable = ({
  title,
  heads,
  rows,
  marks = [],
}: RowTable): Html => html`<div class="scroll" tabindex="0" role="region" aria-label="${title}"><table class="rows">
<thead><tr>${heads.map((head) => html`<th scope="col"${numberClass(head)}>${getWords(head)}</th>`)}</tr></thead>
<tbody>${rows.map((cells, index) => html`<tr${marks[index]}>${makeCells(heads, cells)}</tr>`)}</tbody>
</table></div>`;
