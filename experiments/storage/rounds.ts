/**
 * Injects faults into the storage under steady traffic, one after the other, in an order that the
 * seed shuffles. Each part returns, and the storage is whole, before the next fault.
 */
import { sleep } from '../../shared/clock.js';
import { seededRandom, shuffle } from '../../shared/random.js';
import { waitUntil } from '../../shared/wait-until.js';
import type { FaultWindow, RequestRecord } from '../record/history.js';
import type { Cluster } from '../system/cluster.js';
import { createPaymentClient, wallMs, type PaymentClient } from '../traffic/client.js';
import { runTraffic } from '../traffic/traffic.js';
import { inAll, type TrafficReport } from '../traffic/traffic-report.js';
import type { DirectWriter } from './direct-writer.js';
import { IMMEDIATE, type StorageRound } from './outage.js';
import type { OpenFault, StorageFault } from './storage-fault.js';

const WARM_UP_MS = 2_000;
/** Traffic before each fault, ms: the control of the outage. */
const CALM_MS = 2_000;
const POLL_MS = 50;
/** Longest wait for an accepted payment after a fault, and for the storage to be whole, ms. */
const RECOVERY_MS = 120_000;

export interface StorageLoad {
  cluster: Cluster;
  faults: Readonly<Record<string, StorageFault>>;
  names: readonly string[];
  /** Whether every part of the storage works. */
  isWhole: () => Promise<boolean>;
  /** Writes to the primary without the services during a fault; null: no part has such a client. */
  startDirectWriter: () => Promise<DirectWriter | null>;
  /** Number of the round, from 1. */
  round: number;
  ratePerSec: number;
  deadlineMs: number;
  seed: number;
  signal: AbortSignal;
  onProgress: (text: string) => void;
}

export interface StorageDone {
  rounds: StorageRound[];
  requests: RequestRecord[];
  faults: FaultWindow[];
  traffic: TrafficReport;
}

/** One round of every fault. @throws AbortError; Error when a part does not return. */
export async function faultStorage(load: StorageLoad): Promise<StorageDone> {
  const traffic = startTraffic(load);
  try {
    await sleep(WARM_UP_MS, load.signal);
    const rounds: StorageRound[] = [];
    for (const fault of shuffle(load.names, seededRandom(load.seed, `order-${load.round}`)))
      rounds.push(await performFault(load, fault, traffic.requests));
    const report = await traffic.end();
    const faults = rounds.map(({ fault: kind, target, atMs, healedMs }): FaultWindow => ({
      trial: load.round,
      kind,
      target,
      atMs,
      healedMs,
    }));
    return { rounds, requests: traffic.requests, faults, traffic: report };
  } finally {
    await traffic.end().catch(() => undefined);
  }
}

async function performFault(
  load: StorageLoad,
  name: string,
  requests: readonly RequestRecord[],
): Promise<StorageRound> {
  const { cluster, faults, isWhole, round, signal, onProgress } = load;
  const fault = faults[name] as StorageFault;
  await waitUntilWhole(isWhole, `before ${name}`, signal);
  const writer = await load.startDirectWriter();
  try {
    const calmFromMs = wallMs();
    await sleep(CALM_MS, signal);
    const atMs = wallMs();
    const open = await fault.inject(cluster);
    const openMs = wallMs();
    const { target } = open;
    onProgress(`round ${round} · ${name} of ${target} · ${requests.length} payments answered`);
    const healedMs = await healWhenAccepted(fault, open, { openMs, requests, name, signal });
    await waitUntilWhole(isWhole, `after ${name} of ${target}`, signal);
    const wholeMs = wallMs();
    const direct = (await writer?.judge()) ?? null;
    return { fault: name, target, calmFromMs, atMs, healedMs, wholeMs, direct };
  } finally {
    await writer?.stop();
  }
}

/**
 * Holds the fault, waits until a payment is accepted that was sent after the injection, and heals
 * it. A payment that was sent during the injection may have met the old primary.
 * @returns the time of the end of the fault.
 */
export async function healWhenAccepted(
  { holdMs, stopsAll }: Pick<StorageFault, 'holdMs' | 'stopsAll'>,
  { heal, target }: OpenFault,
  round: {
    /** When the injection had ended. */
    openMs: number;
    requests: readonly Pick<RequestRecord, 'sentMs' | 'paymentId'>[];
    name: string;
    signal: AbortSignal;
  },
): Promise<number> {
  const { openMs, requests, name, signal } = round;
  try {
    await sleep(holdMs - (wallMs() - openMs), signal);
    const isAccepted = (): boolean =>
      requests.some(({ sentMs, paymentId }) => sentMs > openMs && paymentId !== null);
    if (stopsAll !== true)
      await waitFor(isAccepted, `no payment is accepted after ${name} of ${target}`, signal);
  } finally {
    await heal();
  }
  return wallMs();
}

/** @throws Error when the storage is not whole within two minutes. */
export const waitUntilWhole = (
  isWhole: () => Promise<boolean>,
  when: string,
  signal: AbortSignal,
): Promise<boolean> => waitFor(isWhole, `the storage is not whole ${when}`, signal);

const waitFor = (
  check: () => boolean | Promise<boolean>,
  problem: string,
  signal: AbortSignal,
): Promise<boolean> =>
  waitUntil(check, {
    deadlineMs: RECOVERY_MS,
    pollMs: POLL_MS,
    signal,
    toError: () => new Error(`${problem} within ${RECOVERY_MS} ms`),
  });

interface Traffic {
  requests: RequestRecord[];
  /** Stops and awaits the requests in flight. May be called twice. */
  end(): Promise<TrafficReport>;
}

/** Half of the requests wait for the outcome, half do not. */
function startTraffic(load: StorageLoad): Traffic {
  const { cluster, round, deadlineMs, seed, signal, ratePerSec } = load;
  const requests: RequestRecord[] = [];
  const stop = new AbortController();
  const { addresses, system, patients } = cluster;
  const send = (client: PaymentClient, name: string): Promise<TrafficReport> =>
    runTraffic('open', {
      client,
      signal,
      ratePerSec: ratePerSec / 2,
      trial: round,
      name: `round-${round}-${name}`,
      count: Infinity,
      stop: stop.signal,
      patients,
      random: seededRandom(seed, `traffic-${round}-${name}`),
      onRecord: (record) => void requests.push(record),
    });
  const clients = (['wait', 'return'] as const).map((prefer) =>
    createPaymentClient(addresses, system.tokens.api, deadlineMs, prefer),
  );
  const [waiting, immediate] = clients as [PaymentClient, PaymentClient];
  const both = Promise.all([send(waiting, 'waiting'), send(immediate, IMMEDIATE)]);
  both.catch(() => undefined);
  return {
    requests,
    end: async () => {
      stop.abort();
      const reports = await both;
      clients.forEach((client) => client.close());
      return inAll(reports);
    },
  };
}
