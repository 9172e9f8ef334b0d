/**
 * The checks of one version of Node.js: the unit tests, a start of the whole system, a batch of
 * payments, an orderly stop. The system has ports of its own and its data below `.data/node/`; the
 * next run deletes what a killed run left there.
 */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { pollUntil } from '../../shared/wait-until.js';
import { freeOffset } from '../../test/support/free-offset.js';
import { ROOT } from '../root.js';
import { runCommand, startCommand, type CommandResult, type Started } from './command.js';
import { environmentFor, getFolder } from './install.js';

export const CHECKS = ['unit tests', 'start', 'payments', 'stop'] as const;
type CheckName = (typeof CHECKS)[number];

interface Checked {
  passed: boolean;
  seconds: number;
}
/** The checks that ran; a failed start leaves out the ones that need the system. */
export type Results = Partial<Record<CheckName, Checked>>;

const PAYMENTS = 230;
const START_DEADLINE_MS = 180_000;
const POLL_MS = 100;
/** The last line of the start screen. */
const UP = /Ctrl-C stops everything/;

interface Surroundings {
  /** The path of the Node.js under test. */
  program: string;
  folder: string;
  env: NodeJS.ProcessEnv;
  signal: AbortSignal;
}

const relevo = ({ program }: Surroundings, ...words: string[]): string[] => [
  program,
  join(ROOT, 'local/bootstrap.mjs'),
  ...words,
];

/** @returns null when the system is up, else why it is not. */
async function waitUntilUp(system: Started): Promise<CommandResult | null> {
  const isUp = (): boolean => UP.test(system.output());
  const isDecided = await pollUntil(() => isUp() || !system.isRunning(), {
    deadlineMs: START_DEADLINE_MS,
    pollMs: POLL_MS,
  });
  if (isUp()) return null;
  return isDecided
    ? system.ended
    : { code: `not up within ${START_DEADLINE_MS / 1_000} s`, end: system.output() };
}

/** Runs one check and prints its result; a failure with the end of its output. */
async function check(
  name: CheckName,
  results: Results,
  work: () => Promise<CommandResult | null>,
): Promise<boolean> {
  process.stderr.write(`  ${name} …\n`);
  const begun = performance.now();
  const ended = await work();
  const passed = ended === null || ended.code === 0;
  const seconds = (performance.now() - begun) / 1_000;
  results[name] = { passed, seconds };
  if (!passed) process.stderr.write(`  ${name} failed (${ended.code}):\n${ended.end}\n`);
  return passed;
}

async function checkSystem(surroundings: Surroundings, results: Results): Promise<void> {
  const { folder, env, signal } = surroundings;
  const log = (name: string): string => join(folder, `${name}.log`);
  const system = startCommand(relevo(surroundings, 'up'), { env, log: log('start'), signal });
  const stop = async (): Promise<CommandResult> => {
    system.stop();
    return system.ended;
  };
  try {
    if (!(await check('start', results, () => waitUntilUp(system)))) return;
    const batch = relevo(surroundings, 'batch', '--count', String(PAYMENTS));
    await check('payments', results, () =>
      runCommand(batch, { env, log: log('payments'), signal }),
    );
    await check('stop', results, stop);
  } finally {
    await stop();
  }
}

/** @param program the path of the Node.js that is checked. */
export async function checkNode(
  version: string,
  program: string,
  signal: AbortSignal,
): Promise<Results> {
  const results: Results = {};
  const folder = getFolder(version);
  const dataDir = join(folder, 'system');
  rmSync(dataDir, { recursive: true, force: true });
  const env = {
    ...environmentFor(program),
    RELEVO_DATA: dataDir,
    RELEVO_PORT_OFFSET: String(await freeOffset()),
  };
  const surroundings = { program, folder, env, signal };
  try {
    await check('unit tests', results, () =>
      runCommand(relevo(surroundings, 'test', 'unit'), {
        env: environmentFor(program),
        log: join(folder, 'unit-tests.log'),
        signal,
      }),
    );
    if (!signal.aborted) await checkSystem(surroundings, results);
    return results;
  } finally {
    rmSync(dataDir, { recursive: true, force: true });
  }
}
