/**
 * Jobs of the queue that carry no parcel, on a real Redis: each affects only itself, and the relay
 * finds its payments in PostgreSQL.
 */
import { expect, test } from '@jest/globals';
import { parcelsUnreadable } from '../../../payments/metrics.js';
import { eventually } from '../../support/eventually.js';
import { allFinal, enqueue, queue, record, redis, replica, rows } from './replica-stage.js';

const uuid = (number: number): string =>
  `22222222-0000-4000-8000-${String(number).padStart(12, '0')}`;
const dropped = async (): Promise<number> => (await parcelsUnreadable.get()).values[0]?.value ?? 0;

/** What a job may hold in place of a parcel, as text. `id`: of a payment that is pending. */
const CONTENTS: readonly (readonly [string, (id: string) => string])[] = [
  ['no JSON', (id) => `{"ids":["${id}"`],
  ['null', () => 'null'],
  ['a word', () => '"parcel"'],
  ['a list', (id) => JSON.stringify([id])],
  ['another shape', () => JSON.stringify({ order: 7 })],
  ['ids that are no list', (id) => JSON.stringify({ ids: id })],
  ['no ids', () => JSON.stringify({ ids: [] })],
  ['a malformed id', (id) => JSON.stringify({ ids: [id, 'not-an-id'] })],
  ['an id that would end an array', (id) => JSON.stringify({ ids: [id, '},{'] })],
  ['an id in capitals', (id) => JSON.stringify({ ids: [id.toUpperCase().replace('1', 'A')] })],
  ['a number for an id', (id) => JSON.stringify({ ids: [id, 7] })],
  [
    'too many ids',
    (id) =>
      JSON.stringify({ ids: [id, ...Array.from({ length: 500 }, (_, index) => uuid(index))] }),
  ],
  [
    'megabytes',
    (id) =>
      JSON.stringify({
        ids: [id],
        junk: 'x'.repeat(5_000_000),
        more: Array.from({ length: 100_000 }, (_, index) => uuid(index)),
        otherTraces: 7,
      }),
  ],
  [
    'traces that are none',
    (id) => JSON.stringify({ ids: [id], traceparent: 5, otherTraces: 'all' }),
  ],
];

/**
 * As another program would write them: at once, so that the leader never sees a job that is half
 * there.
 */
async function enqueueRaw(contents: readonly string[], opts = '{}'): Promise<void> {
  const together = redis.multi();
  for (const [index, data] of contents.entries()) {
    const id = `raw-${index}`;
    together.hset(queue.toKey(id), {
      name: 'parcel',
      data,
      opts,
      timestamp: '0',
      delay: '0',
      priority: '0',
    });
    together.lpush(queue.toKey('wait'), id).zadd(queue.toKey('marker'), 0, '0');
  }
  await together.exec();
}

test.each(CONTENTS)(
  '%s: the job is dropped and counted, and its payment and others are processed',
  async (_what, contentOf) => {
    const before = await dropped();
    const ids = await record.accept(4);
    await enqueueRaw([contentOf(ids[0] as string)]);
    await enqueue(ids.slice(2), 1);
    const leader = await replica('server_1');
    await leader.lead(record);
    expect((await allFinal()).map(({ status }) => status)).toEqual([
      'SUCCEEDED',
      'SUCCEEDED',
      'SUCCEEDED',
      'SUCCEEDED',
    ]);
    await eventually(async () => (await dropped()) === before + 1, { what: 'the job is counted' });
    await eventually(
      async () =>
        (await queue.getJobCountByTypes('active', 'wait', 'completed', 'failed', 'delayed')) === 0,
      { what: 'the queue is empty' },
    );
    expect(leader.replica.role).toBe('leading');
  },
);

test('all of them between others, while it leads: it continues to lead, and no job remains', async () => {
  const before = await dropped();
  const leader = await replica('server_1');
  await leader.lead(record);
  const ids = await record.accept(60);
  await enqueue(ids.slice(0, 20), 3);
  await enqueueRaw(CONTENTS.map(([, contentOf], index) => contentOf(ids[30 + index] as string)));
  await enqueue(ids.slice(40), 3);
  expect(
    (await allFinal()).every(({ status, attempts }) => status === 'SUCCEEDED' && attempts === 1),
  ).toBe(true);
  await eventually(async () => (await dropped()) === before + CONTENTS.length, {
    what: 'all are counted',
  });
  expect(leader.replica.role).toBe('leading');
});

test.each([
  ['options', '{'],
  ['options that are no object', 'null'],
])(
  'a job whose %s cannot be decoded is dropped and counted, and later ones are processed',
  async (_what, opts) => {
    const before = await dropped();
    const leader = await replica('server_1');
    await leader.lead(record);
    await enqueueRaw(['{}', '{}'], opts);
    const ids = await record.accept(20);
    await enqueue(ids, 1);
    await allFinal();
    expect((await rows()).every(({ processedBy }) => processedBy === 'server_1')).toBe(true);
    await eventually(async () => (await dropped()) === before + 2, {
      what: 'both are counted',
    });
    await eventually(
      async () =>
        (await queue.getJobCountByTypes('active', 'wait', 'completed', 'failed', 'delayed')) === 0,
      { what: 'the queue is empty' },
    );
    expect(leader.replica.role).toBe('leading');
  },
);
