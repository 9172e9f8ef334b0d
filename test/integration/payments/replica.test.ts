/**
 * A replica in this process on real PostgreSQL and Redis: leading, taking over, standing down, lost
 * queues.
 */
import { describe, expect, test } from '@jest/globals';
import { once } from 'node:events';
import { readLeadership } from '../../../shared/postgres/leadership-store.js';
import { connectRedis, outcomeChannel } from '../../../shared/queue/queue.js';
import { eventually } from '../../support/eventually.js';
import { testRedisUrl } from '../../support/redis.js';
import { PATIENTS, type TestReplica } from './fixture.js';
import {
  allFinal,
  enqueue,
  inOrder,
  logger,
  prefix,
  queue,
  record,
  redis,
  replica,
  rows,
  SLOW,
} from './replica-stage.js';

describe('leading', () => {
  test('processes every payment once, in the order of acceptance', async () => {
    const leader = await replica('server_1');
    await leader.lead(record);
    const ids = await record.accept(600);
    await enqueue(ids, 25);
    const found = await allFinal();
    expect(
      found.every(
        ({ status, attempts, processedBy }) =>
          status === 'SUCCEEDED' && attempts === 1 && processedBy === 'server_1',
      ),
    ).toBe(true);
    expect(inOrder(found)).toBe(true);
  });

  test('a standby changes nothing', async () => {
    const standby = await replica('server_1');
    await enqueue(await record.accept(5));
    await eventually(() => standby.replica.report().reaches.redis, {
      what: 'the standby is connected',
    });
    expect((await rows()).every(({ status }) => status === 'PENDING')).toBe(true);
    expect(await queue.getWaitingCount()).toBe(1);
  });

  test('a promotion that no monitor delivered is found in the database', async () => {
    const leader = await replica('server_1', { LEADERSHIP_POLL_MS: '50' });
    await record.elect('server_1', leader.replica.report().bootId);
    await record.accept(3);
    expect((await allFinal())[0]?.processedBy).toBe('server_1');
  });

  test('a restarted process with the same name does not resume its term', async () => {
    await record.elect('server_1', 'an earlier life');
    const restarted = await replica('server_1', { LEADERSHIP_POLL_MS: '50' });
    await eventually(() => restarted.replica.report().term > 0, { what: 'it has read the row' });
    expect(restarted.replica.role).toBe('standby');
  });

  test('payments in no parcel return to the queue (patients crashed before they enqueued them)', async () => {
    await record.accept(50);
    const leader = await replica('server_1');
    await leader.lead(record);
    await allFinal();
  });

  test('control: without the relay they stay pending, while payments from the queue are processed', async () => {
    const forgotten = await record.accept(1, [PATIENTS[0]]);
    const leader = await replica('server_1', {
      RELAY_INTERVAL_MS: '3600000',
      RELAY_GRACE_MS: '3600000',
    });
    await leader.lead(record);
    await enqueue(await record.accept(1, [PATIENTS[1]]));
    const [first, second] = await eventually(
      async () => {
        const found = await rows();
        return found[1]?.status === 'SUCCEEDED' ? found : null;
      },
      { what: 'the one in the queue is final' },
    );
    expect([first?.id, first?.status, second?.status]).toEqual([
      forgotten[0],
      'PENDING',
      'SUCCEEDED',
    ]);
  });

  test('a forgotten payment is found although newer ones keep arriving', async () => {
    const leader = await replica('server_1');
    await leader.lead(record);
    const ids = await record.accept(100, [PATIENTS[0], PATIENTS[1]]);
    await enqueue(
      ids.filter((_id, index) => index !== 1),
      10,
    );
    const found = await allFinal();
    expect(found[1]?.status).toBe('SUCCEEDED');
  });
});

describe('taking over', () => {
  test('a leader frozen in the middle: the next one reclaims its parcels at once and in order; its late commits are refused', async () => {
    const next = await replica('server_2');
    const slow = await replica('server_1', { ...SLOW, PARCELS_IN_FLIGHT: '4' });
    await slow.lead(record);
    const ids = await record.accept(60);
    await enqueue(ids, 10);
    await eventually(() => slow.replica.report().parcelsInFlight === 4, {
      what: 'four parcels are in flight',
    });
    await next.lead(record); // The old one is not notified, as if it were cut off.
    const found = await allFinal();
    expect(new Set(found.map(({ processedBy }) => processedBy))).toEqual(new Set(['server_2']));
    expect(inOrder(found)).toBe(true);
    await eventually(() => slow.replica.role === 'standby', {
      what: 'the old leader learns by a refused commit',
    });
    expect(await rows()).toEqual(found);
  });

  test('a leader frozen while it waits for a job does not consume the marker of the next one', async () => {
    const next = await replica('server_1', {
      RELAY_INTERVAL_MS: '3600000',
      RELAY_GRACE_MS: '3600000',
    });
    const frozen = connectRedis(testRedisUrl(), 'wait', logger);
    await frozen.subscribe(outcomeChannel(prefix));
    const connected = once(frozen, 'message'); // It can say that it begins.
    const term = await next.lead(record);
    await connected;
    await next.replica.standDown(term);
    // What a worker does that waits: the sign of a job goes to who has waited longest.
    await frozen.unsubscribe();
    await frozen.client('SETNAME', prefix);
    await redis.del(queue.toKey('marker'));
    const swallowed = frozen.bzpopmin(queue.toKey('marker'), 60);
    const isBlocked = new RegExp(`name=${prefix} .* flags=b `);
    await eventually(async () => isBlocked.test(String(await redis.client('LIST'))), {
      what: 'it waits',
    });
    await next.lead(record);
    expect(await swallowed).not.toBeNull(); // Before there is any job.
    frozen.disconnect();
    await enqueue(await record.accept(1));
    expect(await allFinal()).toMatchObject([{ status: 'SUCCEEDED', processedBy: 'server_1' }]);
  });

  test('standing down finishes the work in flight and fetches nothing more', async () => {
    const leader = await replica('server_1', { ...SLOW, STAND_DOWN_RESUME_MS: '600000' });
    const term = await leader.lead(record);
    await enqueue(await record.accept(20), 10);
    await eventually(() => leader.replica.report().parcelsInFlight === 2, {
      what: 'both parcels are in flight',
    });
    await leader.replica.standDown(term);
    expect((await rows()).every(({ status }) => status === 'SUCCEEDED')).toBe(true);
    await enqueue(await record.accept(5), 5);
    const next = await replica('server_2');
    await next.lead(record);
    expect(
      (await allFinal()).slice(20).every(({ processedBy }) => processedBy === 'server_2'),
    ).toBe(true);
  });

  test('a leader that stood down and whose last commit was refused works again when it is elected again', async () => {
    const leader = await replica('server_1', SLOW);
    const term = await leader.lead(record);
    await enqueue(await record.accept(1));
    await eventually(() => leader.replica.report().parcelsInFlight === 1, {
      what: 'it is in flight',
    });
    void leader.replica.standDown(term);
    // The term changes before it has finished, and it is not notified.
    await record.elect('server_2', 'another life');
    await eventually(() => leader.replica.role === 'standby', {
      what: 'it learns by its refused commit',
    });
    await leader.lead(record);
    await enqueue(await record.accept(1));
    expect((await allFinal()).map(({ status }) => status)).toEqual(['SUCCEEDED', 'SUCCEEDED']);
  });

  test('a leader that stood down and was not replaced leads again', async () => {
    const leader = await replica('server_1', { STAND_DOWN_RESUME_MS: '100' });
    const term = await leader.lead(record);
    await leader.replica.standDown(term);
    await enqueue(await record.accept(5));
    expect((await allFinal()).every((row) => row.term === term)).toBe(true);
  });

  test('a cancelled hand-over: on request it leads again at once', async () => {
    const leader = await replica('server_1', { STAND_DOWN_RESUME_MS: '600000' });
    const term = await leader.lead(record);
    await leader.replica.standDown(term);
    await enqueue(await record.accept(5));
    leader.replica.applyLeadership(await readLeadership(record.pool, 0), true);
    expect((await allFinal()).every((row) => row.term === term)).toBe(true);
  });

  test('request to continue while the work in flight does not end: that work is cancelled and begins again', async () => {
    const leader = await replica('server_1', {
      STAND_DOWN_RESUME_MS: '300',
      RELAY_GRACE_MS: '60000',
    });
    const term = await leader.lead(record);
    const holder = await record.pool.connect();
    try {
      const ids = await record.accept(1);
      await holder.query('BEGIN');
      // Its commit waits for this lock.
      await holder.query('SELECT 1 FROM payment WHERE status = $1 FOR UPDATE', ['PENDING']);
      await enqueue(ids);
      await eventually(() => leader.replica.report().parcelsInFlight === 1, {
        what: 'a parcel in flight',
      });
      void leader.replica.standDown(term);
      leader.replica.applyLeadership(await readLeadership(record.pool, 0), true);
      const [later] = await record.accept(1, [PATIENTS[2]]);
      await enqueue([later as string]);
      await eventually(() => leader.replica.report().parcelsInFlight > 1, {
        what: 'the later payment to be fetched',
      });
    } finally {
      await holder.query('ROLLBACK');
      holder.release();
    }
    expect((await allFinal()).map((row) => [row.status, row.term])).toEqual([
      ['SUCCEEDED', term],
      ['SUCCEEDED', term],
    ]);
  });

  test('back and forth ten times under traffic: every payment once, patients in order', async () => {
    const pair = [await replica('server_1'), await replica('server_2')] as const;
    for (let turn = 0; turn < 10; turn += 1) {
      await enqueue(await record.accept(60), 7);
      await (pair[turn % 2] as TestReplica).lead(record);
    }
    const found = await allFinal();
    expect(found).toHaveLength(600);
    for (let patient = 0; patient < 3; patient += 1)
      expect(inOrder(found.filter((_row, index) => index % 3 === patient))).toBe(true);
  });
});
