/**
 * Input and output of the commands: answers go to standard output, progress and questions to
 * standard error.
 */
import { createInterface } from 'node:readline/promises';
import { choosePaint, type Paint } from './paint.js';

export interface Terminal {
  /** Prints a part of the answer, with a line end. */
  out(text: string): void;
  /** Prints a line that is not part of the answer: progress, notes, failures. */
  err(text: string): void;
  /** Prints to standard output unchanged, without a line end. */
  raw(text: string): void;
  /** Replaces the line of progress, only when standard error is a terminal. '' removes the line. */
  progress(text: string): void;
  /** Whether standard output is a terminal. */
  isTerminal: boolean;
  /** Whether a user can answer questions. */
  canAsk: boolean;
  size(): { columns: number; rows: number };
  paint: Paint;
  /** @returns the typed text without surrounding spaces; '' at the end of input. */
  ask(question: string): Promise<string>;
}

async function ask(question: string): Promise<string> {
  const reader = createInterface({ input: process.stdin, output: process.stderr });
  const interrupted = new Promise<never>((_resolve, reject) =>
    reader.once('SIGINT', () => reject(new Interrupted())),
  );
  const closed = new Promise<string>((resolve) => reader.once('close', () => resolve('')));
  try {
    return (await Promise.race([reader.question(question), interrupted, closed])).trim();
  } finally {
    reader.close();
  }
}

/** Ctrl-C during a question. */
export class Interrupted extends Error {}

/** The terminal of this process. */
export function openTerminal(env: NodeJS.ProcessEnv): Terminal {
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
    // A terminal without a known size reports 0.
    size: () => ({ columns: stdout.columns || 80, rows: stdout.rows || 24 }),
    paint: choosePaint(env, stdout.isTTY === true),
    ask,
  };
}
