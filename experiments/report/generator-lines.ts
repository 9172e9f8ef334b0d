/**
 * Notes on the traffic for a reader of its figures: the mode when it is not the usual one, and the
 * delays of the generator itself.
 */
import type { RequestRecord } from '../record/history.js';
import { READING, sayLateness, TrafficCount, type TrafficMode } from '../traffic/traffic-report.js';

const WIDTH = 80;

/** Wraps the text at the width of a terminal. */
function wrap(text: string): string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= WIDTH)
      lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}

export function generatorLines(requests: Iterable<RequestRecord>, mode: TrafficMode): string[] {
  const count = new TrafficCount(mode);
  for (const request of requests) count.add(request);
  const said = [mode === 'open' ? null : READING[mode], sayLateness(count.report())];
  return said.flatMap((text) => (text === null ? [] : wrap(text)));
}
