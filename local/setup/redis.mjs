/**
 * Provides a Redis server: uses an installed one, else installs it with the system's package
 * manager, else prints one line of advice.
 */
import { installPackage } from './apt.mjs';
import { findProgram, REDIS_SERVERS } from './programs.mjs';
import { run, say, SetupError } from './run.mjs';

async function install() {
  const failure = await installPackage('Redis', 'redis-server');
  const brew = failure === '' ? findProgram(['brew']) : null;
  if (!brew) return failure;
  say('Installing Redis (brew install redis) …');
  return run('installing Redis', brew, ['install', 'redis']);
}

/** Whether a server program is installed, or REDIS_URL names a server. */
export const hasRedis = () => Boolean(process.env.REDIS_URL) || findProgram(REDIS_SERVERS) !== null;

/** @throws SetupError with advice for the user. */
export async function provideRedis() {
  if (hasRedis()) return;
  const failure = await install();
  if (findProgram(REDIS_SERVERS)) return;
  const advice =
    'Redis is missing: install redis-server or valkey-server (Debian: apt-get install redis-server), or set REDIS_URL.';
  throw new SetupError(
    failure ? `${advice}\nThe attempt to install it ended with:\n${failure}` : advice,
  );
}
