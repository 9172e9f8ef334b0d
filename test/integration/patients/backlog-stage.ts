/**
 * Common set-up of the tests of the two bounds: patients with a small backlog, floods of payments,
 * and the number of stored payments. Importing it registers its hooks: each test has a database of
 * its own.
 */
import { overduePayments } from '../../../shared/postgres/ledger.js';
import { createLogger } from '../../../shared/observability/logger.js';
import { connectRedis, createQueue } from '../../../shared/queue/queue.js';
import { eventually } from '../../support/eventually.js';
import { call, countRows, createSetup, PAYMENT, type Answered, type Setup } from './setup.js';

export const MAX = 40;
export const SMALL = { BACKLOG_MAX: String(MAX), BACKLOG_LOOK_MS: '50' };

export let setup: Setup;
beforeEach(async () => {
  setup = await createSetup();
});
afterEach(() => setup.end());

export const pay = (
  url: string,
  key?: string,
  headers: Record<string, string> = {},
): Promise<Answered> =>
  call(`${url}/api/payments`, {
    body: PAYMENT,
    headers: { ...(key ? { 'Idempotency-Key': key } : {}), ...headers },
  });

/** Sends `count` payments, a few at a time. */
export async function flood(
  urls: readonly string[],
  count: number,
  name: string,
): Promise<Answered[]> {
  const answers: Answered[] = [];
  for (let start = 0; start < count; start += 10) {
    const some = Array.from({ length: Math.min(10, count - start) }, (_, at) =>
      pay(urls[at % urls.length] as string, `${name}-${start + at}`),
    );
    answers.push(...(await Promise.all(some)));
  }
  return answers;
}

/** A closed admission opens again at this number of stored payments, and not before. */
const REOPENS = MAX * 0.9;

/**
 * Sends payments, a few at a time, until admission is closed and stays closed. Payments stored
 * during a measurement count twice until the next one, so admission may close too early and open
 * again: a single flood may not close it.
 * @returns all answers.
 */
export async function fill(url: string, name: string): Promise<Answered[]> {
  const answers = await flood([url], 2 * MAX, name);
  const full = async (): Promise<boolean> => {
    const stored = await countRows(setup.pool, 'payment');
    const answer = await pay(url, `${name}-${answers.length}`);
    answers.push(answer);
    return answer.status === 503 && stored > REOPENS;
  };
  await eventually(full, { what: 'a closed door' });
  return answers;
}

export const accepted = (answers: readonly Answered[]): Answered[] =>
  answers.filter(({ status }) => status === 202);
export const refused = (answers: readonly Answered[]): Answered[] =>
  answers.filter(({ status }) => status !== 202);
export const pendingRows = async (): Promise<number> =>
  (
    await setup.pool.query<{ count: number }>(
      `SELECT count(*) AS count FROM payment WHERE status = 'PENDING'`,
    )
  ).rows[0]?.count ?? -1;

/** Enqueues pending payments again, as the leader's relay does. */
export async function relay(): Promise<void> {
  const redis = connectRedis(setup.redisUrl, 'wait', createLogger('test', 'test', 'silent'));
  const queue = createQueue(0, setup.prefix, redis);
  const overdue = await overduePayments(setup.pool, {
    partition: 0,
    throughSeq: null,
    graceMs: 0,
    limit: 1_000,
  });
  await queue.add('parcel', { ids: overdue.map(({ id }) => id) });
  await queue.close();
  redis.disconnect();
}
