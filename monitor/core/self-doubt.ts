/**
 * A monitor that was late itself must not blame the replicas. Two degrees:
 * - late by L: for a while every patience is longer by L (memberlist's awareness);
 * - late by more than DOUBT_MS, or the wall clock went another way than the monotonic one: observe and do not act for
 *   DOUBT_FOR_MS (sentinel's TILT). A machine that was suspended, a stopped process or a stepped clock look like this.
 * And it learns from its mistakes: a replica that was given up for silent and beats again soon was slow, not gone. Each such
 * false alarm doubles the patience with silence, for everybody, because an overloaded machine slows all of them; it is forgotten
 * step by step. Without this an overloaded machine would be handed round without end.
 * Two more things are no evidence about a replica:
 * - silence of several at once. Their machine or the network is slow, or this monitor's is: every patience is longer for a while.
 * - what a monitor sees in its first seconds. It has no history, so it begins as patient as after several false alarms.
 * It does not promise to notice a monitor that is slow without being late (a slow network is the replicas' matter).
 * @see hashicorp/memberlist awareness.go; redis sentinel.c, sentinelCheckTiltCondition; Chandra and
 * Toueg 1996 for the growing time-out of an eventually perfect detector.
 */
import type { Doubt, Settings } from './types.js';

/** How long a lateness makes the monitor patient, in ms: long enough for what it slept through to be read. */
export const LENIENT_FOR_MS = 2_000;
/** A timer may be this late without meaning anything, in ms. */
export const TOLERATED_MS = 10;

/** A suspicion that a beat ended within this many BEAT_TIMEOUT_MS was a mistake; one that lasted longer was a freeze. */
export const FALSE_ALARM_WITHIN = 2;
/** Doublings at the most: 2³ × 400 ms stays within what PING/ECHO would take. */
export const ALARMS_MAX = 3;
/** One false alarm is forgotten after this, in ms. */
export const FORGET_MS = 20_000;
/** One of the ALARMS_MAX alarms that a monitor starts with is forgotten after this, in ms. */
export const START_FORGET_MS = 1_000;
/** While several are silent at once, patience is longer by this many BEAT_TIMEOUT_MS. */
export const SHARED_TIMES = 7;
/** How long one look that found several silent makes the monitor patient, in ms. */
export const SHARED_FOR_MS = 2_000;

export const NO_DOUBT: Doubt = {
  tickAt: null, wallMs: null, latenessMs: 0, extraMs: 0, lenientUntil: 0, doubtingUntil: 0, alarms: 0, alarmedAt: 0,
  startedAt: null, sharedUntil: -Infinity,
};

type DoubtSettings = Pick<Settings, 'tickMs' | 'doubtMs' | 'doubtForMs'>;

export const isDoubting = (doubt: Doubt, now: number): boolean => now < doubt.doubtingUntil;

/** What to add to a patience at `now`, in ms. */
export const extraPatienceMs = (doubt: Doubt, now: number): number => (now < doubt.lenientUntil ? doubt.extraMs : 0);

/** How many of `count` things are left when one is forgotten every `everyMs`. */
export const leftOf = (count: number, sinceMs: number, everyMs: number): number => Math.max(0, count - Math.floor(sinceMs / everyMs));

const alarmsAt = ({ alarms, alarmedAt, startedAt }: Doubt, now: number): number =>
  Math.max(leftOf(alarms, now - alarmedAt, FORGET_MS), startedAt === null ? 0 : leftOf(ALARMS_MAX, now - startedAt, START_FORGET_MS));

const isShared = (doubt: Doubt, now: number): boolean => now < doubt.sharedUntil;

/** Several replicas are silent at once. */
export const silentTogether = (doubt: Doubt, now: number): Doubt => ({ ...doubt, sharedUntil: now + SHARED_FOR_MS });

/** A suspicion of silence that stood for `suspectedMs` ended with a beat of the same life. */
export function silenceEnded(doubt: Doubt, beatTimeoutMs: number, suspectedMs: number, now: number): Doubt {
  const wasShared = doubt.sharedUntil > now - suspectedMs;
  if (suspectedMs > FALSE_ALARM_WITHIN * beatTimeoutMs && !wasShared) return doubt;
  return { ...doubt, alarms: Math.min(ALARMS_MAX, alarmsAt(doubt, now) + 1), alarmedAt: now };
}

/** A silence that only a longer patience bore ended with a beat: without the patience it would have been a false alarm. */
export function silenceBorne(doubt: Doubt, beatTimeoutMs: number, silentMs: number, now: number): Doubt {
  const realMs = silentMs - extraPatienceMs(doubt, now);
  if (realMs <= beatTimeoutMs) return doubt;
  const needed = Math.min(ALARMS_MAX, Math.ceil(Math.log2(realMs / beatTimeoutMs)));
  return { ...doubt, alarms: Math.max(needed, leftOf(doubt.alarms, now - doubt.alarmedAt, FORGET_MS)), alarmedAt: now };
}

/**
 * Longest silence that means nothing at `now`, in ms: BEAT_TIMEOUT_MS, doubled for each false alarm, the own lateness, and more while
 * several are silent.
 */
export const beatPatienceMs = (doubt: Doubt, beatTimeoutMs: number, now: number): number =>
  beatTimeoutMs * (2 ** alarmsAt(doubt, now) + (isShared(doubt, now) ? SHARED_TIMES : 0)) + extraPatienceMs(doubt, now);

/**
 * Whether a ping that timed out at `now` says nothing about the replica: this monitor slept through much of the ping, so that the answer
 * may lie unread in a buffer; or the monitor has just started; or several replicas are silent at once.
 */
export function isPingExcused(doubt: Doubt, pingTimeoutMs: number, now: number): boolean {
  const isStarting = doubt.startedAt !== null && now - doubt.startedAt < ALARMS_MAX * START_FORGET_MS;
  return isStarting || isShared(doubt, now) || extraPatienceMs(doubt, now) * 2 >= pingTimeoutMs;
}

/** How late the loop is at `now`, in ms, whatever woke it. */
const latenessAt = (doubt: Doubt, settings: DoubtSettings, now: number): number =>
  doubt.tickAt === null ? 0 : Math.max(0, now - doubt.tickAt - settings.tickMs);

/** Anything may be the first to run after a pause, not only the tick: so every input is looked at. */
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

/** The tick itself: compares both clocks and starts the next interval. */
export function ticked(doubt: Doubt, settings: DoubtSettings, now: number, wallMs: number): Ticked {
  const lateMs = latenessAt(doubt, settings, now);
  const passed = doubt.tickAt === null || doubt.wallMs === null ? 0 : wallMs - doubt.wallMs - (now - doubt.tickAt);
  const jumpMs = Math.round(passed);
  const jumped = lateMs > settings.doubtMs || Math.abs(jumpMs) > settings.doubtMs;
  const noticed = noticeLateness(doubt, settings, now);
  const doubtingUntil = jumped ? now + settings.doubtForMs : noticed.doubtingUntil;
  return {
    doubt: { ...noticed, latenessMs: lateMs, tickAt: now, wallMs, doubtingUntil, startedAt: doubt.startedAt ?? now },
    jump: jumped ? { lateMs, jumpMs } : null,
  };
}
