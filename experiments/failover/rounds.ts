/**
 * Under steady traffic the leader is struck, again and again, a kind at a time in an order that the seed shuffles each round. After each
 * blow: the first answer under a new term, healing, all monitors content, and calm of a length nobody can get used to.
 */
import { sleep } from '../../shared/clock.js';
import { seededRandom, type Random } from '../../shared/random.js';
import { faultOf } from '../faults/faults.js';
import { Injector, type Struck } from '../faults/injector.js';
import type { FaultWindow, RequestRecord } from '../history.js';
import type { Laboratory } from '../laboratory.js';
import { createPaymentClient, wallMs } from '../traffic/client.js';
import { runTraffic } from '../traffic/traffic.js';
import type { TrafficReport } from '../traffic/traffic-report.js';
import { HANDOVERS, type Blow, type HandoverKind } from './kinds.js';
import { TermWatch } from './watch.js';

/** Longest wait for a successor before the run is given up, ms. */
const SUCCESSOR_MS = 20_000;
/** Shortest calm before a blow, ms, and as much again by chance. What is normal is measured in it. */
const CALM_MS = 200;
const SETTLE_MS = 30_000;
const LOOK_MS = 20;
/** A payment that takes longer than this, some ten times what it needs, waited behind others. */
const FLUENT_MS = 500;
/** Traffic before the first blow, ms: pools are filled, code is compiled. */
const WARM_UP_MS = 1_000;

/** A blow as it happened. Times are the client's, wall clock, ms. */
export interface Strike {
  kind: HandoverKind;
  leader: string;
  /** Of the leader that was struck. */
  term: number;
  /** Since when everything was calm. */
  calmFromMs: number;
  atMs: number;
  /** When the client had the first answer that was committed under a later term, and which that was. */
  seenMs: number;
  seenTerm: number;
  seenPaymentId: string;
  /** When it was healed and every monitor was content again: until then everything is put down to the blow. */
  settledMs: number;
  /** The system's wall clock less the client's, ms: a long run's monotonic clock drifts away from it. */
  skewMs: number;
}

export interface RoundsOptions {
  laboratory: Laboratory;
  kinds: readonly HandoverKind[];
  /** Of the run, counted from 1. */
  stretch: number;
  /** The first and the last round of it, counted from 1. */
  from: number;
  to: number;
  ratePerSec: number;
  deadlineMs: number;
  seed: number;
  signal: AbortSignal;
  onProgress: (kind: HandoverKind, answered: number) => void;
}

export interface RoundsDone {
  requests: RequestRecord[];
  strikes: Strike[];
  faults: FaultWindow[];
  traffic: TrafficReport;
}

export async function strikeUnderTraffic(options: RoundsOptions): Promise<RoundsDone> {
  const { laboratory, seed, stretch: trial, deadlineMs, signal, ratePerSec } = options;
  const client = createPaymentClient(laboratory.entrances, laboratory.system.tokens.api, deadlineMs);
  const requests: RequestRecord[] = [];
  const watch = new TermWatch();
  const injector = new Injector(laboratory, signal);
  const stop = new AbortController();
  const traffic = runTraffic('open', {
    client, signal, ratePerSec, trial, name: `stretch-${trial}`, count: Infinity, stop: stop.signal,
    patients: laboratory.patients, random: seededRandom(seed, `traffic-${trial}`),
    onRecord: (record) => {
      requests.push(record);
      watch.answered(record);
    },
  });
  traffic.catch(() => undefined); // Awaited below, whatever happens before.
  try {
    await sleep(WARM_UP_MS, signal);
    const strikes = await allRounds(options, { injector, watch, requests });
    stop.abort();
    return { requests, strikes, faults: injector.windows.map((window) => ({ trial, ...window })), traffic: await traffic };
  } finally {
    stop.abort();
    await injector.healAll();
    await traffic.catch(() => undefined);
    client.close();
  }
}

interface Means {
  injector: Injector;
  watch: TermWatch;
  /** As answers come. */
  requests: readonly RequestRecord[];
}

async function allRounds(options: RoundsOptions, means: Means): Promise<Strike[]> {
  const { kinds, from, to, seed, signal, onProgress } = options;
  const { requests } = means;
  const strikes: Strike[] = [];
  await allSettled(options, requests);
  for (let round = from; round <= to; round += 1) {
    for (const kind of shuffled(kinds, seededRandom(seed, `order-${round}`))) {
      onProgress(kind, requests.length);
      const random = seededRandom(seed, `round-${round}-${kind}`);
      const calmFromMs = wallMs();
      await sleep(CALM_MS + random.below(CALM_MS), signal);
      const struck = await strike(options, means, kind, random);
      await allSettled(options, requests);
      strikes.push({ ...struck, calmFromMs, settledMs: wallMs() });
    }
  }
  return strikes;
}

/** As each monitor sees it, not only the first: all of them may be needed for the next vote. And no payment waits. @throws Error. */
async function allSettled({ laboratory, ratePerSec, signal }: RoundsOptions, requests: readonly RequestRecord[]): Promise<void> {
  const { subject, system } = laboratory;
  const end = performance.now() + SETTLE_MS;
  const content = async (isSo: () => boolean | Promise<boolean>, otherwise: string): Promise<void> => {
    while (!(await isSo())) {
      if (performance.now() > end) throw new Error(`${otherwise} ${SETTLE_MS} ms after the last blow`);
      await sleep(LOOK_MS, signal);
    }
  };
  for (const monitor of system.monitors) {
    await content(async () => {
      const { alive, led } = await subject.look({ ...system, monitors: [monitor] });
      return led && alive === system.replicas.length;
    }, `${monitor.name} still missed a replica or a leader`);
  }
  await content(() => isFluent(requests.at(-1)), `payments still waited, at ${ratePerSec} a second too many for this machine,`);
}

/** The latest answer is fresh: nothing has piled up. */
const isFluent = (latest: RequestRecord | undefined): boolean =>
  latest?.status === 'SUCCEEDED' && latest.answeredMs - latest.intendedMs < FLUENT_MS && wallMs() - latest.answeredMs < FLUENT_MS;

async function strike(
  { laboratory, signal }: RoundsOptions, { injector, watch }: Means, kind: HandoverKind, random: Random,
): Promise<Omit<Strike, 'calmFromMs' | 'settledMs'>> {
  const { leader, term } = await laboratory.leadership();
  if (leader === null) throw new Error('nobody leads');
  const seen = watch.firstAbove(term);
  const skewMs = Date.now() - wallMs();
  const landed = await land(injector, HANDOVERS[kind].blows(laboratory, leader, random), random);
  const atMs = landed.reduce((first, { window }) => Math.min(first, window.atMs), Infinity);
  const answer = await withDeadline(seen, SUCCESSOR_MS, signal, `no payment under a new term within ${SUCCESSOR_MS} ms of ${kind} of ${leader}`);
  await sleep(HANDOVERS[kind].heldMs - (wallMs() - atMs), signal);
  await Promise.all(landed.map(({ heal }) => heal()));
  const { answeredMs, term: seenTerm, paymentId } = answer;
  return { kind, leader, term, atMs, seenMs: answeredMs, seenTerm: seenTerm ?? term, seenPaymentId: paymentId ?? '', skewMs };
}

/** All at once. @throws Error when one of them did not land. */
async function land(injector: Injector, blows: readonly Blow[], random: Random): Promise<Struck[]> {
  const order = { durationMs: Infinity, random };
  const struck = await Promise.all(blows.map(({ fault, target }) => injector.strike(faultOf(fault), { ...order, target })));
  return struck.map((blow) => {
    if (!blow.struck) throw new Error(`${blow.kind} of ${blow.target} failed: ${blow.reason}`);
    return blow;
  });
}

/** @throws Error with `message` when it does not come in time. */
async function withDeadline<T>(awaited: Promise<T>, ms: number, signal: AbortSignal, message: string): Promise<T> {
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

function shuffled<T>(items: readonly T[], random: Random): T[] {
  const left = [...items];
  return items.map(() => left.splice(random.below(left.length), 1)[0] as T);
}
