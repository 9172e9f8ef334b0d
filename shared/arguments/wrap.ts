/** Wraps text to the width of a terminal. Pure. */

/** The width of all texts and tables, in columns. */
export const TEXT_WIDTH = 80;

export interface Wrapping {
  /** The beginning of every line but the first. Default: nothing. */
  indent?: string;
  /**
   * Keeps every space, and never cuts a word, because users copy ids and paths as a whole. Default:
   * spaces become one, and a word that is longer than the line is cut.
   */
  verbatim?: boolean;
  /** The shown length of a text, when it differs from its length. */
  measure?: (text: string) => number;
}

function cut(word: string, width: number, measure: (text: string) => number): string[] {
  const pieces: string[] = [];
  let rest = word;
  while (measure(rest) > width) {
    pieces.push(rest.slice(0, width));
    rest = rest.slice(width);
  }
  return rest === '' ? pieces : [...pieces, rest];
}

/**
 * Breaks the text at spaces.
 * @param width at least 1, and more than the indent.
 * @returns at least one line.
 */
export function wrap(
  text: string,
  width: number,
  { indent = '', verbatim = false, measure = (each) => each.length }: Wrapping = {},
): string[] {
  const lines: string[] = [];
  const add = (piece: string): void =>
    void lines.push(lines.length === 0 ? piece : `${indent}${piece}`);
  for (const word of verbatim ? text.split(' ') : text.split(/\s+/).filter(Boolean)) {
    const last = lines.at(-1);
    if (last !== undefined && measure(last) + 1 + measure(word) <= width)
      lines[lines.length - 1] = `${last} ${word}`;
    else if (verbatim) add(word);
    else cut(word, width - indent.length, measure).forEach(add);
  }
  return lines.length === 0 ? [''] : lines;
}
