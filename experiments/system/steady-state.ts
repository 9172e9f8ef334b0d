/**
 * The steady state: every process runs, the storage with standbys works in full, all monitors
 * report every replica alive and the same leader, and a payment through each address succeeds in
 * time. Checked before the first fault and after the last heal; without a steady state a fault
 * would prove nothing.
 */
import { pollUntil } from '../../shared/wait-until.js';
import type { RequestRecord } from '../record/history.js';
import { findBrokenPart } from '../storage/parts.js';
import type { Cluster } from './cluster.js';
import { hasWorkingLeader, readStatus } from './monitor-status.js';
import { createPaymentClient } from '../traffic/client.js';

const LOOK_AGAIN_MS = 100;

export interface SteadyStateOptions {
  cluster: Cluster;
  /** A payment must succeed within this time, ms. */
  paymentWithinMs: number;
  /** Longest wait for the steady state, ms. */
  withinMs: number;
  /** Prefix of the keys of the payments that check the state; unique in a run. */
  name: string;
  signal: AbortSignal;
}

export interface SteadyState {
  /** Time until the state was reached or the wait ended, ms. */
  spentMs: number;
  /** The missing condition at the last check, for people; null: the steady state is reached. */
  missing: string | null;
}

/** Waits for the steady state. @throws AbortError. */
export async function reachSteadyState(options: SteadyStateOptions): Promise<SteadyState> {
  const { cluster, withinMs, signal } = options;
  const startMs = performance.now();
  let missing: string | null = null;
  let look = 0;
  const isReached = async (): Promise<boolean> => {
    look += 1;
    missing =
      checkProcesses(cluster) ??
      (await checkStorage(cluster)) ??
      (await checkMonitors(cluster)) ??
      (await checkPayments(options, look));
    return missing === null;
  };
  await pollUntil(isReached, { deadlineMs: withinMs, pollMs: LOOK_AGAIN_MS, signal });
  return { spentMs: Math.round(performance.now() - startMs), missing };
}

function checkProcesses({ system }: Cluster): string | null {
  const down = system.processes.filter(({ up }) => !up).map(({ name }) => name);
  return down.length === 0 ? null : `${down.join(', ')} not running`;
}

const STORAGE_NAMES = { record: 'the database cluster', queue: 'the Redis group' } as const;

async function checkStorage(cluster: Cluster): Promise<string | null> {
  const part = await findBrokenPart(cluster);
  return part === null ? null : `not every part of ${STORAGE_NAMES[part]} works`;
}

async function checkMonitors({ system }: Cluster): Promise<string | null> {
  const looks = await Promise.all(
    system.monitors.map(async (monitor) => ({
      name: monitor.name,
      status: await readStatus(monitor, system.tokens.operator),
    })),
  );
  const terms = new Set<string>();
  for (const { name, status } of looks) {
    const leader = status?.partitions[0];
    if (!status || !leader) return `${name} does not answer`;
    const notAlive = status.replicas
      .filter(({ observed }) => observed !== 'alive')
      .map(({ id }) => id);
    if (notAlive.length > 0) return `${name} does not report ${notAlive.join(', ')} as alive`;
    if (!hasWorkingLeader(status)) return `${name} reports no leader of term ${leader.term}`;
    terms.add(`${leader.term} ${leader.leader ?? ''}`);
  }
  return terms.size > 1 ? `monitors disagree: ${[...terms].join(', ')}` : null;
}

async function checkPayments(
  { cluster, paymentWithinMs, name }: SteadyStateOptions,
  look: number,
): Promise<string | null> {
  const { addresses, patients, system } = cluster;
  const client = createPaymentClient(addresses, system.tokens.api, paymentWithinMs);
  try {
    const order = { patientId: patients[0] ?? '', amountMinor: 1_000, currency: 'USD' };
    const paid = await Promise.all(
      addresses.map((_, index) =>
        client.pay(
          { ...order, key: `${name}-${look}-${index}` },
          0,
          performance.timeOrigin + performance.now(),
        ),
      ),
    );
    return (
      paid.map((answer) => shortcoming(answer, paymentWithinMs)).find((found) => found !== null) ??
      null
    );
  } finally {
    client.close();
  }
}

function shortcoming(
  { status, error, instance, answeredMs, intendedMs }: RequestRecord,
  withinMs: number,
): string | null {
  const spentMs = Math.round(answeredMs - intendedMs);
  if (status === 'SUCCEEDED' && spentMs <= withinMs) return null;
  return `a payment at ${instance} ended with ${status ?? error ?? 'no outcome'} after ${spentMs} ms`;
}
