/**
 * The part of a journal that is stored next to the result, for comparisons with later runs. Pure;
 * read back by `run-comparison/`.
 */
import type { RequestRecord } from '../record/history.js';
import type { Journal, SystemJournal } from '../record/run-record.js';
import { answeredRow, fateOf, indexRows, weightOf } from './facts/fate.js';
import { latencyBlocks, type LatencyBlocks } from './facts/latency-blocks.js';
import { extent } from './facts/timeline.js';

export type KeptSystem = Omit<SystemJournal, 'evidence'> & { latencyBlocks: LatencyBlocks };

export type KeptJournal = Pick<Journal, 'command' | 'deadlineMs' | 'machine'> & {
  systems: KeptSystem[];
};

function keepSystem(
  { evidence: { requests, payments }, ...system }: SystemJournal,
  deadlineMs: number,
): KeptSystem {
  const rows = indexRows(payments);
  const weight = (request: RequestRecord): number =>
    weightOf(fateOf(request, answeredRow(request, rows), deadlineMs), system.keptOneIn ?? 1);
  return {
    ...system,
    latencyBlocks: latencyBlocks(
      requests,
      extent(requests, system.startedMs, system.endedMs),
      weight,
    ),
  };
}

export const keptJournal = ({ command, deadlineMs, machine, systems }: Journal): KeptJournal => ({
  command,
  deadlineMs,
  machine,
  systems: systems.map((system) => keepSystem(system, deadlineMs)),
});
