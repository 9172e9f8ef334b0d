/**
 * `relevo drain|maint|ready REPLICA`: sets the administrative state of one replica. Exit codes as
 * in handover.
 */
import { confirm, getFollowers, readLeadership, askReason } from './confirm.js';
import { ask } from '../client.js';
import { answer, command, flag, text, type Command } from '../command.js';
import { EXIT } from '../exit-codes.js';
import { CommandFailure } from '../failure.js';
import { findNearest } from '../../shared/arguments/nearest.js';
import { formatBeforeState, formatState, type StateAnswer } from './leadership-text.js';

const TIMEOUT_MS = 60_000;

function unknownReplica(id: string, known: readonly string[]): CommandFailure {
  const meant = findNearest(id, known);
  const hint = meant ? `Did you mean ${meant}?` : `The replicas are ${known.join(', ')}.`;
  return new CommandFailure('REPLICA_NOT_FOUND', `There is no replica ${id}.`, EXIT.no, hint);
}

const stateCommand = (
  state: 'drain' | 'maint' | 'ready',
  describe: string,
  example: string,
): Command =>
  command({
    command: `${state} <replica>`,
    describe,
    group: 'Leadership',
    positionals: {
      replica: { doc: 'Name of the replica, such as server_1', required: true },
    },
    options: {
      reason: text('Reason, kept in the history. On a terminal, the command asks for it'),
      yes: { ...flag('Do not ask for confirmation'), alias: 'y' },
    },
    examples: [[`relevo ${state} server_1 --reason "${example}"`, describe.toLowerCase()]],
    async run(args, context) {
      const { terminal } = context;
      const leadership = await readLeadership(args, context);
      const replica = leadership.status.replicas.find(({ id }) => id === args.replica);
      if (!replica)
        throw unknownReplica(
          args.replica,
          leadership.status.replicas.map(({ id }) => id),
        );
      const leads = leadership.leader === replica.id;
      if (!args.json)
        terminal.err(
          formatBeforeState(replica.id, replica.admin, state, leads, getFollowers(leadership)),
        );
      const reason = await askReason(args.reason, context);
      await confirm(`Set ${replica.id} to ${state}?`, args.yes, context);
      const { body } = await ask<StateAnswer>(leadership.target.addresses('monitor'), {
        method: 'POST',
        path: `/replicas/${encodeURIComponent(replica.id)}/state`,
        token: leadership.target.token('operator'),
        body: { state, reason },
        timeoutMs: TIMEOUT_MS,
        signal: context.interruption,
      });
      answer(context, args.json, body, () => formatState(body, leadership.leader));
      return EXIT.done;
    },
  });

export const drain = stateCommand(
  'drain',
  'Let a replica finish its work and give it no more',
  'new disk',
);
export const maint = stateCommand('maint', 'Take a replica out of service', 'new disk');
export const ready = stateCommand('ready', 'Return a replica to service', 'disk replaced');
