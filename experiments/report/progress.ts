/** One line that keeps changing on a terminal; elsewhere a line now and then, so that logs stay short. */
const ELSEWHERE_MS = 5_000;

export interface Progress {
  show(text: string): void;
  /** Leaves what was shown last standing, or wipes it. */
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
        stream.write(`${text}\n`);
      }
    },
    end: () => {
      if (stream.isTTY) stream.write('\r\x1b[2K');
    },
  };
}
