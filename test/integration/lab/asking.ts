/**
 * Probes that detect a fault: the answer of a port, the outcome of a payment, the answer of the
 * gateway.
 */
import { connect } from 'node:net';
import type { Cluster } from '../../../experiments/system/cluster.js';
import type { ManagedProcess } from '../../../local/processes/processes.js';
import { eventually } from '../../support/eventually.js';

/** Time in which a healed system reconnects on a busy machine, ms. */
const PATIENCE_MS = 60_000;

/**
 * `refused`: no process listens. `silent`: it accepts and sends nothing within `waitMs`. `answers`:
 * it sent data.
 */
export function knock(
  { port }: Pick<ManagedProcess, 'port'>,
  waitMs = 300,
): Promise<'refused' | 'silent' | 'answers' | 'reset'> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1' });
    const end = (outcome: 'refused' | 'silent' | 'answers' | 'reset'): void => {
      clearTimeout(timer);
      socket.destroy();
      resolve(outcome);
    };
    const timer = setTimeout(() => end('silent'), waitMs);
    socket.once('connect', () => socket.write('GET /livez HTTP/1.1\r\nhost: x\r\n\r\n'));
    socket.once('data', () => end('answers'));
    socket.once('error', ({ code }: NodeJS.ErrnoException) =>
      end(code === 'ECONNREFUSED' ? 'refused' : 'reset'),
    );
    // PostgreSQL closes the connection after an unknown request: an answer too.
    socket.once('close', () => end('answers'));
  });
}

let paid = 0;

/** One payment by a client that waits. @returns its status, or the reason why it has none. */
export async function pay(
  { addresses, system, patients }: Cluster,
  waitSeconds = 10,
): Promise<string> {
  paid += 1;
  try {
    const answer = await fetch(`${addresses[0] ?? ''}/api/payments`, {
      method: 'POST',
      headers: {
        'authorization': `Bearer ${system.tokens.api}`,
        'content-type': 'application/json',
        'idempotency-key': `lab-${process.pid}-${paid}`,
        'prefer': `wait=${waitSeconds}`,
      },
      body: JSON.stringify({
        patientId: patients[paid % patients.length],
        amountMinor: 1_000,
        currency: 'USD',
      }),
      signal: AbortSignal.timeout((waitSeconds + 5) * 1_000),
    });
    const { status } = (await answer.json()) as { status: unknown };
    return typeof status === 'string' ? status : `HTTP ${answer.status}`;
  } catch (error) {
    return (error as Error).name;
  }
}

/** Waits until every part is seen alive, a replica leads, and a payment succeeds. */
export async function isWhole(cluster: Cluster): Promise<void> {
  await cluster.waitUntilSettled(cluster.system.replicas.length, PATIENCE_MS);
  await eventually(async () => (await pay(cluster)) === 'SUCCEEDED', {
    what: 'a payment to succeed',
  });
}

/**
 * Sends a charge directly to the gateway. @returns its status, the problem's code, or `reset`, also
 * without an answer in time.
 */
export async function charge(
  { system }: Cluster,
  key: string,
  withinMs = PATIENCE_MS,
): Promise<string> {
  const { gateway, tokens } = system;
  try {
    const answer = await fetch(`${gateway?.url ?? ''}/charges`, {
      method: 'POST',
      headers: {
        'authorization': `Bearer ${tokens.internal}`,
        'content-type': 'application/json',
        'idempotency-key': key,
      },
      body: JSON.stringify({
        amountMinor: 100,
        currency: 'USD',
        patientId: '00000000-0000-4000-8000-000000000001',
      }),
      signal: AbortSignal.timeout(withinMs),
    });
    const body = (await answer.json()) as { status?: unknown; code?: unknown };
    return String(answer.ok ? body.status : body.code);
  } catch {
    return 'reset';
  }
}

/** HTTP status of reading a charge by its key. */
export async function lookUp({ system }: Cluster, key: string): Promise<number> {
  const { gateway, tokens } = system;
  const answer = await fetch(`${gateway?.url ?? ''}/charges/${key}`, {
    headers: { authorization: `Bearer ${tokens.internal}` },
  });
  return answer.status;
}
