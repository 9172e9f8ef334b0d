/** Where a command speaks: standard output for its answer, standard error for progress and questions. The one place that knows both. */
import { createInterface } from 'node:readline/promises';
import { paintFor, type Paint } from './paint.js';

export interface Terminal {
  /** A part of the answer, with an end of line. */
  out(text: string): void;
  /** What is no answer: progress, notes, failures. */
  err(text: string): void;
  /** As it is, without an end of line. */
  raw(text: string): void;
  /** One line of progress that replaces the last; only where standard error is a terminal. '' removes it. */
  progress(text: string): void;
  /** Whether standard output is a terminal. */
  isTerminal: boolean;
  /** Whether somebody is there to be asked. */
  canAsk: boolean;
  size(): { columns: number; rows: number };
  paint: Paint;
  /** @returns what was typed, without spaces around; '' at the end of input. */
  ask(question: string): Promise<string>;
}

async function ask(question: string): Promise<string> {
  const reader = createInterface({ input: process.stdin, output: process.stderr });
  const interrupted = new Promise<never>((_resolve, reject) => reader.once('SIGINT', () => reject(new Interrupted())));
  const closed = new Promise<string>((resolve) => reader.once('close', () => resolve('')));
  try {
    return (await Promise.race([reader.question(question), interrupted, closed])).trim();
  } finally {
    reader.close();
  }
}

/** Ctrl-C while a question stood. */
export class Interrupted extends Error {}

/** The process' own. */
export function ownTerminal(env: NodeJS.ProcessEnv): Terminal {
  const { stdin, stdout, stderr } = process;
  const fit = (text: string): string => text.slice(0, Math.max(1, (stderr.columns || 80) - 1));
  return {
    out: (text) => void stdout.write(`${text}\n`),
    err: (text) => void stderr.write(`${text}\n`),
    raw: (text) => void stdout.write(text),
    progress: (text) => {
      if (stderr.isTTY) stderr.write(`\r\x1b[2K${fit(text)}`);
    },
    isTerminal: stdout.isTTY === true,
    canAsk: stdin.isTTY === true && stderr.isTTY === true,
    // A terminal that was never told its size says 0.
    size: () => ({ columns: stdout.columns || 80, rows: stdout.rows || 24 }),
    paint: paintFor(env, stdout.isTTY === true),
    ask,
  };
}
