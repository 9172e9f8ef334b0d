/** The long files of a run, written as they come: every event of every system, and every request with its fate. */
import { once } from 'node:events';
import { copyFileSync, createWriteStream, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Evidence } from '../history.js';
import type { Journal, SystemJournal } from '../journal.js';
import { csvLine, REQUEST_COLUMNS, requestLine } from './csv.js';
import { answeredRow, fateOf, indexRows } from './facts/fate.js';

/** Lines are handed over in pieces of about so many characters: one write a line would take most of the time. */
const PIECE = 1 << 16;

/** @throws Error when the file cannot be written. */
async function writeLines(path: string, lines: Iterable<string>, flags: 'w' | 'a' = 'w'): Promise<void> {
  const file = createWriteStream(path, { flags });
  const closed = once(file, 'close'); // Rejects at an error, also one that comes while nobody waits.
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

/** In an order in which it can be read alone: what was done first, then what the record and the gateway say of it. */
const kindsOf = ({ requests, payments, charges, elections, faults }: Evidence) =>
  ({ request: requests, payment: payments, charge: charges ?? [], election: elections, fault: faults });

type Told = Pick<SystemJournal, 'system' | 'evidence'>;

/** `event` is the kind of the line: faults and elections have a `kind` of their own. */
function* historyLines(systems: readonly Told[]): Generator<string> {
  for (const { system, evidence } of systems) {
    for (const [event, entries] of Object.entries(kindsOf(evidence))) {
      for (const entry of entries) yield `${JSON.stringify({ system, event, ...entry })}\n`;
    }
  }
}

/** One that was written while the run went on is moved. */
export async function writeHistory(path: string, { history, systems }: Pick<Journal, 'history' | 'systems'>): Promise<void> {
  if (history === undefined) return writeLines(path, historyLines(systems));
  copyFileSync(history, path);
  rmSync(dirname(history), { recursive: true });
}

/** One more stretch of a long run. */
export const appendHistory = (path: string, stretch: Told): Promise<void> => writeLines(path, historyLines([stretch]), 'a');

function* requestLines({ systems, deadlineMs }: Journal): Generator<string> {
  yield csvLine(REQUEST_COLUMNS);
  for (const { system, evidence } of systems) {
    const rows = indexRows(evidence.payments);
    for (const request of evidence.requests) yield requestLine(system, request, fateOf(request, answeredRow(request, rows), deadlineMs));
  }
}

export const writeRequests = (path: string, journal: Journal): Promise<void> => writeLines(path, requestLines(journal));
