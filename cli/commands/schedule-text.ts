/** Formats the scheduled hand-over within 80 columns. Pure. */
import type { ScheduledHandover } from '../../shared/contracts/scheduled-handover.js';
import type { StatusSummary } from '../../shared/contracts/status.js';
import { readableTime } from '../../shared/format.js';
import { formatLaterTime } from '../later-time.js';
import { WIDTH, wrap } from '../output/table.js';

type Shown = Pick<ScheduledHandover, 'at' | 'to' | 'reason' | 'state' | 'outcome'>;

const formatTarget = (to: string | null): string => (to === null ? '' : ` to ${to}`);

/** One sentence about the order and its result. */
export function formatSchedule({ at, to, reason, state, outcome }: Shown, now: Date): string {
  const what = `hand-over${formatTarget(to)}`;
  const when = readableTime(at);
  const sentence =
    state === 'pending'
      ? `A ${what} is scheduled for ${formatLaterTime(at, now)}: ${reason}`
      : state === 'running'
        ? `The ${what} scheduled for ${when} is under way: ${reason}`
        : state === 'cancelled'
          ? `The ${what} scheduled for ${when} is cancelled.`
          : `The ${what} scheduled for ${when} is ${state}: ${outcome}`;
  return wrap(sentence, WIDTH).join('\n');
}

/** The lines of the status; none when no hand-over is scheduled and none ended lately. */
export const formatScheduleLines = (
  { scheduledHandover }: Pick<StatusSummary, 'scheduledHandover'>,
  now: Date,
): string[] => (scheduledHandover ? formatSchedule(scheduledHandover, now).split('\n') : []);

/** A line for each member whose state has an end; none without. */
export const formatWindowLines = (
  { replicas, patients }: Pick<StatusSummary, 'replicas' | 'patients'>,
  now: Date,
): string[] =>
  [...replicas, ...patients].flatMap(({ id, admin, adminUntil, adminReason = '' }) =>
    adminUntil
      ? wrap(
          `${id} is in ${admin ?? 'maint'} until ${formatLaterTime(adminUntil, now)}: ${adminReason}`,
          WIDTH,
        )
      : [],
  );
