/** Orders and cancels the hand-over of a later time for `relevo handover --at` and `--cancel`. */
import type { ScheduledHandover } from '../../shared/contracts/scheduled-handover.js';
import { ask } from '../client.js';
import { answer, type Context } from '../command.js';
import { EXIT } from '../exit-codes.js';
import { CommandFailure, wrongArguments } from '../failure.js';
import { checkTime } from '../later-time.js';
import { askReason, confirm, type Leadership } from './confirm.js';
import { formatSchedule } from './schedule-text.js';

export interface ScheduleArguments {
  to: string | null;
  at: string | null;
  reason: string | null;
  cancel: boolean;
  yes: boolean;
  json: boolean;
}

/** @throws CommandFailure WRONG_ARGUMENTS */
export function checkSchedule({ at, to, cancel }: ScheduleArguments): void {
  if (cancel && (at !== null || to !== null))
    throw wrongArguments('--cancel has neither a time nor a next leader.');
  checkTime('--at', at);
}

interface Change {
  path: string;
  body: object;
  question: string;
}

function toChange({ at, to, cancel }: ScheduleArguments, { status }: Leadership): Change {
  if (!cancel) {
    const body = { at, ...(to === null ? {} : { to }) };
    const target = to ?? 'the replica that the monitor chooses then';
    return {
      path: '/scheduled-handovers',
      body,
      question: `Hand over to ${target} at ${at ?? ''}?`,
    };
  }
  const pending = status.scheduledHandover;
  if (pending?.state !== 'pending')
    throw new CommandFailure('SCHEDULE_NOT_FOUND', 'No hand-over is scheduled.', EXIT.no);
  return {
    path: `/scheduled-handovers/${pending.id}/cancel`,
    body: {},
    question: `Cancel the hand-over at ${pending.at}?`,
  };
}

/** Orders the hand-over at `at`, or cancels the pending one. @throws CommandFailure */
export async function changeSchedule(
  args: ScheduleArguments,
  leadership: Leadership,
  context: Context,
): Promise<number> {
  const { path, body: given, question } = toChange(args, leadership);
  const reason = await askReason(args.reason, context);
  await confirm(question, args.yes, context);
  const { body } = await ask<ScheduledHandover>(leadership.target.addresses('monitor'), {
    method: 'POST',
    path,
    token: leadership.target.token('operator'),
    body: { ...given, reason },
    signal: context.interruption,
  });
  answer(context, args.json, body, () => formatSchedule(body, context.now()));
  return EXIT.done;
}
