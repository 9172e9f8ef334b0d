/**
 * Two patients instances on one database. Aim: one key is one payment, through any instance and for
 * any number of requests; when an instance dies in the middle of a batch, the other instance can
 * complete the batch.
 */
import type { ManagedProcess } from '../../local/processes/processes.js';
import type { Batch } from '../../shared/contracts/batch.js';
import type { Payment } from '../../shared/contracts/payment.js';
import { eventually } from '../support/eventually.js';
import { TEST_MS } from './patience.js';
import { Scene, type Answered } from './scene.js';

const COUNT = 2_000;

let scene: Scene;
let doors: [ManagedProcess, ManagedProcess];
beforeAll(async () => {
  // Small groups: a batch of 2,000 needs a hundred inserts.
  scene = await Scene.open({
    patients: 2,
    replicas: 2,
    kindEnv: { patients: { ACCEPT_GROUP_MAX: '20', ACCEPT_RETRY_MS: '60000' } },
  });
  doors = [scene.system.process('patients_1'), scene.system.process('patients_2')];
}, TEST_MS);
afterAll(() => scene?.close(), TEST_MS);

describe('one Idempotency-Key, sent 50 times at once through two instances', () => {
  const fire = (key: string, headers: Record<string, string>): Promise<Answered[]> => {
    const question = {
      headers: { 'idempotency-key': key, ...headers },
      body: { patientId: scene.patients[0], amountMinor: 4_200, currency: 'USD' },
    };
    return Promise.all(
      Array.from({ length: 50 }, (_, index) =>
        scene.ask(doors[index % 2] as ManagedProcess, '/api/payments', question),
      ),
    );
  };

  test.each([
    ['without waiting', {}, 202, 'PENDING'],
    ['with Prefer: wait', { prefer: 'wait=30' }, 201, 'SUCCEEDED'],
  ])(
    '%s: one row, 50 equal answers',
    async (how, headers, status, outcome) => {
      const answers = await fire(how, headers);
      expect(new Set(answers.map((answer) => answer.status))).toEqual(new Set([status]));
      expect(new Set(answers.map(({ text }) => text)).size).toBe(1);
      const [first] = answers.map(({ body }) => body as Payment);
      expect(first?.status).toBe(outcome);
      expect(
        answers.filter((answer) => answer.headers.get('idempotent-replayed') === 'true'),
      ).toHaveLength(49);
      expect((await scene.payments()).filter(({ key }) => key === how).map(({ id }) => id)).toEqual(
        [first?.id],
      );
      expect(await scene.verdict()).toEqual([]);
    },
    TEST_MS,
  );
});

/** Blocks the insert of the middle of a batch. @returns a function that unblocks it. */
async function stopHalfway(): Promise<() => Promise<void>> {
  const keeper = await scene.pool.connect();
  await keeper.query('SELECT pg_advisory_lock(1)');
  await keeper.query(`CREATE FUNCTION wait_halfway() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    PERFORM pg_advisory_xact_lock(1); RETURN NEW; END $$`);
  await keeper.query(`CREATE TRIGGER wait_halfway BEFORE INSERT ON payment FOR EACH ROW
    WHEN (NEW.batch_index = ${COUNT / 2}) EXECUTE FUNCTION wait_halfway()`);
  return async () => {
    await keeper.query('SELECT pg_advisory_unlock(1)');
    await keeper.query('DROP TRIGGER wait_halfway ON payment');
    keeper.release();
  };
}

test(
  'instance killed while it accepts a batch: accepted payments become final, the other instance completes the batch',
  async () => {
    const [door, other] = doors;
    const question = { headers: { 'idempotency-key': 'interrupted' }, body: { count: COUNT } };
    const goOn = await stopHalfway();
    const lost = scene.ask(door, '/api/batches', question).then(
      () => 'answered',
      () => 'no answer',
    );
    const half = async (): Promise<boolean> =>
      (await scene.batchIds('interrupted')).length === COUNT / 2;
    await eventually(half, { what: 'the first half of the batch' });
    door.kill('SIGKILL');
    await door.exited;
    await goOn();
    expect(await lost).toBe('no answer');

    // All accepted payments are final: the relay found those without a parcel.
    expect(await scene.verdict()).toEqual([]);
    const accepted = await scene.batchIds('interrupted');
    expect(accepted.length).toBeGreaterThan(0);
    expect(accepted.length).toBeLessThan(COUNT);

    const replay = await scene.ask(other, '/api/batches', question);
    expect([replay.status, replay.headers.get('idempotent-replayed')]).toEqual([200, 'true']);
    expect(replay.body as Batch).toMatchObject({
      sent: COUNT,
      succeeded: COUNT,
      pending: 0,
      availability: 1,
    });
    const completed = await scene.batchIds('interrupted');
    expect(new Set(completed).size).toBe(COUNT);
    expect(completed).toEqual(expect.arrayContaining(accepted));
    expect(await scene.verdict()).toEqual([]);

    await door.start();
    const again = await scene.ask(door, '/api/batches', question);
    expect([again.status, again.body]).toEqual([200, replay.body]);
  },
  TEST_MS,
);
