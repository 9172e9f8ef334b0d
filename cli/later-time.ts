/** The time of an order for later, in the options of commands. Pure. */
import { timestamp } from '../shared/contracts/ids.js';
import { duration, readableTime } from '../shared/format.js';
import { wrongArguments } from './failure.js';

/** @param at null: the option is omitted. @throws CommandFailure WRONG_ARGUMENTS */
export function checkTime(option: string, at: string | null): void {
  if (at !== null && !timestamp.safeParse(at).success)
    throw wrongArguments(
      `${option} must be a time in UTC, not "${at}".`,
      `For example ${option} 2026-11-30T02:00:00Z.`,
    );
}

/** `2026-11-30 02:00:00 UTC (in 2 h)`; without the rest when the time has passed. */
export function formatLaterTime(at: string, now: Date): string {
  const ms = Date.parse(at) - now.getTime();
  const rest = ms > 0 ? ` (in ${duration(Math.ceil(ms / 1_000) * 1_000)})` : '';
  return `${readableTime(at)}${rest}`;
}
