/** A standby is warm: its connections are open and its statements have run before its election. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { testRedisUrl } from '../../support/redis.js';
import { eventually } from '../../support/eventually.js';
import { createRecord, startReplica, type TestRecord, type TestReplica } from './fixture.js';

let record: TestRecord;
let replica: TestReplica;
beforeAll(async () => {
  record = await createRecord();
  replica = await startReplica({
    ID: 'server_1',
    DATABASE_URL: record.url,
    REDIS_URL: testRedisUrl(),
    QUEUE_PREFIX: `test-${randomUUID()}`,
  });
});
afterAll(async () => {
  await replica.stop();
  await record.drop();
});

test('a standby has loaded and committed nothing, on the connections it will lead with', async () => {
  const [id] = (await record.accept(1)) as [string];
  const ran = `SELECT application_name AS name, query FROM pg_stat_activity
    WHERE datname = current_database() AND application_name IN ('server_1-load', 'server_1-commit')`;
  const connections = await eventually(
    async () => {
      const { rows } = await record.pool.query<{ name: string; query: string }>(ran);
      return rows.length === 2 && rows.every(({ query }) => query.includes('payment'))
        ? rows
        : null;
    },
    { what: 'both connections to have been used' },
  );
  expect(connections.map(({ name }) => name).sort()).toEqual(['server_1-commit', 'server_1-load']);
  expect(replica.replica.report()).toMatchObject({ role: 'standby', term: 0, committed: 0 });
  const { rows } = await record.pool.query('SELECT status, attempts FROM payment WHERE id = $1', [
    id,
  ]);
  expect(rows).toEqual([{ status: 'PENDING', attempts: 0 }]);
});
