/** Streams the table of a run's requests to a file, each with its fate. */
import { writeLines } from '../record/history-file.js';
import type { RunRecord } from '../record/run-record.js';
import { toCsvLine, REQUEST_COLUMNS, requestLine } from './csv.js';
import { getAnsweredRow, fateOf, indexRows } from './facts/fate.js';

function* requestLines({ systems, deadlineMs }: RunRecord): Generator<string> {
  yield toCsvLine(REQUEST_COLUMNS);
  for (const { system, evidence } of systems) {
    const rows = indexRows(evidence.payments);
    for (const request of evidence.requests)
      yield requestLine(
        system,
        request,
        fateOf(request, getAnsweredRow(request, rows), deadlineMs),
      );
  }
}

export const writeRequests = (path: string, journal: RunRecord): Promise<void> =>
  writeLines(path, requestLines(journal));
