/**
 * `relevo accept stop|resume`: stops and resumes the acceptance of new payments. Exit codes as in
 * handover.
 */
import type { AcceptanceDocument } from '../../shared/contracts/acceptance.js';
import { ask } from '../client.js';
import { answer, command, flag, text } from '../command.js';
import { EXIT } from '../exit-codes.js';
import { wrongArguments } from '../failure.js';
import { formatAcceptance, formatBeforeSwitch } from './accept-text.js';
import { askReason, confirm, readLeadership } from './confirm.js';

const ACTIONS = ['stop', 'resume'];

/** @throws CommandFailure WRONG_ARGUMENTS */
function readAction(text: string): boolean {
  if (ACTIONS.includes(text)) return text === 'resume';
  throw wrongArguments(`The action must be stop or resume, not "${text}".`);
}

export const accept = command({
  command: 'accept <action>',
  describe: 'Stop or resume the acceptance of new payments',
  group: 'Payments',
  details:
    'While stopped, new payments are refused with 503 and the reason. Accepted payments are processed, and a repeated request gets its answer.',
  positionals: { action: { doc: 'stop or resume', required: true } },
  options: {
    reason: text('Reason, shown to callers and kept in the audit. On a terminal, asked for'),
    yes: { ...flag('Do not ask for confirmation'), alias: 'y' },
  },
  examples: [
    ['relevo accept stop --reason "bank maintenance until 15:00"', 'refuses new payments'],
    ['relevo accept resume --reason "the bank is back"', 'accepts them again'],
  ],
  async run(args, context) {
    const accepting = readAction(args.action);
    const { target, status } = await readLeadership(args, context);
    if (!args.json) context.terminal.err(formatBeforeSwitch(accepting, status));
    const reason = await askReason(args.reason, context);
    await confirm(accepting ? 'Resume payments?' : 'Stop payments?', args.yes, context);
    const { body } = await ask<AcceptanceDocument>(target.addresses('monitor'), {
      method: 'POST',
      path: '/accepting',
      token: target.token('operator'),
      body: { accepting, reason },
      signal: context.interruption,
    });
    answer(context, args.json, body, () => formatAcceptance(body));
    return EXIT.done;
  },
});
