/** Formats elections: leaders, times, and the duration of each hand-over. Pure. */
import type { Election } from '../../monitor/http/schemas.js';
import { formatDayAndTime, formatDuration, formatTime } from '../output/format-time.js';
import { formatTable } from '../output/table.js';

/** The fields that a row uses; an older monitor omits `leaderlessMs`. `--json` prints all. */
export type ElectionRow = Pick<
  Election,
  'term' | 'leader' | 'previousLeader' | 'kind' | 'reason' | 'electedAt'
> & { leaderlessMs?: Election['leaderlessMs'] };

/** Newest first, as the monitor returns them. */
export function formatLeaders(elections: readonly ElectionRow[]): string {
  if (elections.length === 0) return 'There has been no election yet.';
  const rows = elections.map((election) => {
    const { term, electedAt, leader, previousLeader, kind, reason, leaderlessMs } = election;
    return [
      String(term),
      formatDayAndTime(new Date(electedAt)),
      previousLeader ?? '-',
      leader,
      kind,
      formatDuration(leaderlessMs ?? null),
      reason,
    ];
  });
  return formatTable(['term', 'elected', 'from', 'to', 'kind', 'no leader', 'reason'], rows).join(
    '\n',
  );
}

/** One election as a log line. */
export const formatElection = (election: ElectionRow): string => {
  const { term, electedAt, leader, previousLeader, reason } = election;
  const from =
    previousLeader === null || previousLeader === leader ? '' : ` after ${previousLeader}`;
  return `${formatTime(new Date(electedAt))} ${leader} leads in term ${term}${from}: ${reason}`;
};
