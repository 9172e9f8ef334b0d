/**
 * The reads of users while millions of finished payments are in the table: lists by every filter,
 * near the beginning and far from it, a batch, a bill, an export. The durations are measured
 * through the API; the plans are those of the statements that the same code sends.
 */
import { encodeCursor } from '../../patients/core/cursor.js';
import { batchDocument } from '../../patients/accept/batch-document.js';
import { createPrisma } from '../../patients/records/prisma.js';
import { createRecords, type Records } from '../../patients/records/records.js';
import type { PaymentStatus } from '../../shared/contracts/payment.js';
import type { Cluster } from '../system/cluster.js';
import type { GrowthTools } from './draining.js';
import { explainStatement, joinPlans, openRecordingPool, type PlanFigures } from './plans.js';
import { measureTimes, request, type Times } from './read-times.js';
import { readRow } from './rows.js';

/**
 * Default length of a page plus one row, which shows whether there is a next page; the page length
 * of an export.
 */
const PAGE = 51;
const CSV_PAGE = 1_000;
const EXPLAIN_MS = 60_000;
/** A read that discards more rows than this counts as a read of the whole table. */
const IN_VAIN_MAX = 10_000;
/** Pages of a small table: 8 MB. */
const SMALL_PAGES = 1_000;

export interface ReadFigures extends Times {
  name: string;
  path: string;
  plan: PlanFigures;
}

/**
 * Whether a read touches far more rows than it returns. A sequential scan of a table with as few
 * pages as an index is fine.
 */
export const goesThrough = ({
  plan: { sequential, pages, inVain },
}: Pick<ReadFigures, 'plan'>): boolean =>
  (sequential && pages > SMALL_PAGES) || !(inVain <= IN_VAIN_MAX);

/** Filter of `GET /api/payments`; as `PaymentFilter`. */
type Filter = Readonly<
  Partial<Record<'patientId' | 'batchId' | 'processedBy', string>> & {
    status?: PaymentStatus;
    term?: number;
  }
>;

interface Read {
  name: string;
  path: string;
  /** The same read without HTTP. */
  perform(records: Records): Promise<unknown>;
  /** Reads only the first chunk of the response, because an export is very long. */
  firstPiece?: true;
}

/** Values that exist in the table and can be requested. */
interface ReadTargets {
  patientId: string;
  batchId: string;
  paymentId: string;
  /** `seq` of a payment in the middle of the table. */
  middle: number;
}

const toQuery = (values: Readonly<Record<string, string | number>>): string =>
  Object.entries(values)
    .map(([key, value]) => `${key}=${encodeURIComponent(value)}`)
    .join('&');

function listRead(name: string, filter: Filter, before: number | null = null): Read {
  const cursor = before === null ? {} : { cursor: encodeCursor(before) };
  return {
    name: `list ${name}${before === null ? '' : ', deep'}`,
    path: `/api/payments?${toQuery({ ...filter, ...cursor })}`,
    perform: (records) => records.payments(filter, before, PAGE),
  };
}

const csvRead = (name: string, filter: Filter): Read => ({
  name: `csv ${name}`,
  path: `/api/payments.csv?${toQuery(filter)}`,
  perform: (records) => records.payments(filter, null, CSV_PAGE),
  firstPiece: true,
});

/** One example of each kind in the middle of the table. */
const TARGETS = `
SELECT id AS "paymentId", patient_id AS "patientId", batch_id AS "batchId", seq AS middle FROM payment
 WHERE seq >= (SELECT (min(seq) + max(seq)) / 2 FROM payment) AND batch_id IS NOT NULL AND status = 'SUCCEEDED' ORDER BY seq LIMIT 1`;

/** Filters with different results: common, rare, ended long ago, nonexistent. */
const FILTERS = ({ patientId, batchId }: ReadTargets): readonly (readonly [string, Filter])[] => [
  ['all', {}],
  ['pending', { status: 'PENDING' }],
  ['succeeded', { status: 'SUCCEEDED' }],
  ['declined', { status: 'DECLINED' }],
  ['failed', { status: 'FAILED' }],
  ['of a patient', { patientId }],
  ['of a batch', { batchId }],
  ['of server_1', { processedBy: 'server_1' }],
  ['of a former replica', { processedBy: 'server_3' }],
  ['of an unknown replica', { processedBy: 'server_9' }],
  ['of a term', { term: 1 }],
  ['declined, former replica', { status: 'DECLINED', processedBy: 'server_3' }],
];

function listReads(targets: ReadTargets, database: Cluster['pool']): Read[] {
  const { patientId, batchId, paymentId, middle } = targets;
  const read = (name: string, path: string, perform: Read['perform']): Read[] => [
    { name, path, perform },
  ];
  return [
    ...FILTERS(targets).flatMap(([name, filter]) => [
      listRead(name, filter),
      listRead(name, filter, middle),
    ]),
    ...read('batch', `/api/batches/${batchId}`, () => batchDocument(database, batchId)),
    ...read('bill', `/api/patients/${patientId}/bill`, (records) => records.bill(patientId, 'USD')),
    ...read('payment', `/api/payments/${paymentId}`, (records) => records.payment(paymentId)),
    csvRead('all', {}),
    csvRead('of a former replica', { processedBy: 'server_3' }),
  ];
}

/** Must be called while the system is idle. */
export async function measureReads(
  tools: Pick<GrowthTools, 'cluster' | 'signal' | 'onProgress'>,
): Promise<ReadFigures[]> {
  const { cluster, signal, onProgress } = tools;
  const targets = await readRow<ReadTargets>(cluster, TARGETS);
  if (!targets) throw new Error('there are no finished payments of a batch to read');
  const { pool, take } = openRecordingPool(cluster.system.databaseUrl, EXPLAIN_MS);
  const prisma = createPrisma(pool);
  const records = createRecords(prisma, pool, 'UTC');
  const figures: ReadFigures[] = [];
  try {
    for (const read of listReads(targets, pool)) {
      onProgress(`reading: ${read.name}`);
      const { addresses, system } = cluster;
      const times = await measureTimes(() =>
        request(`${addresses[0]}${read.path}`, system.tokens.api, signal, read.firstPiece),
      );
      take();
      await read.perform(records);
      const plans: PlanFigures[] = [];
      for (const statement of take())
        if (/^\s*(SELECT|WITH)/i.test(statement.text))
          plans.push(await explainStatement(cluster.pool, statement));
      figures.push({ name: read.name, path: read.path, ...times, plan: joinPlans(plans) });
    }
    return figures;
  } finally {
    await prisma.$disconnect();
    await pool.end();
  }
}
