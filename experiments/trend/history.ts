/**
 * The history of the bench: `reports/history.ndjson`, one line per run with its figures. Lines of
 * other versions and damaged lines are skipped and counted.
 */
import { appendFileSync, mkdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import type { Summary } from '../bench/figures.js';
import { REPORTS, type Machine } from '../record/run-record.js';

export const HISTORY_FILE = join(REPORTS, 'history.ndjson');

const entry = z.object({
  at: z.iso.datetime(),
  commit: z.string().max(100),
  seed: z.int(),
  /** Runs on different machines are not compared. */
  machine: z.string().max(300),
  /** By name: `drain: relevo payments/s`. Positive. */
  figures: z.record(z.string(), z.number().positive()),
});
export type HistoryEntry = z.infer<typeof entry>;

/** Names a machine: only runs with equal names are compared. */
export const nameMachine = ({ cpu, cores, versions }: Machine): string =>
  `${cpu}, ${cores} cores, Node ${(versions['node'] ?? '').split('.')[0] ?? ''}`;

const isPositive = (value: number): boolean => Number.isFinite(value) && value > 0;

/** The figures of a run that the trend follows: of Relevo, and its ratio to the best tuned peer. */
export function toTrendFigures(summaries: readonly Summary[]): HistoryEntry['figures'] {
  const figures = summaries
    .filter(({ side }) => side === 'relevo')
    .flatMap(({ name, kind, rate, cpuMicrosTotal }): [string, number][] => {
      const peers = summaries.filter((each) => each.side === 'tuned' && each.kind === kind);
      const best = Math.max(...peers.map((peer) => peer.rate.median));
      return [
        [`${name}: payments/s`, rate.median],
        [`${name}: CPU, µs per payment`, cpuMicrosTotal],
        [`${name}: ratio to the best tuned peer`, rate.median / best],
      ];
    });
  return Object.fromEntries(figures.filter(([, value]) => isPositive(value)));
}

/** Appends one line in one write, so that two runs do not mix their lines. */
export function appendEntry(added: HistoryEntry, file = HISTORY_FILE): void {
  mkdirSync(dirname(file), { recursive: true });
  appendFileSync(file, `${JSON.stringify(added)}\n`);
}

export interface BenchHistory {
  /** Oldest first. */
  entries: HistoryEntry[];
  /** Lines that were skipped. */
  skipped: number;
}

function parseLine(line: string): HistoryEntry | null {
  try {
    return entry.parse(JSON.parse(line));
  } catch {
    return null;
  }
}

/** @throws Error when the file cannot be read. */
export function readBenchHistory(file = HISTORY_FILE): BenchHistory {
  const lines = readFileSync(file, 'utf8').split('\n').filter(Boolean);
  const entries = lines.map(parseLine).filter((found) => found !== null);
  return {
    entries: entries.sort((one, other) => one.at.localeCompare(other.at)),
    skipped: lines.length - entries.length,
  };
}
