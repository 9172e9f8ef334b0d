/**
 * A table of a page: a caption, text to the left, figures to the right; wide tables scroll in their
 * own frame.
 */
import { markup, type Markup, type MarkupPart } from '../markup.js';

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
  rows: readonly (readonly MarkupPart[])[],
): Markup {
  const kind = (index: number): MarkupPart =>
    columns[index]?.figure === true ? markup` class="n"` : null;
  return markup`<div class="scroll" tabindex="0"><table>${caption === null ? null : markup`<caption>${caption}</caption>`}
<thead><tr>${columns.map(({ name }, index) => markup`<th scope="col"${kind(index)}>${name}</th>`)}</tr></thead>
<tbody>${rows.map((row) => markup`<tr>${row.map((cell, index) => markup`<td${kind(index)}>${cell}</td>`)}</tr>\n`)}</tbody></table></div>`;
}

/** Additional content, folded at first. */
export const foldTable = (title: string, content: MarkupPart): Markup =>
  markup`<details class="fold"><summary>${title}</summary>${content}</details>`;
