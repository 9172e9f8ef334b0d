/**
 * What happens to several replicas at once has one cause, and the cause is no replica: their machine or the network is slow, or this
 * monitor's machine is. Replicas that are suspected already do not count: one that is gone for good must not shield the leader.
 */
import type { Detector, State } from './types.js';

/** While pings of several replicas fail, so many times FALL must fail before one of them is suspected. */
export const SHARED_FALL = 3;

/** The leader or a standby is silent for longer than BEAT_TIMEOUT_MS, and another one for at least half of it. */
export function areSilentTogether({ replicas, settings }: State, now: number): boolean {
  const silences = Object.values(replicas)
    .filter(({ opinion, streamOpen }) => opinion === 'alive' && streamOpen)
    .map(({ lastBeatAt }) => now - lastBeatAt);
  const noticeable = silences.filter((ms) => ms > settings.beatTimeoutMs / 2);
  return noticeable.length > 1 && noticeable.some((ms) => ms > settings.beatTimeoutMs);
}

/** Whether a ping of another replica that was sent in the same round or the round before failed as well. */
export function failsWithOthers({ replicas, settings }: State, replica: string, sentAt: number): boolean {
  const isFailing = ({ opinion, failingSince, failures }: Detector): boolean =>
    opinion === 'alive' && failures > 0 && Math.abs(sentAt - (failingSince ?? -Infinity)) <= settings.pingIntervalMs * SHARED_FALL * settings.fall;
  return Object.entries(replicas).some(([id, detector]) => id !== replica && isFailing(detector));
}
