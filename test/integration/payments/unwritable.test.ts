/**
 * Payments that PostgreSQL does not accept: each is set aside, all others are settled, and the
 * replica continues to lead.
 */
import { expect, test } from '@jest/globals';
import { registry } from '../../../shared/observability/metrics.js';
import { eventually } from '../../support/eventually.js';
import { PATIENTS } from './fixture.js';
import { allFinal, enqueue, inOrder, record, replica, rows } from './replica-stage.js';

/**
 * Every statement of the database that would change this payment raises an error. @returns how to
 * end that.
 */
async function refuse(id: string, when: string): Promise<() => Promise<void>> {
  await record.pool.query(`CREATE FUNCTION test_refusal() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN RAISE EXCEPTION 'the name of a patient'; END $$`);
  await record.pool.query(`CREATE TRIGGER test_refusal BEFORE UPDATE ON payment FOR EACH ROW
    WHEN (OLD.id = '${id}' AND ${when}) EXECUTE FUNCTION test_refusal()`);
  return async () =>
    void (await record.pool.query(
      'DROP TRIGGER test_refusal ON payment; DROP FUNCTION test_refusal()',
    ));
}

const pendingOf = async (): Promise<string[]> =>
  (await rows()).filter(({ status }) => status === 'PENDING').map(({ id }) => id);

const onlyPending = (ids: readonly string[]): Promise<true> =>
  eventually(async () => ((await pendingOf()).join() === ids.join() ? true : null), {
    what: 'all other payments to be final',
  });

const setAside = async (reason: string): Promise<number> => {
  const metric = await registry.getSingleMetric('relevo_payments_set_aside_total')?.get();
  return metric?.values.find(({ labels }) => labels['reason'] === reason)?.value ?? 0;
};

const lastError = async (id: string): Promise<string | null> =>
  (
    await record.pool.query<{ last_error: string | null }>(
      'SELECT last_error FROM payment WHERE id = $1',
      [id],
    )
  ).rows[0]?.last_error ?? null;

/** Of the first patient: the refused payment and all later ones. */
const ofFirstPatient = (ids: readonly string[]): string[] =>
  ids.filter((_, index) => index % PATIENTS.length === 0);

test('the database refuses the outcome of one payment: it waits with a reason, later ones of its patient wait behind it', async () => {
  const ids = await record.accept(99);
  const [refused] = ids as [string];
  const heal = await refuse(refused, `NEW.status <> 'PENDING'`);
  const before = await setAside('refused');
  const leader = await replica('server_1');
  await enqueue(ids, 20);
  await leader.lead(record);
  await onlyPending(ofFirstPatient(ids));
  await eventually(async () => ((await lastError(refused)) === null ? null : true), {
    what: 'the reason to be written',
  });
  expect(await lastError(refused)).toBe('the database refuses the row: SQLSTATE P0001');
  expect(await setAside('refused')).toBeGreaterThan(before);
  expect(leader.fatal).toEqual([]);
  await heal();
  const final = await allFinal();
  const ofPatient = final.filter(({ id }) => ofFirstPatient(ids).includes(id));
  expect(inOrder(ofPatient)).toBe(true);
  expect(final.map(({ status }) => status)).toEqual(ids.map(() => 'SUCCEEDED'));
});

test('the database refuses every change of a payment: the others are settled, later ones too', async () => {
  const ids = await record.accept(9);
  const [refused] = ids as [string];
  const heal = await refuse(refused, 'true');
  const leader = await replica('server_1');
  await enqueue(ids, 3);
  await leader.lead(record);
  await onlyPending(ofFirstPatient(ids));
  const later = await record.accept(9);
  await enqueue(later, 3);
  await onlyPending([...ofFirstPatient(ids), ...ofFirstPatient(later)]);
  expect(leader.replica.report()).toMatchObject({ role: 'leading' });
  await heal();
  await allFinal();
});

test('a check that one outcome violates stops that payment alone, and its reason names the check', async () => {
  const ids = await record.accept(9);
  const [refused] = ids as [string];
  await record.pool.query(
    `ALTER TABLE payment ADD CONSTRAINT test_check CHECK (id <> '${refused}' OR status = 'PENDING')`,
  );
  const leader = await replica('server_1');
  await enqueue(ids, 3);
  await leader.lead(record);
  await onlyPending(ofFirstPatient(ids));
  await eventually(async () => ((await lastError(refused)) === null ? null : true), {
    what: 'the reason to be written',
  });
  expect(await lastError(refused)).toBe(
    'the database refuses the row: SQLSTATE 23514, constraint test_check',
  );
  await record.pool.query('ALTER TABLE payment DROP CONSTRAINT test_check');
  await allFinal();
});

test('an amount that cannot be read exactly is not charged, and stops no other payment', async () => {
  const ids = await record.accept(9);
  const [large] = ids as [string];
  await record.pool.query('UPDATE payment SET amount_minor = 9007199254740993 WHERE id = $1', [
    large,
  ]);
  const leader = await replica('server_1');
  await enqueue(ids, 3);
  await leader.lead(record);
  await onlyPending(ofFirstPatient(ids));
  await eventually(async () => ((await lastError(large)) === null ? null : true), {
    what: 'the reason to be written',
  });
  expect(await lastError(large)).toBe('the amount is too large to read exactly');
  await record.pool.query('UPDATE payment SET amount_minor = 1500 WHERE id = $1', [large]);
  await allFinal();
});

test('a row that a session holds locked stops the later payments of its patient and no others', async () => {
  const ids = await record.accept(150);
  const [locked] = ids as [string];
  const session = await record.pool.connect();
  await session.query('BEGIN');
  await session.query('SELECT 1 FROM payment WHERE id = $1 FOR UPDATE', [locked]);
  const leader = await replica('server_1');
  await enqueue(ids, 20);
  await leader.lead(record);
  await onlyPending(ofFirstPatient(ids)).finally(async () => {
    await session.query('COMMIT');
    session.release();
  });
  expect(await setAside('locked')).toBeGreaterThan(0);
  const final = await allFinal();
  expect(final.map(({ status }) => status)).toEqual(ids.map(() => 'SUCCEEDED'));
});

test('a session holds the row of the fence: nothing is set aside, and all is settled when the lock is released', async () => {
  const before = await setAside('locked');
  const ids = await record.accept(9);
  const leader = await replica('server_1');
  await leader.lead(record);
  const session = await record.pool.connect();
  await session.query('BEGIN');
  await session.query('SELECT 1 FROM leadership WHERE partition = 0 FOR UPDATE');
  await enqueue(ids, 3);
  const starts = new Set<string>();
  const twice = eventually(
    async () => {
      const { rows: waiting } = await record.pool.query<{ start: string }>(
        `SELECT query_start::text AS start FROM pg_stat_activity
        WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE '%UPDATE payment p%'`,
      );
      for (const { start } of waiting) starts.add(start);
      return starts.size >= 2 ? true : null;
    },
    { what: 'a commit to be begun again after it met the lock' },
  );
  await twice.finally(async () => {
    await session.query('COMMIT');
    session.release();
  });
  await allFinal();
  expect(await setAside('locked')).toBe(before);
});
