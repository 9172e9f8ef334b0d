/**
 * The door of every npm script: makes ready what a bare machine lacks, then becomes the program asked for, in this same
 * process, so that signals and exit codes need no passing on. What is done already costs milliseconds.
 * Plain JavaScript without dependencies: it runs before `npm ci`.
 */
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { alone } from './setup/lock.mjs';
import { installed, installPackages } from './setup/packages.mjs';
import { generateClient, generated } from './setup/prisma.mjs';
import { hasRedis, provideRedis } from './setup/redis.mjs';
import { say, SetupError } from './setup/run.mjs';
import { endWithStarter } from './setup/starter.mjs';

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const OLDEST_NODE = [20, 19];
/** As sysexits.h: the set-up is at fault, not the program. */
const SETUP_FAILED = 3;

/** What each command runs, and whether it needs Redis. `setup` only makes ready. */
const COMMANDS = {
  up: { file: 'local/up.ts', redis: true },
  test: { file: 'local/test.ts', redis: true },
  experiment: { file: 'experiments/cli.ts', redis: true },
  simulate: { file: 'test/simulation/cli.ts' },
  status: { file: 'local/status.ts' },
  gateway: { file: 'gateway/main.ts' },
  seed: { file: 'local/seed-command.ts' },
  studio: { file: 'local/studio.ts' },
  postman: { file: 'patients/postman-cli.ts' },
  setup: { redis: true },
};

function checkNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major > OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor >= OLDEST_NODE[1])) return;
  throw new SetupError(`Relevo needs Node.js ${OLDEST_NODE.join('.')} or newer; this is ${process.versions.node}.`);
}

const isReady = ({ redis }) => installed(ROOT) && generated(ROOT) && (!redis || hasRedis());

async function makeReady({ redis }) {
  await installPackages(ROOT);
  await generateClient(ROOT);
  if (redis) await provideRedis();
}

async function main([name, ...args]) {
  const command = COMMANDS[name];
  if (!command) throw new SetupError(`There is no command "${name ?? ''}"; there are ${Object.keys(COMMANDS).join(', ')}.`);
  checkNode();
  process.chdir(ROOT);
  if (!isReady(command)) await alone(join(ROOT, '.data/setup.lock'), () => makeReady(command));
  if (!command.file) return;
  const file = join(ROOT, command.file);
  process.argv = [process.execPath, file, ...args];
  endWithStarter();
  await import('tsx');
  await import(file);
}

main(process.argv.slice(2)).catch((error) => {
  say(error instanceof SetupError ? error.message : String(error?.stack ?? error));
  process.exit(error instanceof SetupError ? SETUP_FAILED : 1);
});
