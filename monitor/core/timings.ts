/**
 * Computes the worst-case failover time by kind of failure: from the failure until the new leader
 * is notified. The time that the new leader needs to take over is not included. The monitor logs
 * the figures at its start; the experiments compare them with measurements.
 */
import type { ElectionKind } from './kinds.js';
import type { Settings } from './types.js';

/**
 * Assumed maximum duration of one call on the local network (ping, statement, push), in ms.
 * Published with the figures.
 */
const CALL_MS = 10;

export type WorstCase = Readonly<Record<Exclude<ElectionKind, 'first'>, number>>;

/**
 * The time that several monitors need to agree: the last necessary vote may be one interval later,
 * from a monitor that detected the failure one tick later. @returns ms; 0 for a single monitor.
 */
export function getAgreementMs(settings: Settings): number {
  return settings.monitors.length === 1 ? 0 : settings.voteIntervalMs + 2 * settings.tickMs;
}

/** In ms, for each kind of failure. */
export function getWorstCaseMs(settings: Settings): WorstCase {
  const { tickMs, beatIntervalMs, beatTimeoutMs, pingIntervalMs, pingTimeoutMs, fall } = settings;
  const electMs = 2 * CALL_MS + getAgreementMs(settings); // vote, push
  return {
    kill: CALL_MS + electMs, // the confirming ping is refused at once
    freeze: beatTimeoutMs + tickMs + electMs,
    ping: fall * pingIntervalMs + pingTimeoutMs + tickMs + electMs,
    gray: settings.grayMs + beatIntervalMs + settings.grayDrainMs + CALL_MS + electMs,
    left: CALL_MS + electMs,
    restart: beatIntervalMs + CALL_MS + electMs,
    planned: 3 * CALL_MS, // payments in flight continue meanwhile, so the drain does not count
  };
}
