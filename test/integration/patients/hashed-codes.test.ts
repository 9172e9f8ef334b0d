/**
 * Authorization codes: the seed stores hashes, an imported plain code identifies and is replaced, a
 * flood of attempts is refused.
 */
import { expect, test } from '@jest/globals';
import { seedPatient } from '../../../prisma/seed-data.js';
import { seedUpTo, showPatients } from '../../../prisma/seed.js';
import { hashCode, isCodeOf } from '../../../shared/code-hash.js';
import { eventually } from '../../support/eventually.js';
import type { Visitor } from '../security/visitor.js';
import { factsOf, patient, setup, signedIn } from './staff-stage.js';

const HASH = /^scrypt\$14\$[\w-]{22}\$[\w-]{43}$/;
const PLAIN =
  'SELECT count(*)::int AS count FROM patient WHERE authorization_code <> $1 AND authorization_code NOT LIKE $2';

const storedCode = async (id: string): Promise<string> =>
  (
    await setup.pool.query<{ code: string }>(
      'SELECT authorization_code AS code FROM patient WHERE id = $1',
      [id],
    )
  ).rows[0]?.code ?? '';
const store = (id: string, code: string) =>
  setup.pool.query('UPDATE patient SET authorization_code = $2 WHERE id = $1', [id, code]);
const plainCodes = async (): Promise<number> =>
  (await setup.pool.query<{ count: number }>(PLAIN, ['', 'scrypt$%'])).rows[0]?.count ?? -1;
const identify = (visitor: Visitor, facts: Record<string, string>) =>
  visitor.submit('/bill/identify', facts, '/bill/identify');

test('after the seed the table contains no readable code, and the printed codes identify', async () => {
  const { rows } = await setup.pool.query<{ code: string; row: string }>(
    'SELECT authorization_code AS code, patient::text AS row FROM patient',
  );
  expect(rows.filter(({ code }) => !HASH.test(code))).toEqual([]);
  const all = rows.map(({ row }) => row).join('\n');
  for (let number = 1; number <= rows.length; number += 1)
    expect(all).not.toContain(seedPatient(number).authorizationCode);
  const [, ...lines] = (await showPatients(setup.databaseUrl, 3)).trimEnd().split('\n');
  const visitor = await signedIn((await setup.start()).url);
  expect(lines).toHaveLength(3);
  for (const line of lines) {
    const [document = '', birthDate = '', authorizationCode = '', name = ''] = line.split(/ {2,}/);
    expect((await identify(visitor, { document, name, birthDate, authorizationCode })).status).toBe(
      303,
    );
  }
});

test('no code is printed for a patient outside the seed, nor after the code was changed', async () => {
  await setup.pool.query(
    `INSERT INTO patient (id, document, full_name, birth_date, authorization_code)
     VALUES ('00000000-0000-0000-0000-000000000001', 'guest', 'Guest', '1980-01-01', $1)`,
    [await hashCode('AUT-1')],
  );
  await store(seedPatient(2).id, await hashCode('AUT-2'));
  const shown = (await showPatients(setup.databaseUrl, 3))
    .trimEnd()
    .split('\n')
    .slice(1)
    .map((line) => line.split(/ {2,}/)[2]);
  expect(shown).toEqual(['–', seedPatient(1).authorizationCode, '–']);
  await store(seedPatient(2).id, seedPatient(2).authorizationCode);
  expect((await showPatients(setup.databaseUrl, 3)).split('\n')[3]).toContain(
    seedPatient(2).authorizationCode,
  );
});

test('a larger seed adds the missing patients, with hashes', async () => {
  const before = await storedCode(seedPatient(5).id);
  expect([await seedUpTo(setup.databaseUrl, 103), await seedUpTo(setup.databaseUrl, 103)]).toEqual([
    3, 0,
  ]);
  expect(await storedCode(seedPatient(5).id)).toBe(before);
  for (const { id, authorizationCode } of [101, 102, 103].map(seedPatient)) {
    const stored = await storedCode(id);
    expect([HASH.test(stored), await isCodeOf(authorizationCode, stored, String)]).toEqual([
      true,
      true,
    ]);
  }
});

test('an imported plain code identifies at once, is replaced while the service runs, and identifies afterwards', async () => {
  const { url } = await setup.start({ WRONG_CODES_MAX: '50' });
  const visitor = await signedIn(url);
  await eventually(async () => (await plainCodes()) === 0, {
    what: 'the codes of before',
  });
  await store(patient.id, ` ${patient.authorizationCode.toLowerCase()} `);
  expect((await identify(visitor, factsOf(patient))).status).toBe(303);
  await eventually(async () => HASH.test(await storedCode(patient.id)), {
    what: 'a hash of the code',
  });
  expect((await identify(visitor, factsOf(patient))).status).toBe(303);
  expect(
    (await identify(visitor, { ...factsOf(patient), authorizationCode: 'AUT-000000-0000' })).status,
  ).toBe(422);
});

test.each(['', 'scrypt$', `scrypt$30$${'A'.repeat(22)}$${'A'.repeat(43)}`])(
  'the stored text %j identifies no patient, for any input',
  async (stored) => {
    const { url } = await setup.start({ WRONG_CODES_MAX: '50' });
    const visitor = await signedIn(url);
    await store(patient.id, stored);
    for (const authorizationCode of [patient.authorizationCode, stored, '\u200B']) {
      expect((await identify(visitor, { ...factsOf(patient), authorizationCode })).status).toBe(
        422,
      );
    }
    expect(await storedCode(patient.id)).toBe(stored);
  },
);

test('50 concurrent attempts: some are refused as busy and cost no attempt; the others are compared', async () => {
  const { url } = await setup.start({
    WRONG_CODES_MAX: '100',
    WRONG_FROM_ADDRESS_MAX: '1000',
    QUEUE_PREFIX: `${setup.prefix}-busy`,
  });
  const visitor = await signedIn(url);
  const csrf = await visitor.proof('/bill/identify');
  const body = (code: string): URLSearchParams =>
    new URLSearchParams({ ...factsOf(patient), authorizationCode: code, csrf });
  const attempt = (code: string): ReturnType<Visitor['ask']> =>
    visitor.ask('/bill/identify', { method: 'POST', body: body(code) });
  const answers = await Promise.all(
    Array.from({ length: 50 }, (_, index) => attempt(`AUT-${index}`)),
  );
  const compared = answers.filter(({ status }) => status === 422);
  const refused = answers.filter(({ status }) => status === 429);
  expect([compared.length + refused.length, compared.length >= 10, refused.length > 0]).toEqual([
    50,
    true,
    true,
  ]);
  expect(
    refused.filter(
      ({ text, headers }) =>
        headers.get('retry-after') !== '1' || !text.includes('Too much at once'),
    ),
  ).toEqual([]);
  expect((await attempt('AUT-last')).text).toContain(`${100 - compared.length - 1} more`);
  expect((await identify(visitor, factsOf(patient))).status).toBe(303);
});
