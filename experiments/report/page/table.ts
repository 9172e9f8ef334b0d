/**
 * A table of a page: a caption, text to the left, figures to the right; wide tables scroll in their
 * own frame. On a phone each row of a table with many columns is a block of labelled lines.
 */
import { html, type Html, type Content } from '../../../shared/web/html.js';

export interface Column {
  name: string;
  /** Aligned to the right, in digits of equal width. */
  figure?: boolean;
}

/** Most columns that a phone of 390 pixels shows beside each other. */
const PHONE_COLUMNS = 3;

export const wordColumn = (...names: string[]): Column[] => names.map((name) => ({ name }));
export const figureColumn = (...names: string[]): Column[] =>
  names.map((name) => ({ name, figure: true }));

/** @param caption null: the heading above is sufficient. */
export function htmlTable(
  caption: string | null,
  columns: readonly Column[],
  rows: readonly (readonly Content[])[],
): Html {
  const kind = (index: number): Content =>
    columns[index]?.figure === true ? html` class="n"` : null;
  const label = (index: number): Content => html` data-label="${columns[index]?.name ?? ''}"`;
  return html`<div class="scroll" tabindex="0"><table${columns.length > PHONE_COLUMNS ? html` class="blocks"` : null}>${caption === null ? null : html`<caption>${caption}</caption>`}
<thead><tr>${columns.map(({ name }, index) => html`<th scope="col"${kind(index)}>${name}</th>`)}</tr></thead>
<tbody>${rows.map((row) => html`<tr>${row.map((cell, index) => html`<td${kind(index)}${label(index)}>${cell}</td>`)}</tr>\n`)}</tbody></table></div>`;
}

/** Additional content, folded at first. */
export const foldTable = (title: string, content: Content): Html =>
  html`<details class="fold"><summary>${title}</summary>${content}</details>`;
