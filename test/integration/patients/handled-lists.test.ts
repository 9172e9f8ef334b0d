/**
 * Lists by replica, term and status return exactly the rows of a full scan, page by page, for any
 * distribution of the payments: overlapping terms, a replica that leads again, rare statuses, the
 * borders of the ranges.
 */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createPrisma, type Prisma } from '../../../patients/records/prisma.js';
import {
  createRecords,
  type PaymentFilter,
  type Records,
} from '../../../patients/records/records.js';
import { joinOverlapping } from '../../../shared/postgres/handled-ranges.js';
import { commitOutcomes, type Outcome } from '../../../shared/postgres/ledger.js';
import { seededRandom, type Random } from '../../../shared/random.js';
import { createRecord, type TestRecord } from '../payments/fixture.js';

/** Payments of one term, committed in parcels; some are left for the next term. */
const REIGNS = 12;
const A_REIGN = 60;
const BUCKET = 65_536;
const PAGE = 7;

let record: TestRecord;
let prisma: Prisma;
let records: Records;
const random = seededRandom(7, 'handled-lists');

function outcomeOf(id: string, chance: Random): Outcome {
  const status = chance.pick([
    'SUCCEEDED',
    'SUCCEEDED',
    'SUCCEEDED',
    'SUCCEEDED',
    'DECLINED',
    'FAILED',
  ] as const);
  return {
    id,
    status,
    attempts: 1,
    reason: status === 'SUCCEEDED' ? null : 'test',
    gatewayReference: status === 'SUCCEEDED' ? 'x' : null,
  };
}

beforeAll(async () => {
  record = await createRecord();
  prisma = createPrisma(record.pool);
  records = createRecords(prisma, record.pool, 'UTC');
  let left: string[] = [];
  for (let reign = 0; reign < REIGNS; reign += 1) {
    const leader = reign % 4 === 3 ? 'server_9' : `server_${1 + (reign % 2)}`;
    const token = { partition: 0, term: await record.elect(leader, `life-${reign}`), leader };
    // Every fourth term begins just before a border.
    if (reign % 4 === 1)
      await record.pool.query(`SELECT setval(pg_get_serial_sequence('payment', 'seq'), $1)`, [
        BUCKET * (1 + reign) - 20,
      ]);
    const open = [...left, ...(await record.accept(A_REIGN))];
    left = open.filter(() => random.next() < 0.1);
    const done = open.filter((id) => !left.includes(id));
    for (let at = 0; at < done.length; at += 20) {
      await commitOutcomes(
        record.pool,
        token,
        done.slice(at, at + 20).map((id) => outcomeOf(id, random)),
      );
    }
  }
});
afterAll(async () => {
  await prisma.$disconnect();
  await record.drop();
});

/** All pages in sequence. */
async function pages(filter: PaymentFilter): Promise<string[]> {
  const ids: string[] = [];
  for (let before: number | null = null; ;) {
    const page = await records.payments(filter, before, PAGE);
    ids.push(...page.map(({ id }) => id));
    if (page.length < PAGE) return ids;
    before = page.at(-1)?.seq ?? 0;
  }
}

async function lookedThrough({ status, processedBy, term }: PaymentFilter): Promise<string[]> {
  const { rows } = await record.pool.query<{ id: string }>(
    `SELECT id FROM payment WHERE ($1::payment_status IS NULL OR status = $1) AND ($2::text IS NULL OR processed_by = $2)
        AND ($3::bigint IS NULL OR term = $3) ORDER BY seq DESC`,
    [status ?? null, processedBy ?? null, term ?? null],
  );
  return rows.map(({ id }) => id);
}

const FILTERS: readonly PaymentFilter[] = [
  { status: 'SUCCEEDED' },
  { status: 'DECLINED' },
  { status: 'FAILED' },
  { status: 'PENDING' },
  { processedBy: 'server_1' },
  { processedBy: 'server_9' },
  { processedBy: 'nobody' },
  { term: 1 },
  { term: 5 },
  { term: REIGNS },
  { term: 99 },
  { status: 'DECLINED', processedBy: 'server_9' },
  { status: 'SUCCEEDED', term: 4 },
  { processedBy: 'server_9', term: 1 },
  { status: 'FAILED', processedBy: 'server_2', term: 2 },
];

test.each(FILTERS)('%j: page by page the same rows as a full scan', async (filter) => {
  expect(await pages(filter)).toEqual(await lookedThrough(filter));
});

test('the filters match some payments, and exclude some', async () => {
  const found = await Promise.all(FILTERS.map(lookedThrough));
  const all = await lookedThrough({});
  expect(found.filter((ids) => ids.length === 0)).toHaveLength(3);
  expect(Math.max(...found.map((ids) => ids.length))).toBeLessThan(all.length);
});

test('control: without the trigger that records the ranges, the list has gaps', async () => {
  await record.pool.query('ALTER TABLE payment DISABLE TRIGGER payment_noted_when_changed');
  const token = {
    partition: 0,
    term: await record.elect('server_7', 'life-7'),
    leader: 'server_7',
  };
  await commitOutcomes(
    record.pool,
    token,
    (await record.accept(3)).map((id) => outcomeOf(id, random)),
  );
  await record.pool.query('ALTER TABLE payment ENABLE TRIGGER payment_noted_when_changed');
  expect(await lookedThrough({ processedBy: 'server_7' })).toHaveLength(3);
  expect(await pages({ processedBy: 'server_7' })).toEqual([]);
});

describe('overlapping ranges are merged', () => {
  test.each([
    ['none', [], []],
    [
      'apart',
      [
        [10, 20],
        [1, 5],
      ],
      [
        [10, 20],
        [1, 5],
      ],
    ],
    [
      'touching is apart',
      [
        [10, 20],
        [5, 10],
      ],
      [
        [10, 20],
        [5, 10],
      ],
    ],
    [
      'one in the other',
      [
        [1, 20],
        [5, 10],
      ],
      [[1, 20]],
    ],
    [
      'a chain',
      [
        [10, 20],
        [6, 12],
        [2, 7],
      ],
      [[2, 20]],
    ],
  ])('%s', (_name, ranges, joined) => {
    const stretch = ([from = 0, below = 0]: number[]): { from: number; below: number } => ({
      from,
      below,
    });
    expect(joinOverlapping(ranges.map(stretch))).toEqual(joined.map(stretch));
  });
});
