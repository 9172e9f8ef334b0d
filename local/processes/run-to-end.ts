/** Runs a program to its end and keeps the end of its output. */
import { spawn } from 'node:child_process';

const KEPT = 4_000;

export interface Ended {
  /** Null when the program could not be started or a signal ended it. */
  code: number | null;
  /** The end of both outputs, or the reason why the program could not be started. */
  output: string;
}

/** Never throws. */
export function runToEnd(command: readonly string[]): Promise<Ended> {
  const [program = '', ...args] = command;
  return new Promise((resolve) => {
    const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'], env: process.env });
    let output = '';
    const keep = (chunk: Buffer): void => {
      output = (output + chunk.toString()).slice(-KEPT);
    };
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    child.once('error', (error) => resolve({ code: null, output: error.message }));
    child.once('close', (code) => resolve({ code, output: output.trim() }));
  });
}
