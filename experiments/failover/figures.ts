/**
 * The results of a run of hand-overs, per kind. They are collected segment by segment, so that ten
 * thousand hand-overs need only the memory of their own figures, not of the payments sent during
 * them.
 */
import type { RunEvidence, RequestRecord } from '../record/history.js';
import { storeLatency, Latencies, type StoredLatencies } from '../statistics/latencies.js';
import type { FaultRecord, Objective, Trial } from '../record/result.js';
import { percentile } from '../../shared/percentile.js';
import type { TrafficReport } from '../traffic/traffic-report.js';
import { isAvailable, TrialTally } from '../record/trial-summary.js';
import { HANDOVERS, type ForcedKind, type Quantity } from './kinds.js';
import { observe, type Observation } from './measure.js';
import type { RoundsDone, ForcedHandover } from './rounds.js';

export interface KindFigures {
  kind: ForcedKind;
  observations: readonly Observation[];
}

/** The quantities stored as histograms, and their names in the journal. */
const KEPT: Readonly<Record<string, (observation: Observation) => number | null | undefined>> = {
  'fault to first commit seen': ({ handover }) => handover.totalMs,
  'extra wait': ({ extraMs }) => extraMs,
  'extra wait in the calm': ({ calmExtraMs }) => calmExtraMs,
  'longest gap': ({ gapMs }) => gapMs,
  'longest gap in the calm': ({ calmGapMs }) => calmGapMs,
  'detect': ({ handover }) => handover.detectMs,
  'vote': ({ handover }) => handover.voteMs,
  'promote': ({ handover }) => handover.promoteMs,
  'reclaim': ({ handover }) => handover.reclaimMs,
  'first commit': ({ handover }) => handover.firstCommitMs,
  'gateway': ({ gatewayMs }) => gatewayMs,
  'answer': ({ answerMs }) => answerMs,
};

interface Gathered {
  observations: Observation[];
  faults: FaultRecord[];
  tally: TrialTally;
  /** When the first of them began, wall clock, ms. */
  startedMs: number;
}

export interface FailoverOptions {
  kinds: readonly ForcedKind[];
  monitors: number;
  deadlineMs: number;
  /** Duration of the gateway's call for a payment, ms. */
  chargeMs: (paymentId: string) => number;
}

export class FailoverFigures {
  readonly traffic: TrafficReport = {
    mode: 'open',
    sent: 0,
    lateSends: 0,
    worstLatenessMs: 0,
    droppedSends: 0,
  };
  private readonly gathered = new Map<ForcedKind, Gathered>();

  constructor(private readonly options: FailoverOptions) {
    for (const kind of options.kinds) {
      this.gathered.set(kind, {
        observations: [],
        faults: [],
        tally: new TrialTally(),
        startedMs: Infinity,
      });
    }
  }

  /**
   * Adds a segment. @param evidence its payments, and at least the elections during the segment.
   */
  add(
    { handovers, requests, traffic }: Pick<RoundsDone, 'handovers' | 'requests' | 'traffic'>,
    evidence: RunEvidence,
  ): void {
    const observations = observe({
      handovers,
      evidence: { ...evidence, requests },
      chargeMs: this.options.chargeMs,
    });
    for (const observation of observations)
      this.of(observation.kind).observations.push(observation);
    for (const handover of handovers) this.addFault(handover);
    this.addRequests(requests, handovers, evidence);
    this.traffic.sent += traffic.sent;
    this.traffic.lateSends += traffic.lateSends;
    this.traffic.droppedSends += traffic.droppedSends;
    this.traffic.worstLatenessMs = Math.max(this.traffic.worstLatenessMs, traffic.worstLatenessMs);
  }

  /**
   * One row per kind: its hand-overs, and the payments that were due between a fault and the
   * recovery.
   */
  trials(): Trial[] {
    return [...this.gathered.values()].map(({ observations, faults, tally }) =>
      tally.row({ faults, handovers: observations.map(({ handover }) => handover) }),
    );
  }

  kinds(): KindFigures[] {
    return [...this.gathered].map(([kind, { observations }]) => ({ kind, observations }));
  }

  histograms(): StoredLatencies[] {
    return this.kinds().flatMap(({ kind, observations }) =>
      Object.entries(KEPT).flatMap(([name, valueOf]) => {
        const values = observations.flatMap((observation) => valueOf(observation) ?? []);
        return values.length === 0 ? [] : [storeLatency(`${kind}: ${name}`, Latencies.of(values))];
      }),
    );
  }

  /** @param total of all payments. */
  objectives({ sent, withinDeadline }: Pick<Trial, 'sent' | 'withinDeadline'>): Objective[] {
    const failed = sent - withinDeadline;
    const promised = this.kinds().flatMap(({ kind, observations }) =>
      HANDOVERS[kind]
        .getBounds(this.options.monitors)
        .map(({ quantity, share, withinMs }): Objective => {
          const actual = percentile(
            observations.map((observation) => valueOf(observation, quantity)),
            share,
          );
          return {
            name: `${kind}: p${share * 100} ms ${SAID[quantity]}`,
            target: withinMs,
            actual,
            met: actual <= withinMs,
          };
        }),
    );
    return [
      ...promised,
      {
        name: 'payments that did not succeed in time',
        target: 0,
        actual: failed,
        met: failed === 0,
      },
    ];
  }

  private of(kind: ForcedKind): Gathered {
    const gathered = this.gathered.get(kind);
    if (!gathered) throw new RangeError(`${kind} was not asked for`);
    return gathered;
  }

  private addFault({ kind, leader, atMs, settledMs }: ForcedHandover): void {
    const gathered = this.of(kind);
    gathered.startedMs = Math.min(gathered.startedMs, atMs);
    gathered.faults.push({
      kind,
      target: leader,
      atMs: atMs - gathered.startedMs,
      healedAtMs: settledMs - gathered.startedMs,
    });
  }

  private addRequests(
    requests: readonly RequestRecord[],
    handovers: readonly ForcedHandover[],
    { payments }: RunEvidence,
  ): void {
    const rows = new Map(payments.map((row) => [row.id, row]));
    let index = 0;
    for (const request of [...requests].sort((a, b) => a.intendedMs - b.intendedMs)) {
      while (
        index < handovers.length &&
        (handovers[index] as ForcedHandover).settledMs < request.intendedMs
      )
        index += 1;
      const handover = handovers[index];
      if (!handover || request.intendedMs < handover.atMs) continue;
      this.of(handover.kind).tally.add(
        request,
        isAvailable(request, rows, this.options.deadlineMs),
      );
    }
  }
}

const valueOf = ({ handover, extraMs }: Observation, quantity: Quantity): number =>
  quantity === 'seen' ? handover.totalMs : extraMs;

/** Name of a quantity in an objective. */
const SAID: Readonly<Record<Quantity, string>> = {
  seen: 'fault → commit seen',
  extra: 'longest extra wait',
};
