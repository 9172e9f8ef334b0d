/** What to know of the traffic before reading its figures: the mode when it is not the usual one, and how late the generator itself was. */
import type { RequestRecord } from '../history.js';
import { READING, sayLateness, TrafficCount, type TrafficMode } from '../traffic/traffic-report.js';

const WIDTH = 80;

/** Lines of whole words, none wider than a terminal. */
function wrap(text: string): string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= WIDTH) lines[lines.length - 1] = `${last} ${word}`;
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
