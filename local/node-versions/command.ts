/** Runs the commands of the checks. Their output goes to a file; an abort ends them. */
import { spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';

const KEPT = 4_000;
const TAIL_LINES = 25;
const STILL_RUNNING_MS = 15_000;

export interface CommandOptions {
  env: NodeJS.ProcessEnv;
  /** The file that receives standard output and standard error. */
  log: string;
  signal: AbortSignal;
}

export interface CommandResult {
  /** The exit code, the name of the signal that ended it, or why it could not be started. */
  code: number | string;
  /** The last lines of the output. */
  end: string;
}

export interface Started {
  /** The end of the output so far. */
  output(): string;
  isRunning(): boolean;
  ended: Promise<CommandResult>;
  /** Requests the end; every command of the checks handles SIGTERM. */
  stop(): void;
}

const lastLines = (text: string): string => text.trim().split('\n').slice(-TAIL_LINES).join('\n');

export function startCommand(command: readonly string[], options: CommandOptions): Started {
  const [program = '', ...args] = command;
  const log = createWriteStream(options.log);
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'], env: options.env });
  let output = '';
  let running = true;
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => {
      log.write(chunk);
      output = (output + chunk.toString()).slice(-KEPT);
    });
  const stop = (): void => void child.kill('SIGTERM');
  if (options.signal.aborted) stop();
  options.signal.addEventListener('abort', stop);
  const ended = new Promise<CommandResult>((resolve) => {
    const end = (code: number | string): void => {
      running = false;
      options.signal.removeEventListener('abort', stop);
      log.end(() => resolve({ code, end: lastLines(output) }));
    };
    child.once('error', (error) => end(error.message));
    child.once('close', (code, by) => end(code ?? by ?? 'unknown'));
  });
  return { output: () => output, isRunning: () => running, ended, stop };
}

/** Runs a command to its end. Prints a line at regular intervals while it runs. */
export async function runCommand(
  command: readonly string[],
  options: CommandOptions,
): Promise<CommandResult> {
  const begun = performance.now();
  const timer = setInterval(() => {
    const seconds = Math.round((performance.now() - begun) / 1_000);
    process.stderr.write(`  … still running (${seconds} s)\n`);
  }, STILL_RUNNING_MS);
  try {
    return await startCommand(command, options).ended;
  } finally {
    clearInterval(timer);
  }
}
