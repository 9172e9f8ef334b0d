/**
 * Common set-up of the tests of the staff's pages: patients with real engines, a browser without
 * scripts that signs in and identifies, and the bill's form. Each test has a patient of its own.
 * Importing it registers its hooks.
 */
import { afterAll, beforeAll, beforeEach, expect } from '@jest/globals';
import { seedPatient, type SeedPatient } from '../../../prisma/seed-data.js';
import type { Answered } from '../security/sending.js';
import { Visitor } from '../security/visitor.js';
import { startFakeLeader, type FakeLeader } from './fake-leader.js';
import { createSetup, TOKENS, type Setup } from './setup.js';

export const factsOf = ({
  document,
  fullName: name,
  birthDate,
  authorizationCode,
}: SeedPatient) => ({ document, name, birthDate, authorizationCode });

/** A field of the page's form. */
export const field = (page: Answered, name: string): string =>
  new RegExp(`name="${name}" value="([^"]*)"`).exec(page.text)?.[1] ?? '';
export const sessionCookie = (visitor: Visitor): string | undefined =>
  /relevo\.sid=([^;]+)/.exec(visitor.cookieHeader)?.[1];

export let setup: Setup;
let leader: FakeLeader | undefined;
/** Each test has a patient of its own. */
let next = 10;
export let patient: SeedPatient;

export const anotherPatient = (): SeedPatient => seedPatient((next += 1));
/** Switches the test to another patient. */
export function nextPatient(): void {
  patient = anotherPatient();
}

/** Starts a leader for the rest of the file. */
export async function somebodyLeads(): Promise<void> {
  leader ??= await startFakeLeader({
    databaseUrl: setup.databaseUrl,
    redisUrl: setup.redisUrl,
    prefix: setup.prefix,
  });
}

beforeAll(async () => {
  setup = await createSetup();
});
beforeEach(() => {
  nextPatient();
});
afterAll(async () => {
  await leader?.stop();
  await setup.end();
});

export async function signedIn(base: string): Promise<Visitor> {
  const visitor = new Visitor(base);
  expect((await visitor.submit('/sign-in', { token: TOKENS.API_TOKEN }, '/sign-in')).status).toBe(
    303,
  );
  return visitor;
}

export async function identified(base: string): Promise<Visitor> {
  const visitor = await signedIn(base);
  const answered = await visitor.submit('/bill/identify', factsOf(patient), '/bill/identify');
  expect([answered.status, answered.headers.get('location')]).toEqual([303, '/bill']);
  return visitor;
}

/** The bill's form with changed fields, as it will be sent. */
export async function payForm(
  visitor: Visitor,
  changes: Record<string, string> = {},
): Promise<Record<string, string>> {
  const bill = await visitor.ask('/bill');
  const names = ['csrf', 'patient', 'key', 'shown'];
  return {
    ...Object.fromEntries(names.map((name) => [name, field(bill, name)])),
    part: 'whole',
    amount: '',
    ...changes,
  };
}
export const send = (visitor: Visitor, form: Record<string, string>): Promise<Answered> =>
  visitor.ask('/bill/pay', { method: 'POST', body: new URLSearchParams(form) });

export async function paymentsOf(
  patientId: string,
): Promise<{ amountMinor: number; acceptedBy: string; status: string }[]> {
  const text =
    'SELECT amount_minor AS "amountMinor", accepted_by AS "acceptedBy", status FROM payment WHERE patient_id = $1 ORDER BY seq';
  return (
    await setup.pool.query<{ amountMinor: number; acceptedBy: string; status: string }>(text, [
      patientId,
    ])
  ).rows;
}

export const totalOf = ({ charges }: SeedPatient): number =>
  charges.reduce((sum, { amountMinor }) => sum + amountMinor, 0);
