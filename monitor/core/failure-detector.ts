/**
 * One monitor's opinion of one replica: unknown → alive ⇄ suspect, and `left` after a goodbye.
 *
 * Idea: a dead process loses its connections. A frozen process keeps them but sends no beats. A
 * process with a partly broken network sends beats but does not answer. So there are three layers
 * with separate evidence. Only evidence of the missing kind ends a suspicion; otherwise a replica
 * that beats but never answers would flap ten times per second.
 *
 * - connection: suspects when no stream is open and a ping is refused, or when the ping that
 *   confirms a closed stream fails. Recovers by a beat, or RISE answers.
 * - heartbeat: suspects when the stream is open and silent for longer than the patience. Recovers
 *   by a beat, or RISE answers while no stream is open.
 * - ping: suspects after FALL consecutive failed pings. Recovers by RISE answers.
 *
 * A new `bootId` is a new life: evidence against the old life does not count. A replica that was
 * never seen stays `unknown`. Rejected: one counter for all three layers (as in HAProxy); it would
 * be as slow as the slowest layer. Does not guarantee that a suspicion is right. A suspicion is an
 * opinion; the quorum and the fence make a wrong one harmless.
 * @see tigerbeetle/tigerbeetle src/vsr/fault_detector.zig for the shape; HAProxy `fall` and `rise`.
 */
import type { ReplicaReport } from '../../shared/contracts/leadership.js';
import type { Layer } from '../../shared/contracts/status.js';
import type { PingFailure } from './kinds.js';
import type { Detector } from './types.js';

export const UNSEEN: Detector = {
  opinion: 'unknown',
  layer: null,
  since: 0,
  streamOpen: false,
  lastBeatAt: 0,
  confirmingSince: null,
  failures: 0,
  failingSince: null,
  successes: 0,
  bornAt: 0,
  report: null,
  seenAt: null,
  pingMs: null,
  pingSentAt: null,
};

const markSuspect = (detector: Detector, layer: Layer, now: number): Detector =>
  detector.opinion === 'alive'
    ? { ...detector, opinion: 'suspect', layer, since: now, successes: 0, confirmingSince: null }
    : detector;

const markAlive = (detector: Detector, now: number): Detector => ({
  ...detector,
  opinion: 'alive',
  layer: null,
  since: now,
  successes: 0,
});

/** Stores a report. A new `bootId` starts a new life, which is alive. */
function storeReport(detector: Detector, report: ReplicaReport, now: number): Detector {
  const reported = { ...detector, report, seenAt: now };
  if (detector.report?.bootId === report.bootId)
    return reported.opinion === 'unknown' ? markAlive(reported, now) : reported;
  return {
    ...markAlive(reported, now),
    bornAt: now,
    failures: 0,
    failingSince: null,
    confirmingSince: null,
  };
}

/**
 * Whether the report is from an earlier life: its request was sent before the monitor first saw the
 * current life.
 */
const isOutdated = (detector: Detector, report: ReplicaReport, sentAt: number): boolean =>
  detector.report !== null && detector.report.bootId !== report.bootId && sentAt < detector.bornAt;

export const onStreamOpened = (detector: Detector, now: number): Detector => ({
  ...detector,
  streamOpen: true,
  lastBeatAt: now,
});

/**
 * The stream is closed, which alone proves nothing. The caller pings at once, and the ping decides.
 */
export function onStreamClosed(detector: Detector, now: number): Detector {
  return {
    ...detector,
    streamOpen: false,
    confirmingSince: detector.opinion === 'alive' ? now : null,
  };
}

export function onBeat(detector: Detector, report: ReplicaReport, now: number): Detector {
  const reported = {
    ...storeReport(detector, report, now),
    lastBeatAt: now,
    confirmingSince: null,
  };
  return reported.opinion === 'suspect' && reported.layer !== 'ping'
    ? markAlive(reported, now)
    : reported;
}

/**
 * The replica leaves gracefully: it stays `left` until a report of another life arrives. Later
 * reports of this life do not change that.
 */
export function onBye(detector: Detector, report: ReplicaReport, now: number): Detector {
  const reported = storeReport(detector, report, now);
  return reported.opinion === 'left'
    ? reported
    : { ...reported, opinion: 'left', layer: null, since: now, confirmingSince: null };
}

export const onPingSent = (detector: Detector, now: number): Detector => ({
  ...detector,
  pingSentAt: now,
});

/**
 * @param sentAt when the ping was sent. An answer to a ping from before the suspicion does not end
 *   the suspicion.
 */
export function onPingAnswered(
  detector: Detector,
  report: ReplicaReport,
  sentAt: number,
  now: number,
  rise: number,
): Detector {
  if (isOutdated(detector, report, sentAt)) return detector;
  const reported = {
    ...storeReport(detector, report, now),
    failures: 0,
    failingSince: null,
    pingMs: now - sentAt,
  };
  if (reported.confirmingSince !== null && sentAt >= reported.confirmingSince)
    return { ...reported, confirmingSince: null };
  if (reported.opinion !== 'suspect' || sentAt < reported.since) return reported;
  const counted = { ...reported, successes: reported.successes + 1 };
  const beatIsMissing = counted.layer === 'heartbeat' && counted.streamOpen;
  return counted.successes >= rise && !beatIsMissing ? markAlive(counted, now) : counted;
}

export function onPingFailed(
  detector: Detector,
  cause: PingFailure,
  sentAt: number,
  now: number,
  fall: number,
): Detector {
  if (sentAt < detector.bornAt) return detector;
  const failures = detector.failures + 1;
  const failed = {
    ...detector,
    failures,
    failingSince: detector.failingSince ?? sentAt,
    successes: 0,
    pingMs: null,
  };
  const confirmed = detector.confirmingSince !== null && sentAt >= detector.confirmingSince;
  if (!detector.streamOpen && (cause === 'refused' || confirmed))
    return markSuspect(failed, 'connection', now);
  return failures >= fall ? markSuspect(failed, 'ping', now) : failed;
}

/**
 * Trusts a leader that other monitors elected: they received its reports, so this monitor discards
 * the failures before the election. A refused connection still counts.
 */
export function trust(detector: Detector, now: number): Detector {
  if (detector.opinion === 'unknown') return { ...detector, failures: 0, failingSince: null };
  if (detector.opinion !== 'suspect' || detector.layer === 'connection') return detector;
  return { ...markAlive(detector, now), lastBeatAt: now, failures: 0, failingSince: null };
}

/** Checks for silence. @param patienceMs BEAT_TIMEOUT_MS with the additions of local-health.ts. */
export function checkSilence(detector: Detector, now: number, patienceMs: number): Detector {
  const silent = detector.streamOpen && now - detector.lastBeatAt > patienceMs;
  return silent ? markSuspect(detector, 'heartbeat', now) : detector;
}

/** When the failure behind the current suspicion began, to measure the time to detect it. */
export function getTroubleStart(before: Detector, layer: Layer, now: number): number {
  if (layer === 'connection') return before.confirmingSince ?? before.failingSince ?? now;
  return layer === 'heartbeat' ? before.lastBeatAt : (before.failingSince ?? now);
}
