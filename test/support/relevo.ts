/**
 * Runs `relevo` as a separate process, like a user: its output and its exit code; also on a
 * pseudo-terminal. A process takes a second of a processor to start, so a test that is about the
 * command, not about its process, runs it in the process of the test.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { ROOT } from '../../local/root.js';
import { fakeTerminal } from './fake-terminal.js';
import { keepInstallation } from './log-evidence.js';

export interface Ran {
  child: ChildProcess;
  /** Standard output so far. */
  out: () => string;
  /** Standard error so far. */
  err: () => string;
  /** The exit code, or the signal's name. */
  ended: Promise<number | string>;
}

/** A command inside this process. */
interface RanHere extends Omit<Ran, 'child'> {
  /** As Ctrl-C. */
  interrupt: () => void;
}

const DOOR = join(ROOT, 'local/bootstrap.mjs');

/** The environment without the variables of the test run. */
const clean = (env: Record<string, string>): NodeJS.ProcessEnv => ({
  ...process.env,
  NODE_OPTIONS: '',
  npm_lifecycle_event: '',
  DATABASE_URL: '',
  REDIS_URL: '',
  API_TOKEN: '',
  OPERATOR_TOKEN: '',
  INTERNAL_TOKEN: '',
  // `relevo up` creates its own database, as for a user.
  TEST_CLUSTER: '',
  ...env,
});

function follow(child: ChildProcess, env: Readonly<Record<string, string>>): Ran {
  let [out, err] = ['', ''];
  child.stdout?.on('data', (data: Buffer) => (out += data.toString()));
  child.stderr?.on('data', (data: Buffer) => (err += data.toString()));
  const dataDir = env['RELEVO_DATA'];
  if (dataDir) child.once('close', () => keepInstallation(dataDir));
  const ended = new Promise<number | string>((resolve) =>
    child.once('close', (code, by) => resolve(code ?? by ?? -1)),
  );
  return { child, out: () => out, err: () => err, ended };
}

export function relevo(words: readonly string[], env: Record<string, string>): Ran {
  return follow(
    spawn(process.execPath, [DOOR, ...words], {
      cwd: ROOT,
      env: clean(env),
      stdio: ['ignore', 'pipe', 'pipe'],
    }),
    env,
  );
}

/** Runs another program around it: npx, a shell. */
export const runProgram = (
  command: readonly string[],
  env: Record<string, string>,
  cwd = ROOT,
): Ran =>
  follow(
    spawn(command[0] ?? '', command.slice(1), {
      cwd,
      env: clean(env),
      stdio: ['ignore', 'pipe', 'pipe'],
    }),
    env,
  );

/**
 * On a pseudo-terminal: text written to `child.stdin` is typed. Standard output and standard error
 * are combined.
 */
export function relevoOnTerminal(words: readonly string[], env: Record<string, string>): Ran {
  const line = [process.execPath, DOOR, ...words]
    .map((word) => `'${word.replaceAll("'", `'\\''`)}'`)
    .join(' ');
  return follow(
    spawn('script', ['-qefc', line, '/dev/null'], {
      cwd: ROOT,
      env: clean({ TERM: 'xterm', ...env }),
      stdio: ['pipe', 'pipe', 'pipe'],
    }),
    env,
  );
}

interface Ended {
  code: number | string;
  out: string;
  err: string;
}

/** Waits until the process ends. */
export async function ran(words: readonly string[], env: Record<string, string>): Promise<Ended> {
  const { ended, out, err } = relevo(words, env);
  return { code: await ended, out: out(), err: err() };
}

async function callCommand(
  words: readonly string[],
  env: Record<string, string>,
  interruption: AbortSignal,
  write: (stream: 'out' | 'err', text: string) => void,
): Promise<number> {
  const { runCommandLine } = await import('../../cli/run-command-line.js');
  const terminal = {
    ...fakeTerminal(),
    out: (text: string) => write('out', `${text}\n`),
    raw: (text: string) => write('out', text),
    err: (text: string) => write('err', `${text}\n`),
  };
  const code = await runCommandLine(words, { terminal, env: clean(env), interruption });
  if (env['RELEVO_DATA']) keepInstallation(env['RELEVO_DATA']);
  return code;
}

/** Starts a command in this process, without a terminal. */
export function relevoHere(words: readonly string[], env: Record<string, string>): RanHere {
  const written = { out: '', err: '' };
  const interruption = new AbortController();
  const ended = callCommand(words, env, interruption.signal, (stream, text) => {
    written[stream] += text;
  });
  const interrupt = (): void => interruption.abort();
  return { out: () => written.out, err: () => written.err, ended, interrupt };
}

/** Runs a command in this process to its end. */
export async function ranHere(
  words: readonly string[],
  env: Record<string, string>,
): Promise<Ended> {
  const { ended, out, err } = relevoHere(words, env);
  return { code: await ended, out: out(), err: err() };
}
