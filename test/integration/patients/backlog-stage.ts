/**
 * What the tests of the two bounds share: patients with a small backlog, floods of payments, and how many are stored. Who imports it has
 * its hooks: each test has a database of its own.
 */
import { overduePayments } from '../../../shared/ledger.js';
import { createLogger } from '../../../shared/logger.js';
import { connectRedis, createQueue } from '../../../shared/queue.js';
import { eventually } from '../../support/eventually.js';
import { call, countRows, createSetup, PAYMENT, type Answered, type Setup } from './setup.js';

export const MAX = 40;
export const SMALL = { BACKLOG_MAX: String(MAX), BACKLOG_LOOK_MS: '50' };

export let setup: Setup;
beforeEach(async () => {
  setup = await createSetup();
});
afterEach(() => setup.end());

export const pay = (url: string, key?: string, headers: Record<string, string> = {}): Promise<Answered> =>
  call(`${url}/api/payments`, { body: PAYMENT, headers: { ...(key ? { 'Idempotency-Key': key } : {}), ...headers } });

/** Pays `count` times, a few at once. */
export async function flood(urls: readonly string[], count: number, name: string): Promise<Answered[]> {
  const answers: Answered[] = [];
  for (let start = 0; start < count; start += 10) {
    const some = Array.from({ length: Math.min(10, count - start) }, (_, at) => pay(urls[at % urls.length] as string, `${name}-${start + at}`));
    answers.push(...(await Promise.all(some)));
  }
  return answers;
}

/** A door that is closed opens again when so many are stored, and not before. */
const REOPENS = MAX * 0.9;

/**
 * Pays a few at once until the door is closed and stays so. What is stored while a look is under way counts twice until the next, so it
 * may close too early and open again: a flood alone may leave it ajar.
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

export const accepted = (answers: readonly Answered[]): Answered[] => answers.filter(({ status }) => status === 202);
export const refused = (answers: readonly Answered[]): Answered[] => answers.filter(({ status }) => status !== 202);
export const pendingRows = async (): Promise<number> =>
  (await setup.pool.query<{ count: number }>(`SELECT count(*) AS count FROM payment WHERE status = 'PENDING'`)).rows[0]?.count ?? -1;

/** Puts what is pending back in the queue, as the leader's relay does. */
export async function relay(): Promise<void> {
  const redis = connectRedis(setup.redisUrl, 'patient', createLogger('test', 'test', 'silent'));
  const queue = createQueue(0, setup.prefix, redis);
  const overdue = await overduePayments(setup.pool, { partition: 0, upto: null, graceMs: 0, limit: 1_000 });
  await queue.add('parcel', { ids: overdue.map(({ id }) => id) });
  await queue.close();
  redis.disconnect();
}
