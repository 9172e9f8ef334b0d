/** `relevo handover`: the leadership moves in good order. Exit codes: 0 it is as asked, 1 refused or cancelled, 5 nobody answers. */
import { confirm, followersOf, lookAround, reasonFor } from '../acting.js';
import { ask } from '../client.js';
import { answer, command, flag, words } from '../command.js';
import { EXIT } from '../exit-codes.js';
import { handoverText, sceneText, type HandoverAnswer } from './leadership-text.js';

/** A hand-over waits for what is in flight. */
const TIMEOUT_MS = 60_000;

export const handover = command({
  command: 'handover',
  describe: 'Hand the leadership over, in good order',
  group: 'Leadership',
  details: 'The leader finishes what is in flight, then the term moves. Without --to the monitor chooses.',
  options: {
    to: words('The replica that shall lead'),
    reason: words('Why; it is kept in the history. Asked for where a terminal is'),
    yes: { ...flag('Ask nothing'), alias: 'y' },
  },
  examples: [['relevo handover --to server_2 --reason "kernel update"', 'server_2 leads next']],
  async run(args, context) {
    const { terminal } = context;
    const scene = await lookAround(args, context);
    if (!args.json) terminal.err(sceneText(scene.leader, scene.term, followersOf(scene)));
    const reason = await reasonFor(args.reason, context);
    await confirm(`Hand over to ${args.to ?? 'whom the monitor chooses'}?`, args.yes, context);
    const { body } = await ask<HandoverAnswer>(scene.target.addresses('monitor'), {
      method: 'POST',
      path: '/handover',
      token: scene.target.token('operator'),
      body: { reason, ...(args.to === undefined ? {} : { to: args.to }) },
      timeoutMs: TIMEOUT_MS,
      signal: context.interruption,
    });
    answer(context, args.json, body, () => handoverText(body));
    return EXIT.done;
  },
});
