/** Wraps text to a width. Pure. */

/**
 * Breaks at spaces; cuts a word that is longer than the line.
 * @param width at least 1.
 * @param measure the shown length of a text, when it differs from its length.
 */
export function wrap(
  text: string,
  width: number,
  measure: (text: string) => number = (each) => each.length,
): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(/\s+/).filter(Boolean)) {
    let rest = word;
    if (line !== '' && measure(line) + 1 + measure(rest) > width) {
      lines.push(line);
      line = '';
    }
    while (line === '' && measure(rest) > width) {
      lines.push(rest.slice(0, width));
      rest = rest.slice(width);
    }
    line = line === '' ? rest : `${line} ${rest}`;
  }
  return line === '' && lines.length > 0 ? lines : [...lines, line];
}
