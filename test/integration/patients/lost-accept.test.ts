/**
 * A payment whose insert was committed while the answer of PostgreSQL was lost: it is never refused
 * for good, is one row, and its key returns that row. The proxy passes the insert and holds back
 * the answer until the row is committed; then it cuts the connection.
 */
import type { AddressInfo } from 'node:net';
import { LinkProxy } from '../../../experiments/network/link-proxy.js';
import { closeServer, listen } from '../../../shared/http/http.js';
import { acceptPayments } from '../../../shared/postgres/accept.js';
import type { Queryable } from '../../../shared/postgres/postgres.js';
import type { Acceptor } from '../../../patients/accept/accept.js';
import { retryUntil } from '../../../patients/accept/retry-until.js';
import { toAcceptedRecord } from '../../../patients/core/payment-record.js';
import { createPatientsApp } from '../../../patients/http/app.js';
import type { PatientsDeps } from '../../../patients/connect.js';
import type { Payment } from '../../../shared/contracts/payment.js';
import { eventually } from '../../support/eventually.js';
import { createTestPool } from '../../support/pool.js';
import { call, codeOf, createSetup, PATIENT, PAYMENT, type Answered, type Setup } from './setup.js';

let setup: Setup;
let proxy: LinkProxy;

beforeAll(async () => {
  setup = await createSetup();
  proxy = await LinkProxy.open(() => Number(new URL(setup.databaseUrl).port));
});
afterAll(async () => {
  await setup.end();
  await proxy.close();
});

/** Longer than the loss of an answer on a slow machine. */
const PATIENT_INSTANCE = { ACCEPT_RETRY_MS: '30000', STATEMENT_TIMEOUT_MS: '10000' };
const IMPATIENT_INSTANCE = { ACCEPT_RETRY_MS: '600', STATEMENT_TIMEOUT_MS: '300' };

/** The address of the database through the proxy. */
function toProxy(): string {
  const address = new URL(setup.databaseUrl);
  address.port = String(proxy.port);
  return address.href;
}

/** The part of the bill that can be paid now. */
async function getDue(): Promise<number> {
  const text = 'SELECT bill_payable($1, $2)::float8 AS due';
  const { rows } = await setup.pool.query<{ due: number }>(text, [PATIENT, 'USD']);
  return rows[0]?.due ?? 0;
}

/** An instance behind the proxy, with an open connection for inserts. */
async function start(env: NodeJS.ProcessEnv): Promise<{ url: string; deps: PatientsDeps }> {
  const instance = await setup.start({ DATABASE_URL: toProxy(), ...env });
  await eventually(async () => (await pay(instance.url, {})).status === 202, {
    what: 'a first payment',
  });
  return instance;
}

const pay = (
  url: string,
  { key, ...rest }: { key?: string; patientId?: string; amountMinor?: number; settles?: 'bill' },
): Promise<Answered> =>
  call(`${url}/api/payments`, {
    body: { ...PAYMENT, ...rest },
    headers: key === undefined ? {} : { 'Idempotency-Key': key },
  });

const idsOf = async (key: string): Promise<string[]> =>
  (
    await setup.pool.query<{ id: string }>('SELECT id FROM payment WHERE idempotency_key = $1', [
      key,
    ])
  ).rows.map(({ id }) => id);

/** Sends a payment; the connection to PostgreSQL is cut between its commit and the answer. */
async function payUnheard(key: string, asked: () => Promise<Answered>): Promise<Answered> {
  const heal = proxy.back.cut();
  const answer = asked();
  await eventually(async () => (await idsOf(key)).length === 1, { what: 'the commit' });
  heal();
  proxy.resetAll();
  return answer;
}

/** Sends a payment; its answer is held back until the patience of the instance is over. */
async function payUnknown(asked: () => Promise<Answered>): Promise<Answered> {
  const heal = proxy.back.cut();
  const answer = await asked();
  heal();
  proxy.resetAll();
  return answer;
}

const idOf = ({ body }: Answered): string => (body as Payment).id;

test('the connection is cut after the commit: the answer is the row, once', async () => {
  const { url } = await start(PATIENT_INSTANCE);
  const answered = await payUnheard('cut', () => pay(url, { key: 'cut' }));
  expect([answered.status, answered.headers.get('idempotent-replayed')]).toEqual([202, null]);
  expect(await idsOf('cut')).toEqual([idOf(answered)]);
});

test('a payment that settles a bill is not refused for its own row', async () => {
  const { url } = await start(PATIENT_INSTANCE);
  const payment = { key: 'settles', amountMinor: await getDue(), settles: 'bill' } as const;
  const answered = await payUnheard('settles', () => pay(url, payment));
  expect(answered.status).toBe(202);
  expect(await idsOf('settles')).toEqual([idOf(answered)]);
  // Control: another payment of the same bill is refused.
  expect(codeOf(await pay(url, { ...payment, key: 'another' }))).toBe('BILL_NOT_PAYABLE');
});

test('the answer is lost for longer than the patience: 503 with the key, and the key returns the row', async () => {
  const { url } = await start(IMPATIENT_INSTANCE);
  const refused = await payUnknown(() => pay(url, {}));
  const key = refused.headers.get('idempotency-key') ?? '';
  expect([refused.status, codeOf(refused), refused.headers.get('retry-after')]).toEqual([
    503,
    'UNAVAILABLE',
    '1',
  ]);
  const stored = await idsOf(key);
  expect(stored).toHaveLength(1);
  const again = await eventually(
    () => pay(url, { key }).then((answer) => (answer.status === 202 ? answer : null)),
    { what: '202' },
  );
  expect([idOf(again), again.headers.get('idempotent-replayed')]).toEqual([stored[0], 'true']);
  expect(await idsOf(key)).toEqual(stored);
});

/**
 * An instance that repeats the insert and does not read the row: "not inserted" counts as refused.
 */
const guessing =
  ({ config, clock }: PatientsDeps, inserts: Queryable): Acceptor['accept'] =>
  async ({ payment }) => {
    const [row] = await retryUntil(() => acceptPayments(inserts, 0, config.id, [payment]), {
      clock,
      giveUpAtMs: clock.now() + config.acceptRetryMs,
    });
    return row ? toAcceptedRecord(payment, row, config.id) : null;
  };

test('control: an instance that does not read the row refuses a payment that is stored', async () => {
  const { deps } = await start(PATIENT_INSTANCE);
  const inserts = createTestPool(toProxy(), { max: 1 });
  const accept = guessing(deps, inserts);
  const app = createPatientsApp({ ...deps, acceptor: { ...deps.acceptor, accept } });
  const server = await listen(app, 0, '127.0.0.1');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  try {
    expect((await pay(url, {})).status).toBe(202);
    const refused = await payUnheard('guessed', () => pay(url, { key: 'guessed' }));
    expect([refused.status, (await idsOf('guessed')).length]).toEqual([422, 1]);
  } finally {
    await closeServer(server);
    await inserts.end();
  }
});
