/** Formats an event of the monitor's stream as one line. Pure. */
import { z } from 'zod';

const sample = z.object({
  rate: z.number(),
  numbers: z.record(z.string(), z.number().nullable()),
});
const fields = z.record(z.string(), z.unknown());

/** Completed and pending payments of a second; null: no payment was completed. */
function formatSample(data: unknown): string | null {
  const { data: found } = sample.safeParse(data);
  if (!found || found.rate <= 0) return null;
  const pending = found.numbers['queue.pending'];
  const waiting = typeof pending === 'number' && pending > 0 ? `, ${pending} pending` : '';
  return `${'payments'.padEnd(20)} ${Math.round(found.rate)} completed${waiting}`;
}

/**
 * `election:won         partition 0, term 5, leader server_2, …`; null: the event is not printed,
 * because it repeats what other events report.
 */
export function formatEvent(name: string, data: unknown): string | null {
  if (name === 'status') return null;
  if (name === 'sample') return formatSample(data);
  const given = Object.entries(fields.safeParse(data).data ?? {}).filter(
    (entry): entry is [string, string | number | boolean] =>
      ['string', 'number', 'boolean'].includes(typeof entry[1]),
  );
  const words = given.map(([key, value]) => `${key} ${String(value)}`).join(', ');
  return `${name.padEnd(20)} ${words}`.trimEnd();
}
