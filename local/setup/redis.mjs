/** A Redis server: one that is there, else installed with the system's own tool, else one line that says what to do. */
import { findProgram, REDIS_SERVERS } from './programs.mjs';
import { answers, run, say, SetupError } from './run.mjs';

/** Waits for another apt at work rather than failing. */
const APT = ['-y', '-q', '-o', 'DPkg::Lock::Timeout=300'];
const INSTALL = [...APT, '--no-install-recommends', 'install', 'redis-server'];

async function withApt(before) {
  const [program, ...front] = [...before, 'apt-get'];
  const env = { DEBIAN_FRONTEND: 'noninteractive' };
  say(`Installing Redis (${[...before, 'apt-get install redis-server'].join(' ')}) …`);
  if ((await run('installing Redis', program, [...front, ...INSTALL], env)) === null) return null;
  await run('reading the package lists', program, [...front, ...APT, 'update'], env);
  return run('installing Redis', program, [...front, ...INSTALL], env);
}

async function install() {
  if (findProgram(['apt-get'])) {
    if (process.getuid?.() === 0) return withApt([]);
    if (answers('sudo', '-n', 'true')) return withApt(['sudo', '-n']);
  }
  const brew = findProgram(['brew']);
  if (!brew) return '';
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
