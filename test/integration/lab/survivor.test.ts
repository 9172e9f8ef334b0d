/**
 * The lab reads a former primary that took its role back, and finds the payments that it does not
 * have. Control: a pool that follows the primary refuses this server.
 */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { findLost } from '../../../experiments/checkers/lost.js';
import { indexEvidence } from '../../../experiments/checkers/recorded.js';
import { readPayments } from '../../../experiments/record/evidence.js';
import { openSurvivor } from '../../../experiments/storage/survivor.js';
import type { NodeProcess } from '../../../local/engines/patroni.js';
import { isTransient, type Pool } from '../../../shared/postgres/postgres.js';
import { eventually } from '../../support/eventually.js';
import { emptyEvidence, requestRecord } from '../../support/evidence.js';
import { createTestPool } from '../../support/pool.js';
import { ask, startPair, type Pair } from '../../support/standby.js';

let pair: Pair;
const pools: Pool[] = [];
const keep = (pool: Pool): Pool => {
  pools.push(pool);
  return pool;
};
const accept = async (pool: Pool): Promise<string> => {
  const { rows } = await pool.query<{ id: string }>(
    `INSERT INTO payment (id, patient_id, idempotency_key, fingerprint, amount_minor, currency, accepted_by)
     SELECT gen_random_uuid(), id, gen_random_uuid()::text, 'f', 1, 'USD', 'p' FROM patient LIMIT 1 RETURNING id`,
  );
  return rows[0]?.id ?? '';
};
const portOf = async (pool: Pool): Promise<unknown> =>
  (await pool.query<{ port: number }>('SELECT inet_server_port() AS port')).rows[0]?.port;

beforeAll(async () => {
  pair = await startPair();
});
afterAll(async () => {
  await Promise.allSettled(pools.map((pool) => pool.end()));
  await pair.remove();
});

/** Patroni's answer after the former primary took its role back. */
const database = {
  findPrimary: () => Promise.resolve({} as NodeProcess),
  toNodeUrl: (_node: NodeProcess, name: string) => pair.primary.toUrl(name),
};

test('reads the former primary, which lacks the payment of the promoted server', async () => {
  const following = keep(createTestPool(pair.url));
  const kept = await accept(following);
  await eventually(
    async () => (await ask(pair.standby, 'SELECT count(*)::int FROM payment')) === 1,
    { what: 'the standby has the payment' },
  );
  await ask(pair.standby, 'SELECT pg_promote(true)');
  await eventually(() => portOf(following).then((port) => port === pair.standby.port), {
    what: 'the pool reaches the promoted server',
  });
  const lost = await accept(following);
  // Patroni with `etcd3` takes the role from the promoted server.
  await pair.standby.stop();

  const survivor = keep(await openSurvivor(database));
  const requests = [kept, lost].map((id) => requestRecord({ key: id, paymentId: id }));
  const payments = await readPayments(survivor);
  expect(payments.map(({ id }) => id)).toEqual([kept]);
  expect(findLost(indexEvidence(emptyEvidence({ requests, payments }), true))).toEqual([lost]);

  const refused = await following.query('SELECT 1').then(
    () => null,
    (error: unknown) => error,
  );
  expect(isTransient(refused)).toBe(true);
});

test('reports that no node is the primary', async () => {
  const none = { ...database, findPrimary: () => Promise.resolve(null) };
  await expect(openSurvivor(none)).rejects.toThrow(/no node is the primary/);
});
