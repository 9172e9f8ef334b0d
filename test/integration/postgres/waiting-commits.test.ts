/**
 * A real primary whose commits wait for its synchronous standby: while the standby is away,
 * PostgreSQL counts as not reached, for every replica alike, so that no leader is replaced for it.
 */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createLogger } from '../../../shared/observability/logger.js';
import { createPool } from '../../../shared/postgres/postgres.js';
import { postgresTakesWrites } from '../../../shared/write-probes.js';
import { eventually } from '../../support/eventually.js';
import { ask, startPair, type Pair } from '../../support/standby.js';

let pair: Pair;
beforeAll(async () => {
  pair = await startPair();
  await ask(pair.primary, "ALTER SYSTEM SET synchronous_standby_names = '*'");
  await ask(pair.primary, 'SELECT pg_reload_conf()');
  await eventually(
    async () => (await ask(pair.primary, 'SELECT sync_state FROM pg_stat_replication')) === 'sync',
    { what: 'the standby is synchronous' },
  );
});
afterAll(() => pair.remove());

test('a commit that waits for a standby that is away: not reached, until the standby returns', async () => {
  const pool = createPool(
    { url: pair.primary.toUrl('relevo'), name: 'test', max: 2, statementTimeoutMs: 60_000 },
    createLogger('test', 'test', 'silent'),
  );
  const reaches = (): Promise<boolean> => postgresTakesWrites(pool, 5_000);
  try {
    expect(await reaches()).toBe(true);
    pair.standby.freeze();
    expect(await reaches()).toBe(true);
    const commit = pool.query('CREATE TABLE waiting (number int)');
    await eventually(async () => !(await reaches()), { what: 'the waiting commit is noticed' });
    pair.standby.thaw();
    await commit;
    expect(await reaches()).toBe(true);
  } finally {
    pair.standby.thaw();
    await pool.end();
  }
});
