/** Formats the scheduled hand-over within 80 columns. Pure. */
import type { ScheduledHandover } from '../../shared/contracts/scheduled-handover.js';
import type { StatusSummary } from '../../shared/contracts/status.js';
import { duration, readableTime } from '../../shared/format.js';
import { WIDTH, wrap } from '../output/table.js';

type Shown = Pick<ScheduledHandover, 'at' | 'to' | 'reason' | 'state' | 'outcome'>;

const formatTarget = (to: string | null): string => (to === null ? '' : ` to ${to}`);

/** ` (in 2 h)`; '' when the time has passed. */
function formatRest(at: string, now: Date): string {
  const ms = Date.parse(at) - now.getTime();
  return ms > 0 ? ` (in ${duration(Math.ceil(ms / 1_000) * 1_000)})` : '';
}

/** One sentence about the order and its result. */
export function formatSchedule({ at, to, reason, state, outcome }: Shown, now: Date): string {
  const what = `hand-over${formatTarget(to)}`;
  const when = readableTime(at);
  const sentence =
    state === 'pending'
      ? `A ${what} is scheduled for ${when}${formatRest(at, now)}: ${reason}`
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
