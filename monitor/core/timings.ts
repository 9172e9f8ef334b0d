/**
 * How long nobody leads, at worst, by kind of failure: from the failure until the new leader was told. What the leader then needs
 * to take over is its own matter. Printed at start; the lab compares it with what it measures.
 */
import type { ElectionKind } from './kinds.js';
import type { Settings } from './types.js';

/** What one call on the local network (ping, statement, push) is allowed to take, in ms. An assumption, stated with the figures. */
export const CALL_MS = 10;

export type WorstCase = Readonly<Record<Exclude<ElectionKind, 'first'>, number>>;

/**
 * With several monitors the last vote that is needed may be cast one interval later, by a monitor that noticed one tick later.
 * @returns 0 for a single monitor.
 */
export function concertMs(settings: Settings): number {
  return settings.monitors.length === 1 ? 0 : settings.voteIntervalMs + 2 * settings.tickMs;
}

/** In ms, for each kind of failure. */
export function worstCaseFailoverMs(settings: Settings): WorstCase {
  const { tickMs, beatIntervalMs, beatTimeoutMs, pingIntervalMs, pingTimeoutMs, fall } = settings;
  const electMs = 2 * CALL_MS + concertMs(settings); // vote, push
  return {
    kill: CALL_MS + electMs, // the confirming ping is refused at once
    freeze: beatTimeoutMs + tickMs + electMs,
    ping: fall * pingIntervalMs + pingTimeoutMs + tickMs + electMs,
    gray: settings.grayMs + beatIntervalMs + settings.grayDrainMs + CALL_MS + electMs,
    left: CALL_MS + electMs,
    restart: beatIntervalMs + CALL_MS + electMs,
    planned: 3 * CALL_MS, // what is in flight goes on meanwhile: nobody waits for the drain
  };
}
