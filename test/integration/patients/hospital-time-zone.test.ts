/**
 * The day of a charge, and the times on pages, are in the time zone of the hospital
 * (HOSPITAL_TIME_ZONE). With real engines.
 */
import { randomUUID } from 'node:crypto';
import { beforeAll, expect, test } from '@jest/globals';
import { TOKENS } from './setup.js';
import { identified, patient, setup } from './staff-stage.js';

/** In Bogotá it is still the evening of the day before. */
const CHARGED_AT = '2026-03-15T03:30:00Z';
const ACCEPTED_AT = '2026-03-15T04:15:16.789Z';
const headers = { Authorization: `Bearer ${TOKENS.API_TOKEN}` };
let url: string;

beforeAll(async () => {
  ({ url } = await setup.start({ HOSPITAL_TIME_ZONE: 'America/Bogota' }));
});

test('the day of a charge is its day in the hospital: in the API and on the page; in another time zone it is another day', async () => {
  const chargeId = randomUUID();
  const text = `INSERT INTO charge (id, patient_id, kind, description, amount_minor, currency, created_at) VALUES ($1, $2, 'exam', 'Late scan', 100, 'USD', $3)`;
  await setup.pool.query(text, [chargeId, patient.id, CHARGED_AT]);
  const dayAt = async (base: string): Promise<string | undefined> => {
    const bill = (await (
      await fetch(`${base}/api/patients/${patient.id}/bill`, { headers })
    ).json()) as { charges: Record<string, { items: { id: string; date: string }[] }> };
    return bill.charges['exam']?.items.find(({ id }) => id === chargeId)?.date;
  };
  const utc = await setup.start({ HOSPITAL_TIME_ZONE: 'UTC' });
  expect([await dayAt(url), await dayAt(utc.url)]).toEqual(['2026-03-14', '2026-03-15']);
  const page = await (await identified(url)).ask('/bill');
  expect(page.text).toMatch(/Mar 14, 2026<\/td><td>Late scan/);
});

test("times begin with the hospital's day in the CSV file and on pages; in JSON they stay in UTC", async () => {
  const body = JSON.stringify({ patientId: patient.id, amountMinor: 100, currency: 'USD' });
  const made = await fetch(`${url}/api/payments`, {
    method: 'POST',
    headers: { ...headers, 'Content-Type': 'application/json' },
    body,
  });
  const { id } = (await made.json()) as { id: string };
  await setup.pool.query('UPDATE payment SET accepted_at = $2 WHERE id = $1', [id, ACCEPTED_AT]);
  const csv = await (
    await fetch(`${url}/api/payments.csv?patientId=${patient.id}`, { headers })
  ).text();
  expect(csv).toContain('2026-03-14T23:15:16.789-05:00');
  const json = (await (await fetch(`${url}/api/payments/${id}`, { headers })).json()) as {
    acceptedAt: string;
  };
  expect(json.acceptedAt).toBe(ACCEPTED_AT);
  const page = await (await identified(url)).ask('/bill');
  expect(page.text.replace(/\u202f/g, ' ')).toContain('>Mar 14, 2026, 11:15:16 PM GMT-5</time>');
});
