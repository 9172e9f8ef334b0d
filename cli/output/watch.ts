/**
 * `--watch`: on a terminal, redraws one view in place, on the alternate screen; otherwise prints
 * one line after another. Shows a failed poll and continues, because a failing system needs the
 * observation most.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { Terminal } from './terminal.js';
import { EXIT } from '../exit-codes.js';
import { toFailure, formatFailure } from '../failure.js';

const OPEN = '\x1b[?1049h\x1b[?25l';
const CLOSE = '\x1b[?25h\x1b[?1049l';
const HOME = '\x1b[H';
const REST_OF_LINE = '\x1b[K';
const REST_OF_SCREEN = '\x1b[J';

export interface Watching {
  /** Interval, in ms. */
  everyMs: number;
  /** The complete view. */
  view: () => Promise<string>;
  /** One line for each change since the last poll; empty: prints nothing. */
  lines: () => Promise<readonly string[]>;
  /** Whether no change can follow. */
  isOver?: () => boolean;
}

/** A view cut to the size of the terminal, so that it never scrolls. */
export function fitToScreen(
  text: string,
  { columns, rows }: { columns: number; rows: number },
): string {
  const lines = text.split('\n').slice(0, Math.max(1, rows - 1));
  // Do not cut a line with colours: that could cut an escape sequence, and such a line has at most
  // 80 columns.
  const cut = (line: string): string => (line.includes('\x1b') ? line : line.slice(0, columns));
  return lines.map((line) => cut(line) + REST_OF_LINE).join('\n');
}

async function catchFailure<T>(look: () => Promise<T>, failed: (text: string) => T): Promise<T> {
  try {
    return await look();
  } catch (error) {
    const failure = toFailure(error);
    if (!failure) throw error;
    return failed(formatFailure(failure));
  }
}

const pause = (ms: number, signal: AbortSignal): Promise<void> =>
  delay(ms, undefined, { signal }).catch(() => undefined);

async function watchScreen(
  terminal: Terminal,
  { everyMs, view: picture, isOver: over }: Watching,
  signal: AbortSignal,
): Promise<void> {
  const close = (): void => terminal.raw(CLOSE);
  let last = '';
  process.once('exit', close);
  terminal.raw(OPEN);
  try {
    while (!signal.aborted) {
      last = await catchFailure(picture, (text) => text);
      terminal.raw(
        HOME +
          fitToScreen(`${last}\n\nEvery ${everyMs / 1000} s; Ctrl-C ends it.`, terminal.size()) +
          REST_OF_SCREEN,
      );
      if (over?.()) break;
      await pause(everyMs, signal);
    }
  } finally {
    process.off('exit', close);
    close();
  }
  terminal.out(last);
}

async function watchLines(
  terminal: Terminal,
  { everyMs, lines, isOver: over }: Watching,
  signal: AbortSignal,
): Promise<void> {
  let failing = '';
  while (!signal.aborted) {
    const found = await catchFailure<readonly string[] | string>(lines, (text) => text);
    if (typeof found !== 'string') found.forEach((line) => terminal.out(line));
    else if (found !== failing) terminal.err(found);
    failing = typeof found === 'string' ? found : '';
    if (over?.()) return;
    await pause(everyMs, signal);
  }
}

/** @returns 130 after Ctrl-C, 0 when no change can follow. */
export async function watch(
  terminal: Terminal,
  watching: Watching,
  signal: AbortSignal,
): Promise<number> {
  await (terminal.isTerminal ? watchScreen : watchLines)(terminal, watching, signal);
  return signal.aborted ? EXIT.interrupted : EXIT.done;
}
