/** A Redis server: one that is there, else installed with the system's own tool, else one line that says what to do. */
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

/** Whether there is a server to start, or another one to use. */
export const hasRedis = () => Boolean(process.env.REDIS_URL) || findProgram(REDIS_SERVERS) !== null;

/** @throws SetupError that says what to do by hand. */
export async function provideRedis() {
  if (hasRedis()) return;
  const failure = await install();
  if (findProgram(REDIS_SERVERS)) return;
  const advice = 'Redis is missing: install redis-server or valkey-server (Debian: apt-get install redis-server), or set REDIS_URL.';
  throw new SetupError(failure ? `${advice}\nThe attempt to install it ended with:\n${failure}` : advice);
}
