/**
 * What a hand-over was, as the client saw it, from the recorded history. Pure.
 *
 * `seen` runs from the blow to the first answer the client had that was committed under a later term, whatever happened in between: the
 * gateway's 10 to 30 ms are in it, and shown apart. It is split where the election history has marks. `extra` is how much longer than
 * normal a client had to wait, at worst: of every payment that was under way between the blow and the moment when all was as before, the
 * wait other than for its own charge (whose length is a function of its id), less the median of that in the calm. `gap` is the longest
 * time without any success meanwhile. Both have a control: the same, taken over the calm before the blow, when nothing happened at all.
 */
import type { ElectionRow, Evidence, RequestRecord } from '../history.js';
import type { Handover } from '../result.js';
import { percentile } from '../statistics.js';
import type { HandoverKind } from './kinds.js';
import type { Strike } from './rounds.js';

export interface Observation {
  kind: HandoverKind;
  handover: Handover & { totalMs: number };
  /** Of the step from reclaim to first commit: waiting for the gateway. */
  gatewayMs: number | null;
  /** From the first commit to the client. */
  answerMs: number | null;
  extraMs: number;
  /** Null: no payment was due and answered in the calm, so there is no control. */
  calmExtraMs: number | null;
  gapMs: number;
  /** Null: as above. */
  calmGapMs: number | null;
}

export interface MeasureOptions {
  strikes: readonly Strike[];
  evidence: Pick<Evidence, 'requests' | 'elections' | 'charges'>;
  /** How long the gateway takes for a payment, by its id, ms. */
  chargeMs: (paymentId: string) => number;
}

const round = (ms: number): number => Math.round(ms * 10) / 10;
const positive = (ms: number): number => round(Math.max(0, ms));

export function observe({ strikes, evidence, chargeMs }: MeasureOptions): Observation[] {
  const elections = new Map(evidence.elections.map((election) => [election.term, election]));
  const chargedAt = chargeTimes(evidence, new Set(strikes.map(({ seenPaymentId }) => seenPaymentId)));
  const waits = waitsOf(evidence.requests, chargeMs);
  const calmWaits = waits.filter(inCalm(strikes)).map(({ ownMs }) => ownMs);
  const normalMs = calmWaits.length === 0 ? 0 : percentile(calmWaits, 0.5); // Without any calm all of the wait counts as extra.
  const worst = (some: readonly Wait[]): number => some.reduce((most, { ownMs }) => Math.max(most, ownMs - normalMs), 0);
  return strikes.map((strike, index) => {
    const near = waitsBetween(waits, strikes[index - 1]?.settledMs ?? -Infinity, strike.settledMs);
    const during = near.filter(({ answeredMs }) => answeredMs >= strike.atMs);
    const calm = near.filter(({ intendedMs, answeredMs }) => intendedMs >= strike.calmFromMs && answeredMs < strike.atMs);
    const gatewayBoundMs = chargeMs(strike.seenPaymentId);
    return {
      kind: strike.kind,
      ...split(strike, elections.get(strike.seenTerm), chargedAt.get(strike.seenPaymentId) ?? null, gatewayBoundMs),
      extraMs: round(worst(during)),
      calmExtraMs: calm.length === 0 ? null : round(worst(calm)),
      gapMs: longestGap(near, (_beganMs, endedMs) => endedMs >= strike.atMs),
      calmGapMs: calm.length < 2 ? null : longestGap(near, (beganMs, endedMs) => beganMs >= strike.calmFromMs && endedMs < strike.atMs),
    };
  });
}

interface Wait {
  intendedMs: number;
  answeredMs: number;
  /** From when it was due to its answer, less the charge. */
  ownMs: number;
}

/** Of the payments that succeeded, in order of when they were due. */
function waitsOf(requests: readonly RequestRecord[], chargeMs: (paymentId: string) => number): Wait[] {
  const waits: Wait[] = [];
  for (const { status, paymentId, intendedMs, answeredMs } of requests) {
    if (status !== 'SUCCEEDED' || paymentId === null) continue;
    waits.push({ intendedMs, answeredMs, ownMs: answeredMs - intendedMs - chargeMs(paymentId) });
  }
  return waits.sort((a, b) => a.intendedMs - b.intendedMs);
}

const inCalm = (strikes: readonly Strike[]) => {
  let index = 0; // Waits come in order, and so do strikes.
  return ({ intendedMs, answeredMs }: Wait): boolean => {
    while (index < strikes.length && (strikes[index] as Strike).atMs <= intendedMs) index += 1;
    const next = strikes[index];
    return next !== undefined && intendedMs >= next.calmFromMs && answeredMs < next.atMs;
  };
};

/** Those due from `fromMs` to `toMs`. */
function waitsBetween(waits: readonly Wait[], fromMs: number, toMs: number): Wait[] {
  const some: Wait[] = [];
  for (let index = firstDue(waits, fromMs); index < waits.length && (waits[index] as Wait).intendedMs <= toMs; index += 1) {
    some.push(waits[index] as Wait);
  }
  return some;
}

/** Binary search: index of the first one due at `ms` or later. */
function firstDue(waits: readonly Wait[], ms: number): number {
  let [low, high] = [0, waits.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((waits[middle] as Wait).intendedMs < ms) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Longest time without an answer, of those that count. */
function longestGap(waits: readonly Wait[], counts: (beganMs: number, endedMs: number) => boolean): number {
  const answers = waits.map(({ answeredMs }) => answeredMs).sort((a, b) => a - b);
  let longest = 0;
  for (const [index, endedMs] of answers.entries()) {
    const beganMs = answers[index - 1];
    if (beganMs !== undefined && counts(beganMs, endedMs)) longest = Math.max(longest, endedMs - beganMs);
  }
  return round(longest);
}

function chargeTimes({ charges }: Pick<Evidence, 'charges'>, ids: ReadonlySet<string>): Map<string, number> {
  const times = new Map<string, number>();
  for (const { key, at } of charges ?? []) if (at !== undefined && ids.has(key)) times.set(key, Date.parse(at));
  return times;
}

/** The marks of the history are the system's wall clock, to a millisecond; they are moved onto the client's. */
function split(
  { kind, atMs, seenMs, seenTerm, skewMs }: Strike, election: ElectionRow | undefined, chargedMs: number | null, gatewayBoundMs: number,
): Pick<Observation, 'handover' | 'gatewayMs' | 'answerMs'> {
  const totalMs = round(seenMs - atMs);
  const bare = { kind, term: seenTerm, totalMs };
  if (!election) return { handover: bare, gatewayMs: null, answerMs: null };
  const { suspectedMs, electedMs, promotedMs, reclaimedMs, firstCommitMs } = election;
  const readyMs = reclaimedMs ?? promotedMs;
  const commitStep = readyMs === null || firstCommitMs === null ? null : Math.max(0, firstCommitMs - readyMs);
  const gatewayMs = commitStep === null || chargedMs === null || readyMs === null ? null
    : positive(Math.min(gatewayBoundMs, commitStep, chargedMs - readyMs));
  return {
    handover: {
      ...bare,
      // Nobody suspected (an election of another kind came first): all of the way to the new term is the vote's.
      ...(suspectedMs === null ? {} : { detectMs: positive(suspectedMs - skewMs - atMs) }),
      voteMs: positive(electedMs - (suspectedMs ?? atMs + skewMs)),
      ...(promotedMs === null ? {} : { promoteMs: positive(promotedMs - electedMs) }),
      ...(promotedMs === null || reclaimedMs === null ? {} : { reclaimMs: positive(reclaimedMs - promotedMs) }),
      ...(commitStep === null ? {} : { firstCommitMs: round(commitStep) }),
    },
    gatewayMs,
    answerMs: firstCommitMs === null ? null : positive(seenMs + skewMs - firstCommitMs),
  };
}
