/**
 * A monitor's view of its own health: a monitor that was late must not suspect the replicas for it.
 * There are two degrees:
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
import type { LocalHealth, Settings } from './types.js';

/**
 * How long the monitor is more patient after it was late, in ms: long enough to read the messages
 * that arrived meanwhile.
 */
export const LENIENT_FOR_MS = 2_000;
/** Lateness of a timer that has no effect, in ms. */
const TOLERATED_MS = 10;

/**
 * A suspicion that a beat ends within this many BEAT_TIMEOUT_MS was a false alarm. A longer
 * suspicion was a freeze.
 */
const FALSE_ALARM_WITHIN = 2;
/** Maximum number of doublings: 2³ × 400 ms is not longer than detection by pings. */
export const ALARMS_MAX = 3;
/** Time after which one false alarm expires, in ms. */
export const FORGET_MS = 20_000;
/** Time after which one of the ALARMS_MAX alarms at the start expires, in ms. */
export const START_FORGET_MS = 1_000;
/**
 * Additional patience while several replicas are silent at once, in multiples of BEAT_TIMEOUT_MS.
 */
const SHARED_TIMES = 7;
/** How long one tick that finds several silent replicas makes the monitor patient, in ms. */
const SHARED_FOR_MS = 2_000;

export const HEALTHY: LocalHealth = {
  tickAt: null,
  wallMs: null,
  latenessMs: 0,
  extraMs: 0,
  lenientUntil: 0,
  unhealthyUntil: 0,
  alarms: 0,
  alarmedAt: 0,
  startedAt: null,
  sharedUntil: -Infinity,
};

type HealthSettings = Pick<Settings, 'tickMs' | 'doubtMs' | 'doubtForMs'>;

export const isUnhealthy = (health: LocalHealth, now: number): boolean =>
  now < health.unhealthyUntil;

/** The addition to every patience at `now`, in ms. */
export const getExtraPatienceMs = (health: LocalHealth, now: number): number =>
  now < health.lenientUntil ? health.extraMs : 0;

/** How many of `count` events remain when one expires every `everyMs`. */
export const countRemaining = (count: number, sinceMs: number, everyMs: number): number =>
  Math.max(0, count - Math.floor(sinceMs / everyMs));

const countAlarms = ({ alarms, alarmedAt, startedAt }: LocalHealth, now: number): number =>
  Math.max(
    countRemaining(alarms, now - alarmedAt, FORGET_MS),
    startedAt === null ? 0 : countRemaining(ALARMS_MAX, now - startedAt, START_FORGET_MS),
  );

const isShared = (health: LocalHealth, now: number): boolean => now < health.sharedUntil;

/** Several replicas are silent at once. */
export const noteSharedSilence = (health: LocalHealth, now: number): LocalHealth => ({
  ...health,
  sharedUntil: now + SHARED_FOR_MS,
});

/** A suspicion of silence that lasted `suspectedMs` ended with a beat of the same life. */
export function noteSilenceEnd(
  health: LocalHealth,
  beatTimeoutMs: number,
  suspectedMs: number,
  now: number,
): LocalHealth {
  const wasShared = health.sharedUntil > now - suspectedMs;
  if (suspectedMs > FALSE_ALARM_WITHIN * beatTimeoutMs && !wasShared) return health;
  return { ...health, alarms: Math.min(ALARMS_MAX, countAlarms(health, now) + 1), alarmedAt: now };
}

/**
 * A silence that only the longer patience tolerated ended with a beat. Without that patience it
 * would have been a false alarm.
 */
export function noteToleratedSilence(
  health: LocalHealth,
  beatTimeoutMs: number,
  silentMs: number,
  now: number,
): LocalHealth {
  const realMs = silentMs - getExtraPatienceMs(health, now);
  if (realMs <= beatTimeoutMs) return health;
  const needed = Math.min(ALARMS_MAX, Math.ceil(Math.log2(realMs / beatTimeoutMs)));
  return {
    ...health,
    alarms: Math.max(needed, countRemaining(health.alarms, now - health.alarmedAt, FORGET_MS)),
    alarmedAt: now,
  };
}

/**
 * Longest silence without a suspicion at `now`, in ms: BEAT_TIMEOUT_MS, doubled for each false
 * alarm, plus the monitor's own lateness, plus an addition while several replicas are silent.
 */
export const getBeatPatienceMs = (
  health: LocalHealth,
  beatTimeoutMs: number,
  now: number,
): number =>
  beatTimeoutMs * (2 ** countAlarms(health, now) + (isShared(health, now) ? SHARED_TIMES : 0)) +
  getExtraPatienceMs(health, now);

/**
 * Whether a ping that timed out at `now` is no evidence about the replica. Either this monitor was
 * late for much of the ping, so the answer may be unread in a buffer, or the monitor has just
 * started, or several replicas are silent at once.
 */
export function isPingExcused(health: LocalHealth, pingTimeoutMs: number, now: number): boolean {
  const isStarting =
    health.startedAt !== null && now - health.startedAt < ALARMS_MAX * START_FORGET_MS;
  return (
    isStarting || isShared(health, now) || getExtraPatienceMs(health, now) * 2 >= pingTimeoutMs
  );
}

/** How late the loop is at `now`, in ms, for any kind of input. */
const getLatenessMs = (health: LocalHealth, settings: HealthSettings, now: number): number =>
  health.tickAt === null ? 0 : Math.max(0, now - health.tickAt - settings.tickMs);

/**
 * Checks the lateness at every input, because any input, not only a tick, may be the first after a
 * pause.
 */
export function noteLateness(
  health: LocalHealth,
  settings: HealthSettings,
  now: number,
): LocalHealth {
  const lateMs = getLatenessMs(health, settings, now);
  if (lateMs <= TOLERATED_MS) return health;
  return {
    ...health,
    latenessMs: lateMs,
    extraMs: Math.max(lateMs, getExtraPatienceMs(health, now)),
    lenientUntil: now + LENIENT_FOR_MS,
    unhealthyUntil: lateMs > settings.doubtMs ? now + settings.doubtForMs : health.unhealthyUntil,
  };
}

export interface TickResult {
  health: LocalHealth;
  /** Set when this tick shows a jump of the clock or a long pause. */
  jump: { lateMs: number; jumpMs: number } | null;
}

/** Handles a tick: compares both clocks and starts the next interval. */
export function noteTick(
  health: LocalHealth,
  settings: HealthSettings,
  now: number,
  wallMs: number,
): TickResult {
  const lateMs = getLatenessMs(health, settings, now);
  const passed =
    health.tickAt === null || health.wallMs === null
      ? 0
      : wallMs - health.wallMs - (now - health.tickAt);
  const jumpMs = Math.round(passed);
  const jumped = lateMs > settings.doubtMs || Math.abs(jumpMs) > settings.doubtMs;
  const noticed = noteLateness(health, settings, now);
  const doubtingUntil = jumped ? now + settings.doubtForMs : noticed.unhealthyUntil;
  return {
    health: {
      ...noticed,
      latenessMs: lateMs,
      tickAt: now,
      wallMs,
      unhealthyUntil: doubtingUntil,
      startedAt: health.startedAt ?? now,
    },
    jump: jumped ? { lateMs, jumpMs } : null,
  };
}
