/**
 * Failures of the engines: Redis loses all its data, PostgreSQL crashes under load. Aim: an
 * accepted payment is never lost and becomes final once; a payment that is not accepted is refused.
 * One system for the whole file; each fault heals before the next.
 */
import type { ManagedProcess } from '../../local/processes/processes.js';
import type { Payment } from '../../shared/contracts/payment.js';
import { eventually } from '../support/eventually.js';
import { TEST_MS } from './patience.js';
import { Scene, type Answered } from './scene.js';

const PENDING = 4_000;
const BATCHES = 4;

let scene: Scene;
let patients: ManagedProcess;
beforeAll(async () => {
  // Calls to a frozen gateway hang; they must not time out before it is thawed.
  scene = await Scene.open({
    replicas: 2,
    kindEnv: { payments: { GATEWAY_TIMEOUT_MS: '60000' } },
  });
  patients = scene.system.process('patients_1');
}, TEST_MS);
afterEach(() => scene?.stopLoads(), TEST_MS);
afterAll(() => scene?.close(), TEST_MS);

const pay = (key: string, headers: Record<string, string> = {}): Promise<Answered> =>
  scene.ask(patients, '/api/payments', {
    headers: { 'idempotency-key': key, ...headers },
    body: { patientId: scene.patients[0], amountMinor: 15_000, currency: 'USD' },
  });

test(
  'Redis killed and wiped while 4,000 payments are pending: new payments are accepted, and all become final once',
  async () => {
    const redis = scene.system.redis;
    if (!redis) throw new Error('no Redis of our own');
    scene.gateway.freeze();
    for (let batch = 0; batch < BATCHES; batch += 1) {
      const { status } = await scene.ask(patients, '/api/batches', {
        body: { count: PENDING / BATCHES, timeoutMs: 0 },
      });
      expect(status).toBe(200);
    }
    expect(await scene.pending()).toBe(PENDING);

    redis.kill('SIGKILL');
    await redis.exited;
    redis.wipe();
    const meanwhile = await pay('while Redis is unavailable');
    expect([meanwhile.status, (meanwhile.body as Payment).status]).toEqual([202, 'PENDING']);
    await redis.start();
    expect(await scene.pending()).toBe(PENDING + 1);
    scene.gateway.thaw();

    expect(await scene.verdict()).toEqual([]);
    const rows = await scene.payments();
    expect(rows).toHaveLength(PENDING + 1);
    expect(rows.filter(({ status }) => status !== 'SUCCEEDED')).toEqual([]);
    expect(new Set((await scene.charges()).map(({ key }) => key)).size).toBe(PENDING + 1);
    expect((await pay('after Redis', { prefer: 'wait=30' })).status).toBe(201);
  },
  TEST_MS,
);

test(
  'PostgreSQL crashed under load: other requests get 503 with Retry-After; no 2xx is lost, and all payments become final',
  async () => {
    const postgres = scene.system.process('postgres');
    // Clients with an accepted payment wait for its outcome before they send another one.
    const load = scene.load({ waitMs: 10_000 });
    await load.flows();
    postgres.kill('SIGKILL');
    await postgres.exited;

    const refused = await pay('while PostgreSQL is unavailable');
    expect([refused.status, refused.body]).toMatchObject([
      503,
      { code: 'UNAVAILABLE', retryable: true },
    ]);
    expect(refused.headers.get('retry-after')).toBe('1');
    // Clients with an earlier accepted payment receive STILL_PENDING, perhaps first: PostgreSQL
    // stays down until one client received 503.
    await eventually(() => load.unsuccessful.some(({ error }) => error === 'UNAVAILABLE'), {
      what: 'a client that receives 503',
    });
    await postgres.start();
    await load.flows();
    await load.stop();

    // Clients waited or were asked to retry: there was no other answer.
    const told = new Set(
      load.requests.map(
        ({ httpStatus, error }) => `${httpStatus ?? 'no answer'} ${error ?? 'final'}`,
      ),
    );
    expect(
      [...told].filter(
        (each) => !['201 final', '202 STILL_PENDING', '503 UNAVAILABLE'].includes(each),
      ),
    ).toEqual([]);
    expect(told).toContain('503 UNAVAILABLE');
    expect(await scene.verdict(load.requests)).toEqual([]);

    // After 503, a retry with the same key: one payment.
    const again = await pay('while PostgreSQL is unavailable', { prefer: 'wait=30' });
    expect([again.status, (again.body as Payment).status]).toEqual([201, 'SUCCEEDED']);
    expect(
      (await scene.payments()).filter(({ key }) => key === 'while PostgreSQL is unavailable'),
    ).toHaveLength(1);
    expect(await scene.verdict()).toEqual([]);
  },
  TEST_MS,
);
