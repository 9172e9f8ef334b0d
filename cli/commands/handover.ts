/**
 * `relevo handover`: moves the leadership without interruption. Exit codes: 0 done, 1 refused or
 * cancelled, 5 no answer.
 */
import { confirm, getFollowers, readLeadership, askReason } from './confirm.js';
import { ask } from '../client.js';
import { answer, command, flag, text } from '../command.js';
import { EXIT } from '../exit-codes.js';
import { formatHandover, formatLeadership, type HandoverAnswer } from './leadership-text.js';

/** A hand-over waits until the payments in flight are finished. */
const TIMEOUT_MS = 60_000;

export const handover = command({
  command: 'handover',
  describe: 'Hand over the leadership gracefully',
  group: 'Leadership',
  details:
    'The leader finishes the payments in flight, then the next term begins. Without --to, the monitor chooses the next leader.',
  options: {
    to: text('The next leader'),
    reason: text('Reason, kept in the history. On a terminal, the command asks for it'),
    yes: { ...flag('Do not ask for confirmation'), alias: 'y' },
  },
  examples: [['relevo handover --to server_2 --reason "kernel update"', 'server_2 leads next']],
  async run(args, context) {
    const { terminal } = context;
    const leadership = await readLeadership(args, context);
    if (!args.json)
      terminal.err(formatLeadership(leadership.leader, leadership.term, getFollowers(leadership)));
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
