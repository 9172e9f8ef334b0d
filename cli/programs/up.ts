/**
 * `relevo up --detach`: starts the system like `npm start`, but in the background, and returns when
 * every process is up. (Without --detach, bootstrap.mjs runs local/up.ts directly.) The output goes
 * to `.data/up.log`, without tokens.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, constants, mkdirSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { readRunning } from '../../local/installation.js';
import { ROOT } from '../../local/root.js';
import { UP_OPTIONS } from '../../local/program-options.js';
import type { Options } from '../../shared/arguments/options.js';
import { answer, command, type Context } from '../command.js';
import { EXIT } from '../exit-codes.js';
import { CommandFailure } from '../failure.js';
import { FileFollower } from './file-follower.js';
import { runProgram } from './programs.js';

const POLL_MS = 100;
/** The last line of the start screen. */
const UP = /stops everything\.\n/;
/**
 * The line is lost when another program moves the log. Once `relevo.json` shows that the system is
 * up, waits this long for the line.
 */
const LINE_DEADLINE_MS = 2_000;
const { O_APPEND, O_CREAT, O_TRUNC, O_WRONLY } = constants;

/** Without npm's variables: with them, the child would end together with this npm. */
const dropNpmVariables = (env: NodeJS.ProcessEnv): NodeJS.ProcessEnv =>
  Object.fromEntries(Object.entries(env).filter(([name]) => !name.startsWith('npm_')));

/**
 * Opens in append mode: when logrotate truncates the file (copytruncate), it gets no hole. @throws
 * CommandFailure
 */
function openLog(log: string): number {
  try {
    return openSync(log, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND, 0o600);
  } catch (error) {
    throw new CommandFailure(
      'START_FAILED',
      `${log} cannot be written: ${(error as Error).message}.`,
      EXIT.setup,
      'Nothing was started.',
    );
  }
}

function startInBackground(
  words: readonly string[],
  log: string,
  env: NodeJS.ProcessEnv,
): ChildProcess {
  const file = openLog(log);
  try {
    const child = spawn(process.execPath, [join(ROOT, 'local/bootstrap.mjs'), 'up', ...words], {
      cwd: ROOT,
      detached: true,
      stdio: ['ignore', file, file],
      env: { ...dropNpmVariables(env), RELEVO_DETACHED: 'on' },
    });
    child.unref();
    return child;
  } finally {
    closeSync(file);
  }
}

interface Start {
  child: ChildProcess;
  log: string;
  dataDir: string;
  json: boolean;
}

/**
 * Shows the output of the start until the system is up. @throws CommandFailure with the exit code
 * of a start that ended instead.
 */
async function waitUntilUp(
  { child, log, dataDir, json }: Start,
  { terminal, interruption }: Context,
): Promise<void> {
  const follower = new FileFollower(log);
  let said = '';
  let recordedAt = Infinity;
  for (;;) {
    const ended = child.exitCode !== null || child.signalCode !== null;
    const added = await follower.read();
    if (!json) terminal.raw(added);
    said += added;
    if (UP.test(said)) return;
    if (ended)
      throw new CommandFailure(
        'START_FAILED',
        json ? said.trim() : 'Relevo did not start.',
        child.exitCode ?? EXIT.setup,
        `Its output is in ${log}.`,
      );
    if (readRunning(dataDir)?.system) recordedAt = Math.min(recordedAt, performance.now());
    if (performance.now() - recordedAt > LINE_DEADLINE_MS) return;
    if (interruption.aborted) child.kill('SIGTERM');
    await delay(POLL_MS);
  }
}

/** The arguments of `npm start` for those of `relevo up`: every option but `--detach`. */
export const toProgramWords = (args: Options<typeof UP_OPTIONS>): string[] =>
  (Object.keys(UP_OPTIONS) as (keyof typeof UP_OPTIONS)[])
    .filter((name) => name !== 'detach')
    .flatMap((name) => {
      const value = args[name];
      if (typeof value === 'boolean') return value ? [`--${name}`] : [];
      return [`--${name}=${value}`];
    });

export const up = command({
  command: 'up',
  describe: 'Start the whole system on this machine',
  group: 'The system',
  details:
    'Runs until Ctrl-C; with --detach in the background. Restarts crashed processes. `npm start -- OPTIONS` is the same.',
  options: UP_OPTIONS,
  examples: [
    ['relevo up --monitors 3 --replicas 5', 'three monitors, five replicas'],
    ['relevo up --detach && relevo batch', 'in the background'],
  ],
  async run(args, context) {
    const words = toProgramWords(args);
    if (!args.detach) return runProgram('local/up.ts', words);
    const { dataDir } = context.config;
    mkdirSync(dataDir, { recursive: true, mode: 0o700 });
    const former = readRunning(dataDir);
    if (former)
      throw new CommandFailure(
        'ALREADY_RUNNING',
        `Relevo is running already (pid ${former.pid}).`,
        EXIT.setup,
        '`relevo status` shows it, `relevo down` ends it.',
      );
    const log = join(dataDir, 'up.log');
    await waitUntilUp(
      { child: startInBackground(words, log, context.env), log, dataDir, json: args.json },
      context,
    );
    const running = readRunning(dataDir);
    const document = {
      running: true,
      pid: running?.pid ?? null,
      addresses: running?.system?.addresses ?? {},
    };
    answer(
      context,
      args.json,
      document,
      () => `Relevo runs in the background (pid ${document.pid ?? '-'}).`,
    );
    return EXIT.done;
  },
});
