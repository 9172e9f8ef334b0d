/** `--standby` starts its own servers, and refuses to ignore those that the environment names. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { tmpdir } from 'node:os';
import { prepareEngines } from '../../../local/engines/engines.js';

const DATABASE = { databaseUrl: 'postgresql://me:secret-1@db/relevo' };
const REDIS = { redisUrl: 'redis://:secret-2@cache' };
/** Nothing may be written there. */
const dataDir = join(tmpdir(), 'relevo-other-servers');

const prepare = (given: object): Promise<unknown> =>
  prepareEngines({
    ...{ dataDir, quick: true, portOf: () => 1 },
    ...{ record: 'cluster', queue: 'group' },
    ...given,
  });

test.each([
  ['DATABASE_URL', DATABASE, 'DATABASE_URL names a server of yours'],
  ['REDIS_URL', REDIS, 'REDIS_URL names a server of yours'],
  ['both', { ...DATABASE, ...REDIS }, 'DATABASE_URL and REDIS_URL name servers of yours'],
])('%s with --standby is refused by name, without its password', async (_name, given, words) => {
  const { message } = (await prepare(given).catch((error: unknown) => error)) as Error;
  expect(message).toContain(words);
  expect(message).toContain('start without --standby');
  expect(message).not.toMatch(/secret/);
  expect(existsSync(dataDir)).toBe(false);
});

test('without --standby both are used', async () => {
  const single = { ...DATABASE, ...REDIS, record: 'single', queue: 'single' };
  expect(await prepare(single)).toEqual({
    ...{ postgres: null, databaseCluster: null },
    ...{ redis: null, redisGroup: null },
  });
});
