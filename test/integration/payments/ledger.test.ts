/** The statements that decide about money, on a real PostgreSQL, each guard with its control. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import {
  acceptPayments,
  COMMIT,
  commitOutcomes,
  deferPayments,
  FENCE,
  loadParcel,
  LONGEST_WAIT_MS,
  overduePayments,
  type Outcome,
} from '../../../shared/postgres/ledger.js';
import { emptyPayments } from '../../../experiments/system/empty-payments.js';
import { eventually } from '../../support/eventually.js';
import { createRecord, newPayment, PATIENTS, type TestRecord } from './fixture.js';

let record: TestRecord;
beforeAll(async () => {
  record = await createRecord();
});
afterAll(() => record.drop());

const succeeded = (id: string): Outcome => ({
  id,
  status: 'SUCCEEDED',
  attempts: 1,
  reason: null,
  gatewayReference: 'r',
});
const statusOf = async (id: string): Promise<string> =>
  (await record.pool.query<{ status: string }>('SELECT status FROM payment WHERE id = $1', [id]))
    .rows[0]?.status ?? 'none';

describe('accept', () => {
  test('one key is one row: a repeated key, in the same statement or later, inserts nothing', async () => {
    const [patient] = PATIENTS;
    const first = newPayment(patient);
    const twin = newPayment(patient, { idempotencyKey: first.idempotencyKey });
    expect(
      (await acceptPayments(record.pool, 0, 'test', [first, twin])).map(({ id }) => id),
    ).toEqual([first.id]);
    expect(await acceptPayments(record.pool, 0, 'test', [twin])).toEqual([]);
  });

  test('an unknown patient inserts nothing and does not affect the rest of the group', async () => {
    const stranger = newPayment(randomUUID());
    const known = newPayment(PATIENTS[1]);
    expect(
      (await acceptPayments(record.pool, 0, 'test', [stranger, known])).map(({ id }) => id),
    ).toEqual([known.id]);
  });

  const storedFields = async (id: string): Promise<unknown> =>
    (
      await record.pool.query(
        `SELECT redrive_of AS "redriveOf", batch_index AS "batchIndex", answer_waited AS "answerWaited",
                fingerprint, currency, concept, settles, kind, of_payment AS "ofPayment" FROM payment WHERE id = $1`,
        [id],
      )
    ).rows[0];
  const DIFFERENT = {
    answerWaited: true,
    fingerprint: 'NULL',
    currency: 'EUR',
    concept: 'a, "b" {c}',
    kind: 'authorize',
  } as const;

  test.each([
    ['alone', []],
    ['beside an equal one', [{}]],
    ['beside a different one', [DIFFERENT]],
  ])('a payment %s is stored with its own values', async (_, others) => {
    const [first] = await record.accept(1);
    const own = { redriveOf: first ?? null, batchIndex: 3, concept: 'x' };
    const payments = [own, ...others].map((rest) => newPayment(PATIENTS[0], rest));
    const accepted = await acceptPayments(record.pool, 0, 'test', payments);
    expect(accepted.map(({ id }) => id)).toEqual(payments.map(({ id }) => id));
    for (const { id, ...payment } of payments) {
      const { redriveOf, batchIndex, answerWaited, fingerprint, currency, concept } = payment;
      expect(await storedFields(id)).toEqual({
        ...{ redriveOf, batchIndex, answerWaited, fingerprint, currency, concept },
        ...{ settles: null, kind: payment.kind ?? 'charge', ofPayment: null },
      });
    }
  });

  test('seq is the order in the group', async () => {
    const payments = Array.from({ length: 50 }, () => newPayment(PATIENTS[0]));
    const accepted = await acceptPayments(record.pool, 0, 'test', payments);
    const order = [...accepted].sort((a, b) => a.seq - b.seq).map(({ id }) => id);
    expect(order).toEqual(payments.map(({ id }) => id));
  });

  test('20 concurrent groups: a group that becomes visible later has the higher seq (I7)', async () => {
    const seen: number[][] = [];
    const groups = Array.from({ length: 20 }, () =>
      Array.from({ length: 20 }, () => newPayment(PATIENTS[2])),
    );
    await Promise.all(
      groups.map(async (group) => {
        const accepted = await acceptPayments(record.pool, 0, 'test', group);
        seen.push(accepted.map(({ seq }) => seq).sort((a, b) => a - b));
      }),
    );
    // Groups never interleave.
    for (const seqs of seen) expect((seqs.at(-1) as number) - (seqs[0] as number)).toBe(19);
  });
});

describe('fence (I4)', () => {
  let stale: { partition: number; term: number; leader: string };
  let current: typeof stale;
  beforeEach(async () => {
    stale = { partition: 0, term: await record.elect('server_1', 'life-1'), leader: 'server_1' };
    current = { partition: 0, term: await record.elect('server_2', 'life-2'), leader: 'server_2' };
  });

  test('a deposed leader’s commit changes nothing and reports that; the current one’s is written', async () => {
    const [id] = (await record.accept(1)) as [string];
    expect(await commitOutcomes(record.pool, stale, [succeeded(id)])).toMatchObject({
      held: false,
      ids: [],
    });
    expect(await statusOf(id)).toBe('PENDING');
    expect(await commitOutcomes(record.pool, current, [succeeded(id)])).toMatchObject({
      held: true,
      ids: [id],
    });
    expect(await statusOf(id)).toBe('SUCCEEDED');
  });

  test('control: with the fence removed the deposed leader does commit', async () => {
    const [id] = (await record.accept(1)) as [string];
    const open = `SELECT 1 AS holds WHERE $1::int IS NOT NULL AND $2::bigint IS NOT NULL AND $3::text IS NOT NULL`;
    const unfenced = { name: 'commit-unfenced', text: COMMIT.text.replace(FENCE, open) };
    expect(unfenced.text).not.toBe(COMMIT.text);
    expect(
      await commitOutcomes(record.pool, stale, [succeeded(id)], { statement: unfenced }),
    ).toMatchObject({ ids: [id] });
    expect(await statusOf(id)).toBe('SUCCEEDED');
  });

  test.each([
    ['the right term, another leader', () => ({ ...current, leader: 'server_1' })],
    ['a term that is still to come', () => ({ ...current, term: current.term + 1 })],
    ['another partition', () => ({ ...current, partition: 1 })],
  ])('%s is refused', async (_name, token) => {
    const [id] = (await record.accept(1)) as [string];
    expect(await commitOutcomes(record.pool, token(), [succeeded(id)])).toMatchObject({
      held: false,
      ids: [],
    });
    expect(
      await deferPayments(record.pool, token(), [{ id, attempts: 9, waitMs: 9, lastError: 'x' }]),
    ).toMatchObject({ held: false, ids: [] });
    expect(await statusOf(id)).toBe('PENDING');
  });

  test('a commit during an election waits for it, and is refused', async () => {
    const [id] = (await record.accept(1)) as [string];
    const election = await record.pool.connect();
    try {
      await election.query('BEGIN');
      await election.query(
        `SELECT * FROM move_leadership(0::smallint, $1, 'server_3', 'life-3', 'ping', 't', 'm', 1, 0)`,
        [current.term],
      );
      const commit = commitOutcomes(record.pool, current, [succeeded(id)]);
      const waiting = `SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE '%payment_status%'`;
      await eventually(async () => (await record.pool.query(waiting)).rowCount, {
        what: 'the commit waits for the election',
      });
      await election.query('COMMIT');
      expect(await commit).toMatchObject({ held: false, ids: [] });
    } finally {
      election.release();
    }
    expect(await statusOf(id)).toBe('PENDING');
  });

  test('an outcome is written once: the second commit of the same payment finds nothing to do (I1)', async () => {
    const [id] = (await record.accept(1)) as [string];
    await commitOutcomes(record.pool, current, [succeeded(id)]);
    const again = await commitOutcomes(record.pool, current, [
      { ...succeeded(id), status: 'FAILED' },
    ]);
    expect(again).toMatchObject({ held: true, ids: [] });
    expect(await statusOf(id)).toBe('SUCCEEDED');
  });

  test('no statement changes or deletes a final payment, not even manual SQL; control: without the trigger it does', async () => {
    const [id] = (await record.accept(1)) as [string];
    await commitOutcomes(record.pool, current, [succeeded(id)]);
    await expect(
      record.pool.query(`UPDATE payment SET status = 'FAILED' WHERE id = $1`, [id]),
    ).rejects.toThrow(/is final/);
    await expect(record.pool.query(`DELETE FROM payment WHERE id = $1`, [id])).rejects.toThrow(
      /never changed or deleted/,
    );
    await record.pool.query('ALTER TABLE payment DISABLE TRIGGER payment_final_is_final');
    await record.pool.query(`UPDATE payment SET status = 'FAILED' WHERE id = $1`, [id]);
    await record.pool.query('ALTER TABLE payment ENABLE TRIGGER payment_final_is_final');
    expect(await statusOf(id)).toBe('FAILED');
  });
});

describe('load and overdue', () => {
  test('a load returns earlier pending payments of its patients too, oldest first, and no others', async () => {
    const [a, b] = [PATIENTS[0], PATIENTS[1]];
    await emptyPayments(record.pool);
    const [a1, b1, a2, , a3] = (await record.accept(5, [a, b, a, b, a])) as [
      string,
      string,
      string,
      string,
      string,
    ];
    const load = async (...ids: string[]) => {
      const loaded = await loadParcel(record.pool, {
        partition: 0,
        ids,
        limit: 100,
        afterSeq: new Map(),
      });
      return loaded.map(({ id }) => id);
    };
    expect(await load(a2)).toEqual([a1, a2]);
    expect(await load(b1, a3)).toEqual([a1, b1, a2, a3]);
  });

  test('for patients with payments in flight only later ones are returned', async () => {
    const [a, b] = [PATIENTS[0], PATIENTS[1]];
    await emptyPayments(record.pool);
    const [, b1, a2, a3] = (await record.accept(4, [a, b, a, a])) as [
      string,
      string,
      string,
      string,
    ];
    const { rows } = await record.pool.query<{ seq: number }>(
      'SELECT seq FROM payment WHERE id = $1',
      [a2],
    );
    const afterSeq = new Map([[a, rows[0]?.seq ?? 0]]);
    const loaded = await loadParcel(record.pool, {
      partition: 0,
      ids: [b1, a3],
      limit: 100,
      afterSeq,
    });
    expect(loaded.map(({ id }) => id)).toEqual([b1, a3]);
  });

  test('overdue: older than the newest settled payment, or due again; a deferred one is neither', async () => {
    const token = {
      partition: 0,
      term: await record.elect('server_1', 'life-1'),
      leader: 'server_1',
    };
    await emptyPayments(record.pool);
    const [first, second, third] = (await record.accept(3)) as [string, string, string];
    // The column keeps whole milliseconds: it may be half of one ahead.
    const query = { partition: 0, graceMs: -1, limit: 10 };
    const ids = async (throughSeq: number | null) =>
      (await overduePayments(record.pool, { ...query, throughSeq })).map(({ id }) => id);
    const { seq } = (await overduePayments(record.pool, { ...query, throughSeq: null }))[1] as {
      seq: number;
    };
    expect(await ids(seq)).toEqual([first, second]);
    await deferPayments(record.pool, token, [
      { id: first, attempts: 1, waitMs: 60_000, lastError: 'x' },
    ]);
    expect(await ids(null)).toEqual([second, third]);
    await deferPayments(record.pool, token, [
      { id: first, attempts: 1, waitMs: 0, lastError: null },
    ]);
    expect(await ids(0)).toEqual([first]);
  });

  describe('the clock of the database is set back by three hours', () => {
    beforeAll(() =>
      record.pool.query('ALTER TABLE pending_payment DISABLE TRIGGER pending_payment_is_kept'),
    ); // Refuses statements by hand.
    afterAll(() =>
      record.pool.query('ALTER TABLE pending_payment ENABLE TRIGGER pending_payment_is_kept'),
    );
    const setBack = (id: string, column: 'accepted_at' | 'next_attempt_at') =>
      record.pool.query(
        `UPDATE pending_payment SET ${column} = ${column} + interval '3 hours' WHERE payment_id = $1`,
        [id],
      );
    const overdue = async (graceMs: number) =>
      (
        await overduePayments(record.pool, { partition: 0, throughSeq: null, graceMs, limit: 10 })
      ).map(({ id }) => id);

    test('a payment that was accepted before is overdue; control: one that was accepted now is not', async () => {
      await emptyPayments(record.pool);
      const [before] = (await record.accept(2)) as [string, string];
      await setBack(before, 'accepted_at');
      expect(await overdue(3_600_000)).toEqual([before]);
    });

    test('a payment deferred before is due, for the relay and for a load; control: one deferred now is not', async () => {
      const token = {
        partition: 0,
        term: await record.elect('server_1', 'life-1'),
        leader: 'server_1',
      };
      await emptyPayments(record.pool);
      const [before, now] = (await record.accept(2, [PATIENTS[0], PATIENTS[1]])) as [
        string,
        string,
      ];
      const deferral = { attempts: 1, waitMs: 7_200_000, lastError: 'x' };
      await deferPayments(record.pool, token, [
        { ...deferral, id: before },
        { ...deferral, id: now },
      ]);
      expect(await overdue(0)).toEqual([]);
      await setBack(before, 'next_attempt_at');
      await record.pool.query(
        `UPDATE payment SET next_attempt_at = next_attempt_at + interval '3 hours' WHERE id = $1`,
        [before],
      );
      expect(await overdue(0)).toEqual([before]);
      const loaded = await loadParcel(record.pool, {
        partition: 0,
        ids: [before, now],
        limit: 10,
        afterSeq: new Map(),
      });
      expect(loaded.map(({ id, waitMs }) => [id, waitMs > 0])).toEqual([
        [before, false],
        [now, true],
      ]);
      const [{ waitMs = 0 } = {}] = loaded.filter(({ id }) => id === now);
      expect(waitMs).toBeLessThanOrEqual(LONGEST_WAIT_MS);
    });
  });
});
