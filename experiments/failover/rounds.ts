/**
 * Injects faults into the leader again and again under steady traffic, one kind after the other, in
 * an order that the seed shuffles for each round. After each fault: the first response under a new
 * term, the heal, every monitor healthy, then a pause of random length.
 */
import { setMaxListeners } from 'node:events';
import { sleep } from '../../shared/clock.js';
import { seededRandom, shuffle, type Random } from '../../shared/random.js';
import { waitUntil, type Waiting } from '../../shared/wait-until.js';
import { getFault } from '../faults/faults.js';
import { Injector, type InjectedFault } from '../faults/injector.js';
import type { FaultWindow, RequestRecord } from '../record/history.js';
import type { Cluster } from '../system/cluster.js';
import { createPaymentClient, wallMs } from '../traffic/client.js';
import { runTraffic } from '../traffic/traffic.js';
import type { TrafficReport } from '../traffic/traffic-report.js';
import { HANDOVERS, type FaultAndTarget, type ForcedKind } from './kinds.js';
import { TermWatch } from './term-watch.js';

/** Longest wait for a successor before the run fails, ms. */
const SUCCESSOR_MS = 20_000;
/**
 * Shortest calm before a fault, ms; a random time up to the same length is added. The normal wait
 * is measured in the calm.
 */
const CALM_MS = 200;
const SETTLE_MS = 30_000;
const LOOK_MS = 20;
/** A payment that takes longer than this, about ten times the usual, waited behind others. */
const FLUENT_MS = 500;
/** Traffic before the first fault, ms: fills the pools and lets the code be compiled. */
const WARM_UP_MS = 1_000;

/** One hand-over as it happened. Times are the client's wall clock, ms. */
export interface ForcedHandover {
  kind: ForcedKind;
  leader: string;
  /** Term of the former leader. */
  term: number;
  /** Start of the calm. */
  calmFromMs: number;
  atMs: number;
  /** When the client received the first response committed under a later term, and that term. */
  seenMs: number;
  seenTerm: number;
  seenPaymentId: string;
  /**
   * When the fault was healed and every monitor was healthy again. All effects until then are
   * attributed to the fault.
   */
  settledMs: number;
  /**
   * Wall clock of the system minus that of the client, ms: in a long run the two drift apart,
   * because the client's is based on the monotonic clock.
   */
  skewMs: number;
}

export interface RoundsOptions {
  cluster: Cluster;
  kinds: readonly ForcedKind[];
  /** Number within the run, counted from 1. */
  segment: number;
  /** The first and the last round of this segment, counted from 1. */
  from: number;
  to: number;
  ratePerSec: number;
  deadlineMs: number;
  seed: number;
  signal: AbortSignal;
  onProgress: (kind: ForcedKind, answered: number) => void;
}

export interface RoundsDone {
  requests: RequestRecord[];
  handovers: ForcedHandover[];
  faults: FaultWindow[];
  traffic: TrafficReport;
}

export async function forceHandovers(options: RoundsOptions): Promise<RoundsDone> {
  const { cluster, seed, segment: trial, deadlineMs, signal, ratePerSec } = options;
  // Every wait of a run listens to this signal, and some waits overlap.
  setMaxListeners(0, signal);
  const client = createPaymentClient(cluster.addresses, cluster.system.tokens.api, deadlineMs);
  const requests: RequestRecord[] = [];
  const watch = new TermWatch();
  const injector = new Injector(cluster, signal);
  const stop = new AbortController();
  const traffic = runTraffic('open', {
    client,
    signal,
    ratePerSec,
    trial,
    name: `segment-${trial}`,
    count: Infinity,
    stop: stop.signal,
    patients: cluster.patients,
    random: seededRandom(seed, `traffic-${trial}`),
    onRecord: (record) => {
      requests.push(record);
      watch.onResponse(record);
    },
  });
  traffic.catch(() => undefined); // Awaited below in every case.
  try {
    await sleep(WARM_UP_MS, signal);
    const handovers = await runRounds(options, { injector, watch, requests });
    stop.abort();
    return {
      requests,
      handovers,
      faults: injector.windows.map((window) => ({ trial, ...window })),
      traffic: await traffic,
    };
  } finally {
    stop.abort();
    await injector.healAll();
    await traffic.catch(() => undefined);
    client.close();
  }
}

interface RoundTools {
  injector: Injector;
  watch: TermWatch;
  /** Appended as responses arrive. */
  requests: readonly RequestRecord[];
}

async function runRounds(options: RoundsOptions, means: RoundTools): Promise<ForcedHandover[]> {
  const { kinds, from, to, seed, signal, onProgress } = options;
  const { requests } = means;
  const handovers: ForcedHandover[] = [];
  await waitUntilSettled(options, requests);
  for (let round = from; round <= to; round += 1) {
    for (const kind of shuffle(kinds, seededRandom(seed, `order-${round}`))) {
      onProgress(kind, requests.length);
      const random = seededRandom(seed, `round-${round}-${kind}`);
      const calmFromMs = wallMs();
      await sleep(CALM_MS + random.below(CALM_MS), signal);
      const forced = await forceHandover(options, means, kind, random);
      await waitUntilSettled(options, requests);
      handovers.push({ ...forced, calmFromMs, settledMs: wallMs() });
    }
  }
  return handovers;
}

/**
 * Waits until every monitor reports all replicas and a leader, because the next vote may need each
 * monitor, and until no payment waits. @throws Error.
 */
async function waitUntilSettled(
  { cluster, ratePerSec, signal }: RoundsOptions,
  requests: readonly RequestRecord[],
): Promise<void> {
  const { subject, system } = cluster;
  const end = performance.now() + SETTLE_MS;
  const waiting = (otherwise: string): Waiting => ({
    deadlineMs: end - performance.now(),
    pollMs: LOOK_MS,
    signal,
    toError: () => new Error(`${otherwise} ${SETTLE_MS} ms after the last fault`),
  });
  for (const monitor of system.monitors) {
    await waitUntil(
      async () => {
        const { alive, led } = await subject.poll({ ...system, monitors: [monitor] });
        return led && alive === system.replicas.length;
      },
      waiting(`${monitor.name} still missed a replica or a leader`),
    );
  }
  await waitUntil(
    () => isFluent(requests.at(-1)),
    waiting(`payments still waited (${ratePerSec} per second are too many for this machine)`),
  );
}

/** Whether the latest response is recent and fast: no backlog. */
const isFluent = (latest: RequestRecord | undefined): boolean =>
  latest?.status === 'SUCCEEDED' &&
  latest.answeredMs - latest.intendedMs < FLUENT_MS &&
  wallMs() - latest.answeredMs < FLUENT_MS;

async function forceHandover(
  { cluster, signal }: RoundsOptions,
  { injector, watch }: RoundTools,
  kind: ForcedKind,
  random: Random,
): Promise<Omit<ForcedHandover, 'calmFromMs' | 'settledMs'>> {
  const { leader, term } = await cluster.leadership();
  if (leader === null) throw new Error('there is no leader');
  const seen = watch.waitForTermAbove(term);
  const skewMs = Date.now() - wallMs();
  const injected = await injectAll(
    injector,
    HANDOVERS[kind].selectFaults(cluster, leader, random),
    random,
  );
  const atMs = injected.reduce((first, { window }) => Math.min(first, window.atMs), Infinity);
  const answer = await withDeadline(
    seen,
    SUCCESSOR_MS,
    signal,
    `no payment under a new term within ${SUCCESSOR_MS} ms of ${kind} of ${leader}`,
  );
  await sleep(HANDOVERS[kind].shortestMs - (wallMs() - atMs), signal);
  await Promise.all(injected.map(({ heal }) => heal()));
  const { answeredMs, term: seenTerm, paymentId } = answer;
  return {
    kind,
    leader,
    term,
    atMs,
    seenMs: answeredMs,
    seenTerm: seenTerm ?? term,
    seenPaymentId: paymentId ?? '',
    skewMs,
  };
}

/** Injects all faults at once. @throws Error when one of them fails. */
async function injectAll(
  injector: Injector,
  faults: readonly FaultAndTarget[],
  random: Random,
): Promise<InjectedFault[]> {
  const order = { durationMs: Infinity, random };
  const results = await Promise.all(
    faults.map(({ fault, target }) => injector.inject(getFault(fault), { ...order, target })),
  );
  return results.map((result) => {
    if (!result.injected)
      throw new Error(`${result.kind} of ${result.target} failed: ${result.reason}`);
    return result;
  });
}

/** @throws Error with `message` when the promise does not resolve in time. */
async function withDeadline<T>(
  awaited: Promise<T>,
  ms: number,
  signal: AbortSignal,
  message: string,
): Promise<T> {
  const over = new AbortController();
  try {
    const late = sleep(ms, AbortSignal.any([over.signal, signal])).then(() => {
      throw new Error(message);
    });
    return await Promise.race([awaited, late]);
  } finally {
    over.abort();
  }
}
