/** The doctor tests PostgreSQL and Redis with a write, while both still answer reads. */
import { databaseCheck } from '../../../cli/doctor/database.js';
import type { Check, Finding } from '../../../cli/doctor/finding.js';
import { redisCheck } from '../../../cli/doctor/redis.js';
import { readLocalConfig } from '../../../local/config.js';
import { createLogger } from '../../../shared/observability/logger.js';
import { connectRedis } from '../../../shared/queue/queue.js';
import { createTestDatabase, setReadOnly } from '../../support/database.js';
import { startOwnRedis } from '../../support/own-redis.js';

async function problemsOf(check: Check, env: NodeJS.ProcessEnv): Promise<Finding[]> {
  const found = await check.look({ env, config: readLocalConfig(env), running: null });
  return found.filter(({ level }) => level === 'problem');
}

test('reports a read-only database, with a command that shows the cause', async () => {
  const database = await createTestDatabase();
  try {
    const look = (): Promise<Finding[]> =>
      problemsOf(databaseCheck, { DATABASE_URL: database.url });
    expect(await look()).toEqual([]);
    await setReadOnly(database.url, true);
    expect(await look()).toEqual([
      {
        level: 'problem',
        subject: 'database',
        says: expect.stringContaining('read-only') as string,
        fix: expect.stringContaining('default_transaction_read_only') as string,
      },
    ]);
  } finally {
    await database.drop();
  }
});

test.each([
  ['min-replicas-to-write', 'NOREPLICAS'],
  ['maxmemory', 'OOM'],
])(
  'reports a Redis that refuses writes (%s), with the setting to change',
  async (setting, answer) => {
    const own = await startOwnRedis();
    const redis = connectRedis(own.url, 'wait', createLogger('test', 'test', 'silent'));
    try {
      const look = (): Promise<Finding[]> => problemsOf(redisCheck, { REDIS_URL: own.url });
      expect(await look()).toEqual([]);
      await redis.config('SET', setting, '1');
      expect(await look()).toEqual([
        {
          level: 'problem',
          subject: 'Redis',
          says: expect.stringContaining(`refuses writes: ${answer}`) as string,
          fix: expect.stringContaining(`config set ${setting} 0`) as string,
        },
      ]);
    } finally {
      redis.disconnect();
      await own.remove();
    }
  },
);
