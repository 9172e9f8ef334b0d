/**
 * A real primary whose commits wait for its synchronous standby: a replica notices that, and the
 * leader is not blamed for the missing progress. The probe of writes alone does not show it.
 */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createLogger } from '../../../shared/observability/logger.js';
import { createPool } from '../../../shared/postgres/postgres.js';
import { commitsWaitForStandby, postgresTakesWrites } from '../../../shared/write-probes.js';
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

test('a commit that waits for a standby that is away is noticed, until the standby returns', async () => {
  const pool = createPool(
    { url: pair.primary.toUrl('relevo'), name: 'test', max: 2, statementTimeoutMs: 60_000 },
    createLogger('test', 'test', 'silent'),
  );
  const waits = (): Promise<boolean> => commitsWaitForStandby(pool, 5_000);
  try {
    expect(await waits()).toBe(false);
    pair.standby.freeze();
    expect(await waits()).toBe(false);
    const commit = pool.query('CREATE TABLE waiting (number int)');
    await eventually(waits, { what: 'the waiting commit is noticed' });
    expect(await postgresTakesWrites(pool, 5_000)).toBe(true);
    pair.standby.thaw();
    await commit;
    expect(await waits()).toBe(false);
  } finally {
    pair.standby.thaw();
    await pool.end();
  }
});
