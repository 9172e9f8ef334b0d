/**
 * Detects failures that several replicas share. Their cause is not a replica: their machine, the
 * network or this monitor's machine is slow. Replicas that are already suspected do not count,
 * because a replica that is down for good must not protect the leader.
 */
import type { Detector, State } from './types.js';

/** Factor on FALL while pings of several replicas fail. */
export const SHARED_FALL = 3;

/**
 * Whether one replica is silent for longer than BEAT_TIMEOUT_MS and another replica for longer than
 * half of it.
 */
export function areSilentTogether({ replicas, settings }: State, now: number): boolean {
  const silences = Object.values(replicas)
    .filter(({ opinion, streamOpen }) => opinion === 'alive' && streamOpen)
    .map(({ lastBeatAt }) => now - lastBeatAt);
  const noticeable = silences.filter((ms) => ms > settings.beatTimeoutMs / 2);
  return noticeable.length > 1 && noticeable.some((ms) => ms > settings.beatTimeoutMs);
}

/**
 * Whether pings of another replica began to fail within SHARED_FALL × FALL ping intervals of
 * `sentAt`.
 */
export function failsWithOthers(
  { replicas, settings }: State,
  replica: string,
  sentAt: number,
): boolean {
  const isFailing = ({ opinion, failingSince, failures }: Detector): boolean =>
    opinion === 'alive' &&
    failures > 0 &&
    Math.abs(sentAt - (failingSince ?? -Infinity)) <=
      settings.pingIntervalMs * SHARED_FALL * settings.fall;
  return Object.entries(replicas).some(([id, detector]) => id !== replica && isFailing(detector));
}
