/**
 * The systems that the lab compares with Relevo, as real processes: each accepts payments and
 * batches under the same contract, fails as its header describes when its server is killed, and
 * works again afterwards. A comparison with a broken baseline would prove nothing.
 */
import { beforeAll, describe, expect, test } from '@jest/globals';
import { PUBLISHED, SINGLE_SERVER } from '../../experiments/baselines/baseline-systems.js';
import { check } from '../../experiments/checkers/checkers.js';
import { readCharges, readPayments } from '../../experiments/record/evidence.js';
import type { RequestRecord } from '../../experiments/record/history.js';
import type { Cluster } from '../../experiments/system/cluster.js';
import type { Violation } from '../../experiments/record/result.js';
import { createPaymentClient, type PaymentClient } from '../../experiments/traffic/client.js';
import type { SystemUnderTest } from '../../experiments/system/system-under-test.js';
import { eventually } from '../support/eventually.js';
import { openTestCluster } from '../support/cluster.js';

const TEST_MS = 180_000;
const PATIENCE_MS = 30_000;

let cluster: Cluster;
let client: PaymentClient;
let number = 0;

async function open(subject: SystemUnderTest): Promise<void> {
  cluster = await openTestCluster({ subject });
  client = createPaymentClient(cluster.addresses, cluster.system.tokens.api, PATIENCE_MS);
}

const pay = (key = `key-${(number += 1)}`): Promise<RequestRecord> =>
  client.pay(
    { key, patientId: cluster.patients[0] as string, amountMinor: 1_500, currency: 'USD' },
    1,
    Date.now(),
  );

const leaderOf = async () => {
  const { leader } = await cluster.leadership();
  return cluster.system.process(leader ?? 'nobody');
};

const pending = async (key: string): Promise<boolean> => (await rowOf(key))?.status === 'PENDING';
const chargeCount = async (): Promise<number> => (await readCharges(cluster.system))?.length ?? 0;

/**
 * Kills the leader between charge and save. The gateway is frozen until a lock blocks all writes.
 * When the leader is killed, its blocked statements are terminated, as if they had never been sent.
 * @param savedBefore whether the baseline saves the payment before the charge. @returns the answer
 *   that the client received.
 */
async function killBeforeItSaves(key: string, savedBefore: boolean): Promise<RequestRecord> {
  const [victim, gateway] = [await leaderOf(), cluster.system.process('gateway')];
  const before = await chargeCount();
  const lock = await cluster.pool.connect();
  try {
    gateway.freeze();
    const told = pay(key);
    if (savedBefore)
      await eventually(() => pending(key), { what: `${key} is saved, and not final` });
    await lock.query('BEGIN');
    await lock.query('LOCK TABLE payment IN EXCLUSIVE MODE');
    gateway.thaw();
    await eventually(async () => (await chargeCount()) > before, {
      what: 'the gateway has charged',
    });
    victim.kill('SIGKILL');
    await victim.exited;
    await lock.query(
      'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = $1',
      [victim.name],
    );
    return await told;
  } finally {
    gateway.thaw();
    await lock.query('ROLLBACK');
    lock.release();
  }
}

const rowOf = async (key: string) =>
  (await readPayments(cluster.pool)).find((row) => row.key === key);

async function violations(): Promise<Violation[]> {
  const [payments, charges] = [await readPayments(cluster.pool), await readCharges(cluster.system)];
  return check({ requests: [], payments, charges, elections: [] });
}

/** The tests that both baselines pass. */
function answersPayments(): void {
  test('charges and saves a payment and returns its document; does not charge the same key again', async () => {
    const first = await pay('twice');
    const again = await pay('twice');
    expect(first).toMatchObject({ httpStatus: 201, status: 'SUCCEEDED', error: null });
    expect(again).toMatchObject({ status: 'SUCCEEDED', paymentId: first.paymentId });
    expect(await rowOf('twice')).toMatchObject({
      id: first.paymentId,
      status: 'SUCCEEDED',
      term: null,
    });
    expect(
      (await readCharges(cluster.system))?.filter(({ key }) => key === first.paymentId),
    ).toHaveLength(1);
  });

  test('a batch of twenty in one request', async () => {
    const records = await client.payBatch({ key: 'batch', count: 20 }, 1, Date.now());
    expect(records.map(({ status }) => status)).toEqual(
      Array.from({ length: 20 }, () => 'SUCCEEDED'),
    );
  });

  test.each([
    ['no such patient', { patientId: '00000000-0000-7000-8000-000000000000' }, 'PATIENT_UNKNOWN'],
    ['an invalid payment', { amountMinor: 0 }, 'VALIDATION_FAILED'],
  ])('%s is refused as Relevo refuses it', async (_what, wrong, code) => {
    const order = {
      key: `wrong-${code}`,
      patientId: cluster.patients[0] as string,
      amountMinor: 1,
      currency: 'USD',
      ...wrong,
    };
    expect(await client.pay(order, 1, Date.now())).toMatchObject({ status: null, error: code });
  });
}

describe('a single server', () => {
  beforeAll(() => open(SINGLE_SERVER), TEST_MS);
  answersPayments();

  test(
    'killed between charge and save: clients lose the connection and are refused; a restart finishes the pending payment',
    async () => {
      expect(await killBeforeItSaves('interrupted', true)).toMatchObject({
        status: null,
        httpStatus: null,
      });
      expect(await pay()).toMatchObject({ status: null, error: 'ECONNREFUSED' });
      expect(await rowOf('interrupted')).toMatchObject({ status: 'PENDING' });
      await (await leaderOf()).start();
      expect(await rowOf('interrupted')).toMatchObject({ status: 'SUCCEEDED' });
      expect(await pay()).toMatchObject({ status: 'SUCCEEDED' });
      expect(await violations()).toEqual([]);
    },
    TEST_MS,
  );
});

describe('the published design', () => {
  beforeAll(() => open(PUBLISHED), TEST_MS);
  answersPayments();

  test(
    'leader killed between charge and save: that payment is lost, another leader processes the next one',
    async () => {
      const before = await leaderOf();
      const lost = await killBeforeItSaves('interrupted', false);
      expect(lost).toMatchObject({ status: null, httpStatus: 503, error: 'UNAVAILABLE' });
      const another = async () =>
        [null, before.name].indexOf((await cluster.leadership()).leader) < 0;
      await eventually(another, { what: 'another leader' });
      expect(await pay()).toMatchObject({ status: 'SUCCEEDED' });
      expect(await rowOf('interrupted')).toBeUndefined();
      expect((await violations()).map(({ rule }) => rule)).toEqual(['charged-not-saved']);
      await before.start();
      await cluster.waitUntilSettled(3, TEST_MS);
    },
    TEST_MS,
  );

  test(
    'all servers off: payments are refused; the first server to return leads after the next ping',
    async () => {
      for (const { name } of cluster.system.replicas) cluster.system.process(name).kill('SIGKILL');
      await Promise.all(cluster.system.replicas.map(({ exited }) => exited));
      await pay();
      await eventually(async () => (await cluster.leadership()).leader === null, {
        what: 'no leader',
      });
      expect(await pay()).toMatchObject({ status: null, error: 'UNAVAILABLE' });
      await cluster.system.process('server_3').start();
      await eventually(async () => (await cluster.leadership()).leader === 'server_3', {
        what: 'server_3 leads',
      });
      expect(await pay()).toMatchObject({ status: 'SUCCEEDED' });
    },
    TEST_MS,
  );
});
