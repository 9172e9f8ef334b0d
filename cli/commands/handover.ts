/**
 * `relevo handover`: moves the leadership without interruption, now or at a later time. Exit codes:
 * 0 done, 1 refused or cancelled, 5 no answer.
 */
import { confirm, getFollowers, readLeadership, askReason } from './confirm.js';
import { ask } from '../client.js';
import { answer, command, flag, text } from '../command.js';
import { EXIT } from '../exit-codes.js';
import { changeSchedule, checkSchedule } from './schedule-handover.js';
import { formatHandover, formatLeadership, type HandoverAnswer } from './leadership-text.js';

/** A hand-over waits until the payments in flight are finished. */
const TIMEOUT_MS = 60_000;

export const handover = command({
  command: 'handover',
  describe: 'Hand over the leadership gracefully',
  group: 'Leadership',
  details:
    'The leader finishes the payments in flight, then the next term begins. Without --to, the monitor chooses the next leader. With --at, a monitor hands over at that time; `relevo status` shows the order and its result.',
  options: {
    to: text('The next leader'),
    at: text('When: UTC, 5 seconds to 7 days from now. Default: now'),
    cancel: flag('Cancel the hand-over that is scheduled'),
    reason: text('Reason, kept in the history. On a terminal, the command asks for it'),
    yes: { ...flag('Do not ask for confirmation'), alias: 'y' },
  },
  examples: [
    ['relevo handover --to server_2 --reason "kernel update"', 'server_2 leads next'],
    ['relevo handover --at 2026-11-30T02:00:00Z --reason "kernel update"', 'at two in the night'],
    ['relevo handover --cancel --reason "postponed"', 'not then'],
  ],
  async run(args, context) {
    const { terminal } = context;
    checkSchedule(args);
    const leadership = await readLeadership(args, context);
    if (!args.json)
      terminal.err(formatLeadership(leadership.leader, leadership.term, getFollowers(leadership)));
    if (args.cancel || args.at !== null) return changeSchedule(args, leadership, context);
    const reason = await askReason(args.reason, context);
    await confirm(
      `Hand over to ${args.to ?? 'the replica that the monitor chooses'}?`,
      args.yes,
      context,
    );
    const { body } = await ask<HandoverAnswer>(leadership.target.addresses('monitor'), {
      method: 'POST',
      path: '/handover',
      token: leadership.target.token('operator'),
      body: { reason, ...(args.to === null ? {} : { to: args.to }) },
      timeoutMs: TIMEOUT_MS,
      signal: context.interruption,
    });
    answer(context, args.json, body, () => formatHandover(body));
    return EXIT.done;
  },
});
