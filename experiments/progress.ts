/**
 * A line that is updated in place on a terminal; elsewhere a line every few seconds, so that logs
 * stay short. It is cut at the width of a terminal: a list of processes may be longer.
 */
import { cut } from './report/verdict-lines.js';

const ELSEWHERE_MS = 5_000;

export interface Progress {
  show(text: string): void;
  /** Clears the line on a terminal; does nothing elsewhere. */
  end(): void;
}

/** Writes to standard error: standard output is for results. */
export function createProgress(stream: NodeJS.WriteStream = process.stderr): Progress {
  let lastMs = -Infinity;
  return {
    show: (text) => {
      if (stream.isTTY) {
        stream.write(`\r\x1b[2K${text.slice(0, (stream.columns || 80) - 1)}`);
      } else if (performance.now() - lastMs >= ELSEWHERE_MS) {
        lastMs = performance.now();
        stream.write(`${cut(text)}\n`);
      }
    },
    end: () => {
      if (stream.isTTY) stream.write('\r\x1b[2K');
    },
  };
}
