/**
 * Runs experiments like a user: `experiments/cli.ts` as a process, in a separate folder that is
 * removed after each test. The program is compiled once per file: the TypeScript loader would take
 * most of the time of a short run.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compileLab } from '../../local/processes/compile.js';
import { ROOT } from '../../local/root.js';
import { keepReports } from './log-evidence.js';

interface ExperimentRun {
  child: ChildProcess;
  output: () => string;
  /** The exit code. */
  ended: Promise<number | null>;
}

export interface Workplace {
  /** Working directory of the run, with its temporary data and its reports. */
  readonly folder: string;
  run(this: void, ...args: string[]): ExperimentRun;
  /** Processes whose command line or environment names the folder. */
  leftovers(this: void): string[];
  /** Those of them that a signal has stopped. */
  frozen(this: void): string[];
}

function start(program: string, folder: string, args: readonly string[]): ExperimentRun {
  const texts: string[] = [];
  const child = spawn(process.execPath, ['--enable-source-maps', program, ...args], {
    cwd: folder,
    env: { ...process.env, NODE_OPTIONS: '', TMPDIR: folder },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (text: Buffer) => texts.push(String(text)));
  return {
    child,
    output: () => texts.join(''),
    ended: new Promise((settle) => child.once('close', (code) => settle(code))),
  };
}

function processesNaming(folder: string): string[] {
  return readdirSync('/proc').filter((entry) => {
    if (!/^\d+$/.test(entry) || Number(entry) === process.pid) return false;
    try {
      return ['cmdline', 'environ'].some((file) =>
        readFileSync(`/proc/${entry}/${file}`, 'utf8').includes(folder),
      );
    } catch {
      return false;
    }
  });
}

/** A process that has ended meanwhile is not stopped. */
function isStopped(pid: string): boolean {
  try {
    return / T /.test(readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/^.*\)/s, ''));
  } catch {
    return false;
  }
}

/** A separate folder for each test of the file. */
export function experimentWorkplace(): Workplace {
  let program = '';
  let folder = '';
  beforeAll(async () => {
    program = join(ROOT, await compileLab('experiments/cli.ts'));
  });
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'relevo-experiment-'));
  });
  afterEach(() => {
    keepReports(folder);
    rmSync(folder, { recursive: true, force: true });
  });
  return {
    get folder() {
      return folder;
    },
    run: (...args) => start(program, folder, args),
    leftovers: () => processesNaming(folder),
    frozen: () => processesNaming(folder).filter(isStopped),
  };
}
