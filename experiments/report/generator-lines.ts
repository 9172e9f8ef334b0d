/**
 * Notes on the traffic for a reader of its figures: the mode when it is not the usual one, and the
 * delays of the generator itself.
 */
import { TEXT_WIDTH, wrap } from '../../shared/arguments/wrap.js';
import type { RequestRecord } from '../record/history.js';
import { READING, sayLateness, TrafficCount, type TrafficMode } from '../traffic/traffic-report.js';

export function generatorLines(requests: Iterable<RequestRecord>, mode: TrafficMode): string[] {
  const count = new TrafficCount(mode);
  for (const request of requests) count.add(request);
  const said = [mode === 'open' ? null : READING[mode], sayLateness(count.report())];
  return said.flatMap((text) => (text === null ? [] : wrap(text, TEXT_WIDTH, { verbatim: true })));
}
