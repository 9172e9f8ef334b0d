#!/usr/bin/env node
/**
 * Entry point of `relevo` and all npm scripts: installs missing packages and programs, then runs
 * the requested program in this process, so that signals and exit codes need no forwarding. When
 * everything is installed, the checks take milliseconds. Plain JavaScript without dependencies,
 * because it runs before `npm ci`.
 */
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { PROGRAMS } from './programs.mjs';
import { reportBare } from './setup/bare-doctor.mjs';
import { alone } from './setup/lock.mjs';
import { isInstalled, installPackages } from './setup/packages.mjs';
import { generateClient, isGenerated } from './setup/prisma.mjs';
import { getBalancers, hasBalancer, provideBalancer } from './setup/balancers.mjs';
import { hasRedis, provideRedis } from './setup/redis.mjs';
import { say, SetupError } from './setup/run.mjs';
import { hasStandby, needsStandby, provideStandby } from './setup/standby.mjs';
import { endWithStarter } from './setup/starter.mjs';
import { hasZookeeper, needsZookeeper, provideZookeeper } from './setup/zookeeper.mjs';

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const OLDEST_NODE = [20, 19];
/** As in sysexits.h: the set-up failed, not the program. */
const SETUP_FAILED = 3;

/** All other commands, and the help of the programs above. */
const COMMANDS = { file: 'cli/main.ts' };

function checkNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major > OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor >= OLDEST_NODE[1])) return;
  throw new SetupError(
    `Relevo needs Node.js ${OLDEST_NODE.join('.')} or newer; this is ${process.versions.node}.`,
  );
}

const isReady = ({ redis }, balancers, standby, zookeeper) =>
  isInstalled(ROOT) &&
  isGenerated(ROOT) &&
  (!redis || hasRedis()) &&
  balancers.every(hasBalancer) &&
  (!standby || hasStandby()) &&
  (!zookeeper || hasZookeeper());

async function makeReady({ redis }, balancers, standby, zookeeper) {
  await installPackages(ROOT);
  await generateClient(ROOT);
  if (redis) await provideRedis();
  for (const name of balancers) await provideBalancer(name);
  if (standby) await provideStandby();
  if (zookeeper) await provideZookeeper();
}

/** @returns the program and its arguments. Commands are not programs, nor is the help of most. */
function chooseProgram(words) {
  const [name, ...rest] = words;
  const program = PROGRAMS[name];
  const asksHelp = !program?.hasHelp && rest.some((word) => word === '--help' || word === '-h');
  const inBackground = name === 'up' && rest.includes('--detach');
  return !program || asksHelp || inBackground
    ? { program: COMMANDS, args: words }
    : { program, args: rest };
}

async function main(words) {
  checkNode();
  process.chdir(ROOT);
  const { program, args } = chooseProgram(words);
  // Commands that only read must not install anything: the doctor reports missing packages, and
  // completion runs on a key press in a shell.
  if (words[0] === 'doctor' && !isInstalled(ROOT))
    process.exit(reportBare(ROOT, words.includes('--json')));
  if (words[0] === 'completion' && !isInstalled(ROOT) && words.includes('--words')) return;
  const needs = [program, getBalancers(words), needsStandby(words), needsZookeeper(words)];
  if (words[0] !== 'doctor' && !isReady(...needs))
    await alone(join(ROOT, '.data/setup.lock'), () => makeReady(...needs));
  if (!program.file) return;
  const file = join(ROOT, program.file);
  process.argv = [process.execPath, file, ...args];
  endWithStarter();
  await import('tsx');
  await import(file);
}

main(process.argv.slice(2)).catch((error) => {
  say(error instanceof SetupError ? error.message : String(error?.stack ?? error));
  process.exit(error instanceof SetupError ? SETUP_FAILED : 1);
});
