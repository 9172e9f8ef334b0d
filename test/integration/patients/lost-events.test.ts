/**
 * Lost outcome events, with real engines: a payment is final, and no event announced it. Waiting
 * requests are answered as soon as a message shows that events are missing. The poll, which would
 * find the outcome too, is switched off.
 */
import type { RunningPatients } from '../../../patients/start.js';
import { outcomesTotal } from '../../../patients/metrics.js';
import type { Payment } from '../../../shared/contracts/payment.js';
import { LinkProxy } from '../../../experiments/network/link-proxy.js';
import { commitOutcomes } from '../../../shared/postgres/ledger.js';
import { eventually } from '../../support/eventually.js';
import { SilencingProxy } from '../../support/silencing-proxy.js';
import {
  createRecord,
  startReplica,
  type TestRecord,
  type TestReplica,
} from '../payments/fixture.js';
import { call, createSetup, PAYMENT, type Answered, type Setup } from './setup.js';

/** The relay must not find payments that were committed here, and is not needed. */
const NO_RELAY = { RELAY_INTERVAL_MS: '3600000', RELAY_GRACE_MS: '3600000' };

let setup: Setup;
let record: TestRecord;
let redis: SilencingProxy;
const replicas: TestReplica[] = [];

beforeAll(async () => {
  [setup, record] = await Promise.all([createSetup(), createRecord()]);
  redis = await SilencingProxy.open(Number(new URL(setup.redisUrl).port));
});
beforeEach(() => outcomesTotal.reset());
afterEach(async () => {
  redis.pass();
  for (const replica of replicas.splice(0)) await replica.stop();
});
afterAll(async () => {
  await setup.end();
  await record.drop();
  await redis.close();
});

const throughProxy = (): string =>
  Object.assign(new URL(setup.redisUrl), { port: String(redis.port) }).href;
/** An instance that never polls. */
async function patients(env: NodeJS.ProcessEnv = {}): Promise<RunningPatients> {
  const running = await setup.start({ DATABASE_URL: record.url, ...env });
  running.deps.outcomes.poll = async () => undefined;
  return running;
}
async function replica(id: string, env: Record<string, string> = {}): Promise<TestReplica> {
  const engines = {
    DATABASE_URL: record.url,
    REDIS_URL: setup.redisUrl,
    QUEUE_PREFIX: setup.prefix,
  };
  const started = await startReplica({ ID: id, ...engines, ...NO_RELAY, ...env });
  replicas.push(started);
  return started;
}

const pay = (url: string, key: string): Promise<Answered> =>
  call(`${url}/api/payments`, {
    body: PAYMENT,
    headers: { 'Idempotency-Key': key, 'Prefer': 'wait=20' },
  });

/**
 * Gives the payment under this key its final status under this term; its leader dies before it
 * publishes the event.
 */
async function commitAndDie(key: string, term: number, leader: string): Promise<void> {
  const idOf = async (): Promise<string | undefined> =>
    (
      await record.pool.query<{ id: string }>('SELECT id FROM payment WHERE idempotency_key = $1', [
        key,
      ])
    ).rows[0]?.id;
  const id = await eventually(idOf, { what: 'the row' });
  const outcome = {
    id,
    status: 'SUCCEEDED',
    attempts: 1,
    reason: null,
    gatewayReference: null,
  } as const;
  expect(
    await commitOutcomes(record.pool, { partition: 0, term, leader }, [outcome]),
  ).toMatchObject({ held: true, ids: [id] });
}

/** Delivered outcomes, by the cause of the read. */
async function told(): Promise<Record<string, number>> {
  const { values } = await outcomesTotal.get();
  return Object.fromEntries(values.map(({ labels, value }) => [String(labels['by']), value]));
}

const outcomeOf = ({ status, body }: Answered): unknown[] => [
  status,
  (body as Payment).status,
  (body as Payment).term,
];

test('a leader that dies between commit and event: waiting requests are answered when the next leader starts', async () => {
  const { url } = await patients();
  const term = await record.elect('server_1', 'a life that ends');
  const answer = pay(url, 'unsaid');
  await commitAndDie('unsaid', term, 'server_1');
  await (await replica('server_2')).lead(record);
  expect([outcomeOf(await answer), await told()]).toEqual([[201, 'SUCCEEDED', term], { gap: 1 }]);
});

test('control: an instance that ignores gaps keeps them waiting, although it receives the events of the next leader', async () => {
  const { url, deps } = await patients();
  deps.outcomes.catchUp = async () => undefined;
  const term = await record.elect('server_1', 'a life that ends');
  const room = deps.outcomes.room;
  const answer = pay(url, 'unsaid, unheard');
  await commitAndDie('unsaid, unheard', term, 'server_1');
  const next = await (await replica('server_2')).lead(record);
  expect(outcomeOf(await pay(url, 'said'))).toEqual([201, 'SUCCEEDED', next]);
  expect([deps.outcomes.room, await told()]).toEqual([room - 1, { event: 1 }]);
  deps.outcomes.release();
  expect((await answer).status).toBe(202);
});

test('a subscription that is lost and renewed: waiting requests are answered at once', async () => {
  const { url } = await patients({ REDIS_URL: throughProxy() });
  const term = await record.elect('server_1', 'a life that lasts');
  const answer = pay(url, 'not heard');
  redis.refuse();
  await commitAndDie('not heard', term, 'server_1');
  redis.pass();
  expect([outcomeOf(await answer), await told()]).toEqual([[201, 'SUCCEEDED', term], { gap: 1 }]);
});

test('a leader without Redis for a while: it announces its return, and waiting requests are answered', async () => {
  const { url } = await patients();
  const leader = await replica('server_1', { REDIS_URL: throughProxy() });
  const term = await leader.lead(record);
  expect(outcomeOf(await pay(url, 'heard'))).toEqual([201, 'SUCCEEDED', term]);
  redis.refuse();
  const answer = pay(url, 'not said');
  await commitAndDie('not said', term, 'server_1');
  redis.pass();
  expect([outcomeOf(await answer), await told()]).toEqual([
    [201, 'SUCCEEDED', term],
    { event: 1, gap: 1 },
  ]);
});

test('a leader whose commit succeeded but whose answer was lost: it retries, finds nothing to write, and publishes', async () => {
  const { url } = await patients();
  const postgres = await LinkProxy.open(() => Number(new URL(record.url).port));
  const path = new URL(record.url);
  path.port = String(postgres.port);
  const leader = await replica('server_1', { DATABASE_URL: path.href });
  const term = await leader.lead(record);
  const { answer } = await commitUnheard(
    'answered to nobody',
    () => pay(url, 'answered to nobody'),
    postgres,
  );
  expect([outcomeOf(await answer), await told()]).toEqual([[201, 'SUCCEEDED', term], { gap: 1 }]);
  await postgres.close();
});

/**
 * The leader's commit waits for the row of the fence until its connection is cut; then the commit
 * succeeds and its answer is lost.
 */
async function commitUnheard(
  key: string,
  asked: () => Promise<Answered>,
  postgres: LinkProxy,
): Promise<{ answer: Promise<Answered> }> {
  const keeper = await record.pool.connect();
  await keeper.query('BEGIN; SELECT 1 FROM leadership WHERE partition = 0 FOR UPDATE');
  const answer = asked();
  const waits = `SELECT 1 FROM pg_stat_activity
    WHERE datname = current_database() AND application_name = 'server_1-commit' AND wait_event_type = 'Lock'`;
  await eventually(async () => (await record.pool.query(waits)).rowCount === 1, {
    what: 'the commit to wait for the row',
  });
  const heal = postgres.back.cut();
  await keeper.query('ROLLBACK');
  keeper.release();
  const final = `SELECT 1 FROM payment WHERE idempotency_key = $1 AND status = 'SUCCEEDED'`;
  await eventually(async () => (await record.pool.query(final, [key])).rowCount === 1, {
    what: 'the commit',
  });
  heal();
  postgres.resetAll();
  return { answer };
}
