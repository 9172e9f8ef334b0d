/**
 * Checks the programs of Redis (or Valkey) and PostgreSQL, each only when no external server is
 * configured.
 */
import { findBinaries } from '../../local/engines/postgres-binaries.js';
import { runToEnd } from '../../local/processes/run-to-end.js';
import { findProgram, REDIS_SERVERS } from '../../local/setup/programs.mjs';
import { atLeast } from '../../shared/version.js';
import { installCommand, ok, problem, warning, type Check, type Finding } from './finding.js';

/**
 * BullMQ requires 6.2, because it moves jobs with commands of that version. @see
 * https://docs.bullmq.io/guide/redis-tm-compatibility
 */
const OLDEST_REDIS = [6, 2] as const;

/** @param program its path; null: not found. @param version null: unknown. */
export function judgeRedisProgram(program: string | null, version: string | null): Finding {
  const install = installCommand('redis-server', 'redis');
  if (program === null)
    return problem('Redis', 'There is no redis-server and no valkey-server on the PATH.', install);
  if (version === null)
    return warning('Redis', `${program} does not print its version.`, `${program} --version`);
  return atLeast(version, OLDEST_REDIS)
    ? ok('Redis', `${version}, ${program}`)
    : problem(
        'Redis',
        `${program} is ${version}; version ${OLDEST_REDIS.join('.')} or newer is required.`,
        install,
      );
}

/** @param failure its reason as text; null: the program runs here. */
export function judgePostgresProgram(version: string | null, failure: string | null): Finding {
  if (failure === null) return ok('PostgreSQL', version ?? 'runs here');
  return problem(
    'PostgreSQL',
    failure,
    'DATABASE_URL=postgresql://USER:PASSWORD@HOST/DATABASE npm start',
  );
}

async function redisProgram(): Promise<Finding> {
  const program = findProgram(REDIS_SERVERS);
  if (program === null) return judgeRedisProgram(null, null);
  const { output } = await runToEnd([program, '--version']);
  return judgeRedisProgram(program, /v=(\d+\.\d+\.\d+)/.exec(output)?.[1] ?? null);
}

async function postgresProgram(): Promise<Finding> {
  try {
    const { before, postgres } = await findBinaries();
    const { output } = await runToEnd([...before, postgres, '--version']);
    return judgePostgresProgram(/\d+(\.\d+)*/.exec(output)?.[0] ?? null, null);
  } catch (error) {
    return judgePostgresProgram(null, (error as Error).message);
  }
}

export const enginesCheck: Check = {
  name: 'engines',
  look: async ({ config }) => {
    const ours = [
      ...(config.redisUrl ? [] : [redisProgram()]),
      ...(config.databaseUrl ? [] : [postgresProgram()]),
    ];
    return Promise.all(ours);
  },
};
