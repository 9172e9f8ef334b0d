/**
 * The limit of PostgreSQL: pending payments in Relevo's own schema, committed by its own fenced
 * statement over one connection, one after the other. There is no queue, gateway, loading of rows
 * or response: the other work of a leader adds to this time.
 */
import { v7 as uuid } from 'uuid';
import {
  acceptPayments,
  type FencingToken,
  type NewPayment,
} from '../../../shared/postgres/ledger.js';
import type { Queryable } from '../../../shared/postgres/postgres.js';
import type { Benchmark, Measurement, BenchEnvironment } from '../benchmark.js';
import type { BenchStorage } from '../engines.js';
import { makeOrders } from '../orders.js';
import type { PeerOrder } from '../peer.js';
import { portionsOf } from '../peers/portions.js';
import { secondsOf, type Span } from '../programs/commands.js';
import { BenchProgram } from '../programs/program.js';
import { watchUsage } from '../usage.js';
import { WARM_UP_MOST } from '../warm-up.js';
import type { Opened, RowsToCommit } from './fenced-rows-program.js';

const TOKEN: FencingToken = { partition: 0, term: 1, leader: 'limit' };
/** Payments accepted by one statement: not measured. */
const ACCEPTED_AT_ONCE = 1_000;

const newPayment = ({ id, patientId, amountMinor, currency }: PeerOrder): NewPayment => ({
  id,
  patientId,
  amountMinor,
  currency,
  batchId: null,
  batchIndex: null,
  redriveOf: null,
  concept: null,
  answerWaited: false,
  idempotencyKey: uuid(),
  fingerprint: 'bench',
});

/** @returns the ids in the order of acceptance. */
async function fill(pool: Queryable, orders: readonly PeerOrder[]): Promise<string[]> {
  for (const portion of portionsOf(orders, ACCEPTED_AT_ONCE)) {
    const accepted = await acceptPayments(pool, TOKEN.partition, 'limit', portion.map(newPayment));
    if (accepted.length !== portion.length)
      throw new Error(`${accepted.length} of ${portion.length} payments were accepted`);
  }
  return orders.map(({ id }) => id);
}

async function electLeader(pool: Queryable): Promise<void> {
  const { partition, term, leader } = TOKEN;
  const elect = `SELECT * FROM move_leadership($1, $2, $3, 'bench', 'first', 'a measurement', 'bench', 1, 0)`;
  await pool.query(elect, [partition, term - 1, leader]);
}

async function problemsIn(
  { pool }: BenchStorage,
  name: string,
  expected: number,
): Promise<string[]> {
  const { rows } = await pool.query<{ paid: number; pending: number }>(
    `SELECT (SELECT count(*)::int FROM payment WHERE status = 'SUCCEEDED' AND term = $1 AND processed_by = $2) AS paid,
            (SELECT count(*)::int FROM pending_payment) AS pending`,
    [TOKEN.term, TOKEN.leader],
  );
  const { paid = 0, pending = 0 } = rows[0] ?? {};
  return paid === expected && pending === 0
    ? []
    : [`${name}: ${paid} rows paid and ${pending} pending for ${expected} payments`];
}

async function measureOn(
  storage: BenchStorage,
  name: string,
  rows: number,
  environment: BenchEnvironment,
): Promise<Measurement> {
  const {
    payments,
    patients,
    seed,
    engines: { pids },
  } = environment;
  const warmUpPayments = Math.min(WARM_UP_MOST, payments);
  await electLeader(storage.pool);
  const ids = await fill(
    storage.pool,
    makeOrders({ count: warmUpPayments + payments, seed, patients }),
  );
  const source = 'experiments/bench/limits/fenced-rows-program.ts';
  const program = await BenchProgram.start({
    name,
    source,
    nodeArgs: environment.nodeArgs(name),
    signal: environment.signal,
    onLine: environment.onLine,
  });
  try {
    await program.ask('open', { databaseUrl: storage.databaseUrl, token: TOKEN } satisfies Opened);
    const commit = (some: readonly string[]): Promise<Span> =>
      program.ask<Span>('commit', { ids: some, rows } satisfies RowsToCommit);
    await commit(ids.slice(0, warmUpPayments));
    await environment.engines.settle();
    const used = watchUsage({ worker: [program.pid], postgres: pids.postgres });
    const seconds = secondsOf(await commit(ids.slice(warmUpPayments)));
    const usage = used();
    await program.ask('close');
    return {
      payments,
      seconds,
      usage,
      latencies: [],
      figures: {},
      problems: await problemsIn(storage, name, ids.length),
    };
  } finally {
    await program.end();
  }
}

/** @param rows per statement; 200 is a full parcel of Relevo's, and the reference of the run. */
export function fencedRows(name: string, rows: number): Benchmark {
  const measure = async (environment: BenchEnvironment): Promise<Measurement> => {
    const storage = await environment.engines.createStorage(true);
    try {
      return await measureOn(storage, name, rows, environment);
    } finally {
      await storage.clear();
    }
  };
  return {
    name,
    kind: 'drain',
    side: 'limit',
    what: `PostgreSQL alone: fenced rows of Relevo's table, ${rows} per statement`,
    measure,
  };
}
