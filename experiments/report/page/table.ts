/**
 * A table of a page: a caption, text to the left, figures to the right; wide tables scroll in their
 * own frame.
 */
import { html, type Html, type Content } from '../../../shared/web/html.js';

export interface Column {
  name: string;
  /** Aligned to the right, in digits of equal width. */
  figure?: boolean;
}

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
  return html`<div class="scroll" tabindex="0"><table>${caption === null ? null : html`<caption>${caption}</caption>`}
<thead><tr>${columns.map(({ name }, index) => html`<th scope="col"${kind(index)}>${name}</th>`)}</tr></thead>
<tbody>${rows.map((row) => html`<tr>${row.map((cell, index) => html`<td${kind(index)}>${cell}</td>`)}</tr>\n`)}</tbody></table></div>`;
}

/** Additional content, folded at first. */
export const foldTable = (title: string, content: Content): Html =>
  html`<details class="fold"><summary>${title}</summary>${content}</details>`;
