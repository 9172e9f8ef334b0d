/** The parcels of the queue at a monitor, also while Redis is unavailable. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { openQueue } from '../../../shared/queue/reconnecting-queue.js';
import { connectRedis } from '../../../shared/queue/queue.js';
import { eventually } from '../../support/eventually.js';
import { keptLogger } from '../../support/kept-logger.js';
import { testRedisUrl } from '../../support/redis.js';
import { openInspected, type Inspected } from './support.js';

const PAYMENT = randomUUID();
let system: Inspected;
beforeAll(async () => {
  system = await openInspected();
});
afterAll(() => system.close());

test('its parcels: counts, ids, and a job without a valid parcel', async () => {
  const redis = connectRedis(testRedisUrl(), 'fail-fast', keptLogger('test'));
  const queue = openQueue(0, system.hospital.prefix, redis);
  await eventually(() => redis.status === 'ready', { what: 'Redis' });
  await queue.use((bull) =>
    bull.addBulk([
      { name: 'parcel', data: { ids: [PAYMENT], relayed: true } },
      { name: 'parcel', data: { ids: ['<script>'] } },
    ]),
  );
  redis.disconnect();
  const list = await system.json<{ waiting: number; active: number; parcels: object[] }>(
    '/queues.json',
  );
  expect(list).toMatchObject({ active: 0 });
  expect(list.waiting).toBeGreaterThanOrEqual(2);
  expect(list.parcels).toContainEqual(
    expect.objectContaining({ state: 'waiting', paymentIds: [PAYMENT], relayed: true }),
  );
  expect(list.parcels).toContainEqual(expect.objectContaining({ paymentIds: [] }));
  const { text } = await system.ask('/queues', { headers: { Accept: 'text/html' } });
  expect(text).toContain(`href="/payments/${PAYMENT}"`);
  expect(text).toContain('no valid parcel; the leader drops it');
});

test('Redis unavailable: a page with that cause, a problem for programs, and the rest works', async () => {
  const cut = await openInspected({ REDIS_URL: 'redis://127.0.0.1:9' });
  try {
    const page = await eventually(
      async () => {
        const answer = await cut.ask('/queues', { headers: { Accept: 'text/html' } });
        return answer.status === 503 ? answer : null;
      },
      { what: 'the page that says it' },
    );
    expect(page.text).toContain('Redis does not answer');
    expect(await cut.ask('/queues.json')).toMatchObject({ status: 503 });
    await eventually(async () => (await cut.ask('/payments.json')).status === 200, {
      what: 'the list of payments, which needs no Redis',
    });
  } finally {
    await cut.close();
  }
});
