/**
 * Makes a monitor doubt itself, because a monitor that was late must not suspect the replicas for
 * it. There are two degrees:
 * - Late by L: for a short time every patience is longer by L (memberlist's awareness).
 * - Late by more than DOUBT_MS, or the wall clock and the monotonic clock disagree: the monitor
 *   observes and does not act for DOUBT_FOR_MS (sentinel's TILT). A suspended machine, a stopped
 *   process and a stepped clock have this effect.
 * The monitor also learns from false alarms. A replica that was suspected for silence and soon
 * beats again was slow, not dead. Each false alarm doubles the patience with silence for every
 * replica, because an overloaded machine slows all of them. False alarms expire one by one. Without
 * this, leadership on an overloaded machine would move without end. Two more observations are no
 * evidence about a replica:
 * - Silence of several replicas at once. Their machine, the network or this monitor's machine is
 *   slow. Every patience is longer for a time.
 * - The first seconds of a monitor. It has no history, so it starts as patient as after several
 *   false alarms.
 * Does not detect a monitor that is slow without being late. A slow network counts as a fault of
 * the replicas.
 * @see hashicorp/memberlist awareness.go; redis sentinel.c, sentinelCheckTiltCondition; Chandra and
 * Toueg 1996 for the growing time-out of an eventually perfect detector.
 */
import type { Doubt, Settings } from './types.js';

/**
 * How long the monitor is more patient after it was late, in ms: long enough to read the messages
 * that arrived meanwhile.
 */
export const LENIENT_FOR_MS = 2_000;
/** Lateness of a timer that has no effect, in ms. */
export const TOLERATED_MS = 10;

/**
 * A suspicion that a beat ends within this many BEAT_TIMEOUT_MS was a false alarm. A longer
 * suspicion was a freeze.
 */
export const FALSE_ALARM_WITHIN = 2;
/** Maximum number of doublings: 2³ × 400 ms is not longer than detection by pings. */
export const ALARMS_MAX = 3;
/** Time after which one false alarm expires, in ms. */
export const FORGET_MS = 20_000;
/** Time after which one of the ALARMS_MAX alarms at the start expires, in ms. */
export const START_FORGET_MS = 1_000;
/**
 * Additional patience while several replicas are silent at once, in multiples of BEAT_TIMEOUT_MS.
 */
export const SHARED_TIMES = 7;
/** How long one tick that finds several silent replicas makes the monitor patient, in ms. */
export const SHARED_FOR_MS = 2_000;

export const NO_DOUBT: Doubt = {
  tickAt: null,
  wallMs: null,
  latenessMs: 0,
  extraMs: 0,
  lenientUntil: 0,
  doubtingUntil: 0,
  alarms: 0,
  alarmedAt: 0,
  startedAt: null,
  sharedUntil: -Infinity,
};

type DoubtSettings = Pick<Settings, 'tickMs' | 'doubtMs' | 'doubtForMs'>;

export const isDoubting = (doubt: Doubt, now: number): boolean => now < doubt.doubtingUntil;

/** The addition to every patience at `now`, in ms. */
export const extraPatienceMs = (doubt: Doubt, now: number): number =>
  now < doubt.lenientUntil ? doubt.extraMs : 0;

/** How many of `count` events remain when one expires every `everyMs`. */
export const leftOf = (count: number, sinceMs: number, everyMs: number): number =>
  Math.max(0, count - Math.floor(sinceMs / everyMs));

const alarmsAt = ({ alarms, alarmedAt, startedAt }: Doubt, now: number): number =>
  Math.max(
    leftOf(alarms, now - alarmedAt, FORGET_MS),
    startedAt === null ? 0 : leftOf(ALARMS_MAX, now - startedAt, START_FORGET_MS),
  );

const isShared = (doubt: Doubt, now: number): boolean => now < doubt.sharedUntil;

/** Several replicas are silent at once. */
export const silentTogether = (doubt: Doubt, now: number): Doubt => ({
  ...doubt,
  sharedUntil: now + SHARED_FOR_MS,
});

/** A suspicion of silence that lasted `suspectedMs` ended with a beat of the same life. */
export function silenceEnded(
  doubt: Doubt,
  beatTimeoutMs: number,
  suspectedMs: number,
  now: number,
): Doubt {
  const wasShared = doubt.sharedUntil > now - suspectedMs;
  if (suspectedMs > FALSE_ALARM_WITHIN * beatTimeoutMs && !wasShared) return doubt;
  return { ...doubt, alarms: Math.min(ALARMS_MAX, alarmsAt(doubt, now) + 1), alarmedAt: now };
}

/**
 * A silence that only the longer patience tolerated ended with a beat. Without that patience it
 * would have been a false alarm.
 */
export function silenceBorne(
  doubt: Doubt,
  beatTimeoutMs: number,
  silentMs: number,
  now: number,
): Doubt {
  const realMs = silentMs - extraPatienceMs(doubt, now);
  if (realMs <= beatTimeoutMs) return doubt;
  const needed = Math.min(ALARMS_MAX, Math.ceil(Math.log2(realMs / beatTimeoutMs)));
  return {
    ...doubt,
    alarms: Math.max(needed, leftOf(doubt.alarms, now - doubt.alarmedAt, FORGET_MS)),
    alarmedAt: now,
  };
}

/**
 * Longest silence without a suspicion at `now`, in ms: BEAT_TIMEOUT_MS, doubled for each false
 * alarm, plus the monitor's own lateness, plus an addition while several replicas are silent.
 */
export const beatPatienceMs = (doubt: Doubt, beatTimeoutMs: number, now: number): number =>
  beatTimeoutMs * (2 ** alarmsAt(doubt, now) + (isShared(doubt, now) ? SHARED_TIMES : 0)) +
  extraPatienceMs(doubt, now);

/**
 * Whether a ping that timed out at `now` is no evidence about the replica. Either this monitor was
 * late for much of the ping, so the answer may be unread in a buffer, or the monitor has just
 * started, or several replicas are silent at once.
 */
export function isPingExcused(doubt: Doubt, pingTimeoutMs: number, now: number): boolean {
  const isStarting =
    doubt.startedAt !== null && now - doubt.startedAt < ALARMS_MAX * START_FORGET_MS;
  return isStarting || isShared(doubt, now) || extraPatienceMs(doubt, now) * 2 >= pingTimeoutMs;
}

/** How late the loop is at `now`, in ms, for any kind of input. */
const latenessAt = (doubt: Doubt, settings: DoubtSettings, now: number): number =>
  doubt.tickAt === null ? 0 : Math.max(0, now - doubt.tickAt - settings.tickMs);

/**
 * Checks the lateness at every input, because any input, not only a tick, may be the first after a
 * pause.
 */
export function noticeLateness(doubt: Doubt, settings: DoubtSettings, now: number): Doubt {
  const lateMs = latenessAt(doubt, settings, now);
  if (lateMs <= TOLERATED_MS) return doubt;
  return {
    ...doubt,
    latenessMs: lateMs,
    extraMs: Math.max(lateMs, extraPatienceMs(doubt, now)),
    lenientUntil: now + LENIENT_FOR_MS,
    doubtingUntil: lateMs > settings.doubtMs ? now + settings.doubtForMs : doubt.doubtingUntil,
  };
}

export interface Ticked {
  doubt: Doubt;
  /** Set when this tick shows a jump of the clock or a long pause. */
  jump: { lateMs: number; jumpMs: number } | null;
}

/** Handles a tick: compares both clocks and starts the next interval. */
export function ticked(doubt: Doubt, settings: DoubtSettings, now: number, wallMs: number): Ticked {
  const lateMs = latenessAt(doubt, settings, now);
  const passed =
    doubt.tickAt === null || doubt.wallMs === null
      ? 0
      : wallMs - doubt.wallMs - (now - doubt.tickAt);
  const jumpMs = Math.round(passed);
  const jumped = lateMs > settings.doubtMs || Math.abs(jumpMs) > settings.doubtMs;
  const noticed = noticeLateness(doubt, settings, now);
  const doubtingUntil = jumped ? now + settings.doubtForMs : noticed.doubtingUntil;
  return {
    doubt: {
      ...noticed,
      latenessMs: lateMs,
      tickAt: now,
      wallMs,
      doubtingUntil,
      startedAt: doubt.startedAt ?? now,
    },
    jump: jumped ? { lateMs, jumpMs } : null,
  };
}
