/** The time without a leader in the history: with its detection, and without idle time. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { RunningMonitor } from '../../../monitor/start.js';
import type { Election } from '../../../monitor/http/schemas.js';
import { acceptPayments, commitOutcomes } from '../../../shared/postgres/ledger.js';
import { markElection } from '../../../shared/postgres/election-marks.js';
import type { Pool } from '../../../shared/postgres/postgres.js';
import { eventually } from '../../support/eventually.js';
import { createTestPool } from '../../support/pool.js';
import { newPayment, PATIENTS, savePatients } from '../../support/payments.js';
import { CALM, Hospital, call } from './support.js';

let hospital: Hospital;
let monitor: RunningMonitor;
let pool: Pool;

beforeAll(async () => {
  hospital = await Hospital.open();
  pool = createTestPool(hospital.database.url);
  await savePatients(pool);
  for (const replica of hospital.replicas) await replica.start();
  const [place] = await hospital.plan(1);
  monitor = await hospital.startMonitor(place!, CALM);
}, 120_000);
afterAll(async () => {
  await pool.end();
  await hospital.close();
});

const newest = async (): Promise<Election | undefined> =>
  ((await call(monitor, 'GET', '/elections?limit=1')).body['elections'] as Election[])[0];

test('begins with the last report of a killed leader and ends with the take-over', async () => {
  const killed = await eventually(() => hospital.leader(), { what: 'a replica leads' });
  const { term: before } = await eventually(newest, { what: 'the election is in the history' });
  await killed.kill();
  await eventually(() => hospital.leader(killed), { what: 'another replica leads' });
  const elected = await eventually(
    async () => {
      const found = await newest();
      return found && found.term > before && found.workedAt !== null ? found : null;
    },
    { what: 'the detection is recorded' },
  );
  expect(elected).toMatchObject({ kind: 'kill', leaderlessMs: null, paymentsWaited: null });
  const { term, leader, electedAt, workedAt, suspectedAt } = elected;
  expect(Date.parse(workedAt ?? '')).toBeLessThanOrEqual(Date.parse(suspectedAt ?? ''));

  const reclaimedAt = new Date(Date.parse(electedAt) + 30);
  const token = { partition: 0, term, leader };
  const marks = { promoted_at: new Date(Date.parse(electedAt) + 10), reclaimed_at: reclaimedAt };
  await markElection(pool, token, marks);
  const found = await newest();
  expect(found?.leaderlessMs).toBe(reclaimedAt.getTime() - Date.parse(workedAt ?? ''));
  expect(found?.paymentsWaited).toBeNull();
});

/** Commits one payment in the newest term. @param afterMs its acceptance, from the take-over. */
async function commitOne(afterMs: number): Promise<void> {
  const { term, leader, reclaimedAt, electedAt } = (await newest()) as Election;
  const payment = newPayment(PATIENTS[0]);
  await acceptPayments(pool, 0, 'test', [payment]);
  await pool.query('UPDATE payment SET accepted_at = $2 WHERE id = $1', [
    payment.id,
    new Date(Date.parse(reclaimedAt ?? electedAt) + afterMs),
  ]);
  await commitOutcomes(pool, { partition: 0, term, leader }, [
    { id: payment.id, status: 'SUCCEEDED', attempts: 1, reason: null, gatewayReference: 'r' },
  ]);
}

test('a first payment that was accepted after the take-over did not wait: the time was idle', async () => {
  await commitOne(29_000);
  expect((await newest())?.paymentsWaited).toBe(false);
});

test('a first payment that was accepted before the take-over waited', async () => {
  const leader = hospital.leader();
  await leader?.kill();
  await eventually(() => hospital.leader(leader), { what: 'another replica leads' });
  await commitOne(-1_000);
  expect((await newest())?.paymentsWaited).toBe(true);
});
