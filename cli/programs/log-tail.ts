/** Reads the last lines of the logs of several processes, then the lines that follow. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { getLogTime } from '../../shared/logs/log-line.js';
import { FileFollower } from './file-follower.js';

export interface TailedLine {
  process: string;
  line: string;
}

const ENDING = '.log';

/** Names of the processes that have a log in this folder, sorted; empty: there is no folder. */
export function findLogs(folder: string): string[] {
  try {
    return readdirSync(folder)
      .filter((name) => name.endsWith(ENDING))
      .map((name) => name.slice(0, -ENDING.length))
      .sort();
  } catch {
    return [];
  }
}

/** One log. Keeps an incomplete last line until its end is written. */
class Tail {
  readonly #follower: FileFollower;
  #rest = '';

  constructor(
    folder: string,
    private readonly process: string,
  ) {
    this.#follower = new FileFollower(join(folder, process + ENDING));
  }

  /** The complete lines since the last call that are wanted; at most the last `most`. */
  async read(most: number, isWanted: (line: string) => boolean): Promise<TailedLine[]> {
    let lines: string[] = [];
    for (let text = await this.#follower.read(); text; text = await this.#follower.read()) {
      const parts = (this.#rest + text).split('\n');
      this.#rest = parts.pop() ?? '';
      lines = [...lines, ...parts.filter(isWanted)].slice(-most);
    }
    return lines.map((line) => ({ process: this.process, line }));
  }
}

/** Lines in the order of their times; a line without a time stays behind the line before it. */
function mergeByTime(lists: readonly TailedLine[][]): TailedLine[] {
  const timed = lists.flatMap((lines) => {
    let last = 0;
    return lines.map((each) => {
      last = getLogTime(each.line) ?? last;
      return { ...each, at: last };
    });
  });
  return timed
    .sort((one, other) => one.at - other.at)
    .map(({ process, line }) => ({ process, line }));
}

export class LogTails {
  readonly #tails: readonly Tail[];

  constructor(folder: string, processes: readonly string[]) {
    this.#tails = processes.map((process) => new Tail(folder, process));
  }

  /** The new lines of all logs in the order of their times, at most the last `most`. */
  async read(most: number, isWanted: (line: string) => boolean): Promise<TailedLine[]> {
    const lists = await Promise.all(this.#tails.map((tail) => tail.read(most, isWanted)));
    return mergeByTime(lists).slice(-most);
  }
}
