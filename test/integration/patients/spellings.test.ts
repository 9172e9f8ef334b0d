/**
 * A document and a name in another spelling than in the database find the patient, by an index;
 * other values do not.
 */
import { beforeAll, expect, test } from '@jest/globals';
import {
  documentSpellings,
  patientByDocument,
} from '../../../shared/postgres/patient-documents.js';
import { createStaffRecords } from '../../../patients/records/staff-records.js';
import { factsOf, patient, setup, signedIn } from './staff-stage.js';

const [DOCUMENT, NAME] = ['900.000.006-K', 'Søren Weiß Işık'];
let url: string;
beforeAll(async () => {
  ({ url } = await setup.start({ QUEUE_PREFIX: `${setup.prefix}-spellings` }));
});

test.each([
  ['900000006K', 'SOREN WEISS IŞIK', 303],
  ['900–000–006—k', 'soren weiss isik', 303],
  ['\u200B900.000.006-K\u00A0', NAME, 303],
  ['900000006', NAME, 422],
  ['900000006K', 'Sören Weis Isik', 422],
])('%j, %j: %i', async (document, name, status) => {
  await setup.pool.query('UPDATE patient SET document = $1, full_name = $2 WHERE id = $3', [
    DOCUMENT,
    NAME,
    patient.id,
  ]);
  const visitor = await signedIn(url);
  const answered = await visitor.submit(
    '/bill/identify',
    { ...factsOf(patient), document, name },
    '/bill/identify',
  );
  expect(answered.status).toBe(status);
  await setup.pool.query('UPDATE patient SET document = $1 WHERE id = $2', [
    patient.document,
    patient.id,
  ]);
});

test('the exact document precedes one with the same letters and digits', async () => {
  const { rows } = await setup.pool.query<{ id: string }>(
    'SELECT id FROM patient ORDER BY id LIMIT 2',
  );
  const [first = { id: '' }, second = { id: '' }] = rows;
  await setup.pool.query(`UPDATE patient SET document = 'AB-1' WHERE id = $1`, [first.id]);
  await setup.pool.query(`UPDATE patient SET document = 'A-B1' WHERE id = $1`, [second.id]);
  const records = createStaffRecords(setup.pool);
  expect((await records.patientByDocument('A-B1'))?.id).toBe(second.id);
  expect((await records.patientByDocument('AB-1'))?.id).toBe(first.id);
  expect(await records.patientByDocument('--')).toBeNull();
});

test('control: without table scans the index alone answers', async () => {
  const client = await setup.pool.connect();
  try {
    await client.query('BEGIN; SET LOCAL enable_seqscan = off');
    const plan = await client.query<Record<string, string>>(`EXPLAIN ${patientByDocument('id')}`, [
      documentSpellings('a'),
    ]);
    expect(plan.rows.map((row) => row['QUERY PLAN']).join('\n')).toContain('patient_document_form');
  } finally {
    await client.query('ROLLBACK');
    client.release();
  }
});
