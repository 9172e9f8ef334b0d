/**
 * The part of a journal that is stored next to the result, for comparisons with later runs. Pure;
 * read back by `run-comparison/`.
 */
import type { RequestRecord } from '../record/history.js';
import type { RunRecord, SystemRecord } from '../record/run-record.js';
import { getAnsweredRow, fateOf, indexRows, weightOf } from './facts/fate.js';
import { latencyBlocks, type LatencyBlocks } from './facts/latency-blocks.js';
import { extent } from './facts/timeline.js';

export type StoredSystem = Omit<SystemRecord, 'evidence'> & { latencyBlocks: LatencyBlocks };

export type StoredRecord = Pick<RunRecord, 'command' | 'deadlineMs' | 'machine'> & {
  systems: StoredSystem[];
};

function toStoredSystem(
  { evidence: { requests, payments }, ...system }: SystemRecord,
  deadlineMs: number,
): StoredSystem {
  const rows = indexRows(payments);
  const weight = (request: RequestRecord): number =>
    weightOf(fateOf(request, getAnsweredRow(request, rows), deadlineMs), system.keptOneIn ?? 1);
  return {
    ...system,
    latencyBlocks: latencyBlocks(
      requests,
      extent(requests, system.startedMs, system.endedMs),
      weight,
    ),
  };
}

export const toStoredRecord = ({
  command,
  deadlineMs,
  machine,
  systems,
}: RunRecord): StoredRecord => ({
  command,
  deadlineMs,
  machine,
  systems: systems.map((system) => toStoredSystem(system, deadlineMs)),
});
