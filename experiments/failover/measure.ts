/**
 * Derives what a client saw of each hand-over from the recorded history. Pure.
 *
 * `seen` is the time from the fault to the first response that was committed under a later term, in
 * all cases. It includes the gateway's 10 to 30 ms, which are also shown separately, and is divided
 * at the marks of the election history. `extra` is the longest additional wait of a client: for
 * every payment in flight between the fault and the recovery, the wait without its own charge (the
 * length of which is a function of the payment's id), minus the median of these waits in the calm.
 * `gap` is the longest time without any success meanwhile. Both have a control: the same quantity
 * in the calm before the fault.
 */
import type { RecordedElection, RunEvidence, RequestRecord } from '../record/history.js';
import type { Handover } from '../record/result.js';
import { percentile } from '../../shared/percentile.js';
import type { ForcedKind } from './kinds.js';
import type { ForcedHandover } from './rounds.js';
import { roundToTenth } from '../../shared/format.js';

export interface Observation {
  kind: ForcedKind;
  handover: Handover & { totalMs: number };
  /** The part of the step from reclaim to first commit that is spent waiting for the gateway. */
  gatewayMs: number | null;
  /** From the first commit to the response at the client. */
  answerMs: number | null;
  extraMs: number;
  /** Null: no payment was due and answered in the calm, so there is no control. */
  calmExtraMs: number | null;
  gapMs: number;
  /** Null: as above. */
  calmGapMs: number | null;
}

export interface MeasureOptions {
  handovers: readonly ForcedHandover[];
  evidence: Pick<RunEvidence, 'requests' | 'elections' | 'charges'>;
  /** Duration of the gateway's call for a payment, by its id, ms. */
  chargeMs: (paymentId: string) => number;
}

const positive = (ms: number): number => roundToTenth(Math.max(0, ms));

export function observe({ handovers, evidence, chargeMs }: MeasureOptions): Observation[] {
  const elections = new Map(evidence.elections.map((election) => [election.term, election]));
  const chargedAt = chargeTimes(
    evidence,
    new Set(handovers.map(({ seenPaymentId }) => seenPaymentId)),
  );
  const waits = toWaits(evidence.requests, chargeMs);
  const calmWaits = waits.filter(inCalm(handovers)).map(({ ownMs }) => ownMs);
  // Without a calm the whole wait counts as extra.
  const normalMs = calmWaits.length === 0 ? 0 : percentile(calmWaits, 0.5);
  const worst = (some: readonly OwnWait[]): number =>
    some.reduce((most, { ownMs }) => Math.max(most, ownMs - normalMs), 0);
  return handovers.map((handover, index) => {
    const near = waitsBetween(
      waits,
      handovers[index - 1]?.settledMs ?? -Infinity,
      handover.settledMs,
    );
    const during = near.filter(({ answeredMs }) => answeredMs >= handover.atMs);
    const calm = near.filter(
      ({ intendedMs, answeredMs }) =>
        intendedMs >= handover.calmFromMs && answeredMs < handover.atMs,
    );
    const gatewayBoundMs = chargeMs(handover.seenPaymentId);
    return {
      kind: handover.kind,
      ...split(
        handover,
        elections.get(handover.seenTerm),
        chargedAt.get(handover.seenPaymentId) ?? null,
        gatewayBoundMs,
      ),
      extraMs: roundToTenth(worst(during)),
      calmExtraMs: calm.length === 0 ? null : roundToTenth(worst(calm)),
      gapMs: longestGap(near, (_beganMs, endedMs) => endedMs >= handover.atMs),
      calmGapMs:
        calm.length < 2
          ? null
          : longestGap(
              near,
              (beganMs, endedMs) => beganMs >= handover.calmFromMs && endedMs < handover.atMs,
            ),
    };
  });
}

export interface OwnWait {
  intendedMs: number;
  answeredMs: number;
  /** From the due time to the response, without the charge. */
  ownMs: number;
}

/** The waits of the payments that succeeded, ordered by due time. */
export function toWaits(
  requests: readonly RequestRecord[],
  chargeMs: (paymentId: string) => number,
): OwnWait[] {
  const waits: OwnWait[] = [];
  for (const { status, paymentId, intendedMs, answeredMs } of requests) {
    if (status !== 'SUCCEEDED' || paymentId === null) continue;
    waits.push({ intendedMs, answeredMs, ownMs: answeredMs - intendedMs - chargeMs(paymentId) });
  }
  return waits.sort((a, b) => a.intendedMs - b.intendedMs);
}

const inCalm = (handovers: readonly ForcedHandover[]) => {
  let index = 0; // Both waits and handovers are in order.
  return ({ intendedMs, answeredMs }: OwnWait): boolean => {
    while (index < handovers.length && (handovers[index] as ForcedHandover).atMs <= intendedMs)
      index += 1;
    const next = handovers[index];
    return next !== undefined && intendedMs >= next.calmFromMs && answeredMs < next.atMs;
  };
};

/** The waits of payments due from `fromMs` to `toMs`. */
function waitsBetween(waits: readonly OwnWait[], fromMs: number, toMs: number): OwnWait[] {
  const some: OwnWait[] = [];
  for (
    let index = firstDue(waits, fromMs);
    index < waits.length && (waits[index] as OwnWait).intendedMs <= toMs;
    index += 1
  ) {
    some.push(waits[index] as OwnWait);
  }
  return some;
}

/** Binary search: index of the first wait due at `ms` or later. */
function firstDue(waits: readonly OwnWait[], ms: number): number {
  let [low, high] = [0, waits.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((waits[middle] as OwnWait).intendedMs < ms) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Longest time without a response, among the gaps that count. */
function longestGap(
  waits: readonly OwnWait[],
  counts: (beganMs: number, endedMs: number) => boolean,
): number {
  const answers = waits.map(({ answeredMs }) => answeredMs).sort((a, b) => a - b);
  let longest = 0;
  for (const [index, endedMs] of answers.entries()) {
    const beganMs = answers[index - 1];
    if (beganMs !== undefined && counts(beganMs, endedMs))
      longest = Math.max(longest, endedMs - beganMs);
  }
  return roundToTenth(longest);
}

function chargeTimes(
  { charges }: Pick<RunEvidence, 'charges'>,
  ids: ReadonlySet<string>,
): Map<string, number> {
  const times = new Map<string, number>();
  for (const { key, at } of charges ?? [])
    if (at !== undefined && ids.has(key)) times.set(key, Date.parse(at));
  return times;
}

/**
 * Divides `seen` into steps. The marks of the history use the system's wall clock, with 1 ms
 * resolution; they are converted to the client's.
 */
function split(
  { kind, atMs, seenMs, seenTerm, skewMs }: ForcedHandover,
  election: RecordedElection | undefined,
  chargedMs: number | null,
  gatewayBoundMs: number,
): Pick<Observation, 'handover' | 'gatewayMs' | 'answerMs'> {
  const totalMs = roundToTenth(seenMs - atMs);
  const bare = { kind, term: seenTerm, totalMs };
  if (!election) return { handover: bare, gatewayMs: null, answerMs: null };
  const { suspectedMs, electedMs, promotedMs, reclaimedMs, firstCommitMs } = election;
  const readyMs = reclaimedMs ?? promotedMs;
  const commitStep =
    readyMs === null || firstCommitMs === null ? null : Math.max(0, firstCommitMs - readyMs);
  const gatewayMs =
    commitStep === null || chargedMs === null || readyMs === null
      ? null
      : positive(Math.min(gatewayBoundMs, commitStep, chargedMs - readyMs));
  return {
    handover: {
      ...bare,
      // Without a suspicion (another kind of election was first) the whole time until the new term
      // counts as vote.
      ...(suspectedMs === null ? {} : { detectMs: positive(suspectedMs - skewMs - atMs) }),
      voteMs: positive(electedMs - (suspectedMs ?? atMs + skewMs)),
      ...(promotedMs === null ? {} : { promoteMs: positive(promotedMs - electedMs) }),
      ...(promotedMs === null || reclaimedMs === null
        ? {}
        : { reclaimMs: positive(reclaimedMs - promotedMs) }),
      ...(commitStep === null ? {} : { firstCommitMs: roundToTenth(commitStep) }),
    },
    gatewayMs,
    answerMs: firstCommitMs === null ? null : positive(seenMs + skewMs - firstCommitMs),
  };
}
