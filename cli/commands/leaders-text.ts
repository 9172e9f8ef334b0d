/** Elections in words: who led when, and how long a hand-over took. Pure. */
import type { Election } from '../../monitor/http/schemas.js';
import { dayAndTime, duration, timeText } from '../clock-text.js';
import { table } from '../table.js';

/** What a row is made of; more is passed on by `--json`. */
export type ElectionRow = Pick<Election, 'term' | 'leader' | 'previousLeader' | 'kind' | 'reason' | 'suspectedAt' | 'electedAt' | 'promotedAt' | 'firstCommitAt'>;

/** From the suspicion, or from the election where there was none, until the new leader works; null: it does not yet. */
export const handoverMs = ({ suspectedAt, electedAt, promotedAt }: ElectionRow): number | null =>
  (promotedAt === null ? null : Date.parse(promotedAt) - Date.parse(suspectedAt ?? electedAt));

/** Newest first, as the monitor tells them. */
export function leadersText(elections: readonly ElectionRow[]): string {
  if (elections.length === 0) return 'Nobody has been elected yet.';
  const rows = elections.map((election) => {
    const { term, electedAt, leader, previousLeader, kind, reason } = election;
    return [String(term), dayAndTime(new Date(electedAt)), previousLeader ?? '-', leader, kind, duration(handoverMs(election)), reason];
  });
  return table(['term', 'elected', 'from', 'to', 'kind', 'took', 'reason'], rows).join('\n');
}

/** One election as a line of a log. */
export const electionLine = (election: ElectionRow): string => {
  const { term, electedAt, leader, previousLeader, reason } = election;
  const from = previousLeader === null || previousLeader === leader ? '' : ` after ${previousLeader}`;
  return `${timeText(new Date(electedAt))} ${leader} leads in term ${term}${from}: ${reason}`;
};
