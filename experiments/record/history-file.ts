/** Streams the history of a run to a file: every event of every system, one per line. */
import { once } from 'node:events';
import { copyFileSync, createWriteStream, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import type { RunEvidence } from './history.js';
import type { RunRecord, SystemRecord } from './run-record.js';

/** Approximate size of a write, in characters: one write per line would take most of the time. */
const PIECE = 1 << 16;

/** @throws Error when the file cannot be written. */
export async function writeLines(
  path: string,
  lines: Iterable<string>,
  flags: 'w' | 'a' = 'w',
): Promise<void> {
  const file = createWriteStream(path, { flags });
  // Rejects on an error, even when no code awaits it at that time.
  const closed = once(file, 'close');
  closed.catch(() => undefined);
  let piece = '';
  for (const line of lines) {
    piece += line;
    if (piece.length < PIECE) continue;
    if (!file.write(piece)) await Promise.race([once(file, 'drain'), closed]);
    piece = '';
  }
  file.end(piece);
  await closed;
}

/**
 * Ordered for reading without other sources: the requests first, then the data of PostgreSQL and of
 * the gateway.
 */
const kindsOf = ({
  requests,
  operations = [],
  payments,
  charges,
  elections,
  faults,
}: RunEvidence) => ({
  request: requests,
  operation: operations,
  payment: payments,
  charge: charges ?? [],
  election: elections,
  fault: faults,
});

type Told = Pick<SystemRecord, 'system' | 'evidence'>;

/** `event` is the kind of the line: faults and elections have their own field `kind`. */
function* historyLines(systems: readonly Told[]): Generator<string> {
  for (const { system, evidence } of systems) {
    for (const [event, entries] of Object.entries(kindsOf(evidence))) {
      for (const entry of entries) yield `${JSON.stringify({ system, event, ...entry })}\n`;
    }
  }
}

/** Moves a history that was written during the run. */
export async function writeHistory(
  path: string,
  { history, systems }: Pick<RunRecord, 'history' | 'systems'>,
): Promise<void> {
  if (history === undefined) return writeLines(path, historyLines(systems));
  copyFileSync(history, path);
  rmSync(dirname(history), { recursive: true });
}

/** Appends one segment of a long run. */
export const appendHistory = (path: string, segment: Told): Promise<void> =>
  writeLines(path, historyLines([segment]), 'a');
