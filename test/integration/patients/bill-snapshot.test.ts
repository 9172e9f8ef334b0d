/**
 * A bill is read in one snapshot: a payment that becomes final during the read counts once. With a
 * real PostgreSQL.
 */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { PatientsConfig } from '../../../patients/config.js';
import { createPrisma, type Prisma } from '../../../patients/records/prisma.js';
import { createRecords } from '../../../patients/records/records.js';
import { readBill } from '../../../patients/web/bill.js';
import { commitOutcomes, type FencingToken } from '../../../shared/postgres/ledger.js';
import type { Queryable } from '../../../shared/postgres/postgres.js';
import { createRecord, PATIENTS, type TestRecord } from '../payments/fixture.js';

/** Amount of a payment of the fixture, in USD. */
const AMOUNT_MINOR = 1_500;

const config = { defaultCurrency: 'USD' } as PatientsConfig;

let record: TestRecord;
let prisma: Prisma;
let token: FencingToken;

beforeAll(async () => {
  record = await createRecord();
  prisma = createPrisma(record.pool);
  token = { partition: 0, term: await record.elect('server_1', 'life-1'), leader: 'server_1' };
});
afterAll(async () => {
  await prisma.$disconnect();
  await record.drop();
});

const commit = (id: string) =>
  commitOutcomes(record.pool, token, [
    { id, status: 'SUCCEEDED', attempts: 1, reason: null, gatewayReference: 'x' },
  ]);

/** The pool; `between` runs before the statement with this number, from 1. */
function interrupted(
  number: number,
  between: () => Promise<unknown>,
): Queryable & { statements: number } {
  const db = {
    statements: 0,
    query: async (...input: Parameters<Queryable['query']>) => {
      db.statements += 1;
      if (db.statements === number) await between();
      return record.pool.query(...input);
    },
  };
  return db as unknown as Queryable & { statements: number };
}

async function amounts(db: Queryable): Promise<{ paidMinor: number; pendingMinor: number }> {
  const { accounts } = await readBill(
    { config, records: createRecords(prisma, db, 'UTC') },
    PATIENTS[0],
  );
  const account = accounts.find(({ bill }) => bill.currency === 'USD');
  return { paidMinor: account?.bill.paidMinor ?? 0, pendingMinor: account?.pendingMinor ?? 0 };
}

test.each([1, 2])(
  'a payment that becomes final before statement %i of the read counts once',
  async (number) => {
    const before = await amounts(record.pool);
    const [id] = await record.accept(1, [PATIENTS[0]]);
    const read = await amounts(interrupted(number, () => commit(id as string)));
    expect(read.paidMinor + read.pendingMinor).toBe(
      before.paidMinor + before.pendingMinor + AMOUNT_MINOR,
    );
    await commit(id as string);
    expect(await amounts(record.pool)).toEqual({
      paidMinor: before.paidMinor + AMOUNT_MINOR,
      pendingMinor: 0,
    });
  },
);
