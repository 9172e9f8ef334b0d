/**
 * `relevo drain|maint|ready NAME`: sets the administrative state of a replica, or of a patients
 * instance behind a load balancer; the name decides. Exit codes as in handover.
 */
import { confirm, getFollowers, readLeadership, askReason, type Leadership } from './confirm.js';
import { ask } from '../client.js';
import { answer, command, flag, text, type Command } from '../command.js';
import { EXIT } from '../exit-codes.js';
import { CommandFailure } from '../failure.js';
import { checkTime } from '../later-time.js';
import { findNearest } from '../../shared/arguments/nearest.js';
import type { StatusSummary } from '../../shared/contracts/status.js';
import {
  formatBeforeInstanceState,
  formatInstanceState,
  type AppliedState,
} from './instance-text.js';
import { formatBeforeState, formatState, type StateAnswer } from './leadership-text.js';

const TIMEOUT_MS = 60_000;

type State = 'drain' | 'maint' | 'ready';

/** The request of a command, and its texts. */
interface Subject {
  id: string;
  path: string;
  before: string;
  format: (body: unknown, now: Date) => string;
}

function toReplicaSubject(
  { id, admin }: StatusSummary['replicas'][number],
  state: State,
  leadership: Leadership,
): Subject {
  const leads = leadership.leader === id;
  return {
    id,
    path: `/replicas/${encodeURIComponent(id)}/state`,
    before: formatBeforeState(id, admin, state, leads, getFollowers(leadership)),
    format: (body, now) => formatState(body as StateAnswer, leadership.leader, now),
  };
}

const toInstanceSubject = (
  { id, admin = 'ready' }: StatusSummary['patients'][number],
  state: State,
): Subject => ({
  id,
  path: `/patients/${encodeURIComponent(id)}/state`,
  before: formatBeforeInstanceState(id, admin, state),
  format: (body, now) => formatInstanceState(body as AppliedState, now),
});

function refuseName(id: string, { replicas, patients, balancer }: StatusSummary): CommandFailure {
  const names = (list: readonly { id: string }[]): string[] => list.map((each) => each.id);
  const instances = balancer === null ? [] : names(patients);
  const meant = findNearest(id, [...names(replicas), ...instances]);
  const list = [
    `The replicas are ${names(replicas).join(', ')}.`,
    ...(instances.length > 0 ? [`The instances are ${instances.join(', ')}.`] : []),
  ];
  const hint = meant ? `Did you mean ${meant}?` : list.join(' ');
  return new CommandFailure(
    'REPLICA_NOT_FOUND',
    instances.length > 0
      ? `There is no replica and no instance ${id}.`
      : `There is no replica ${id}.`,
    EXIT.no,
    hint,
  );
}

/** @throws CommandFailure REPLICA_NOT_FOUND, NO_BALANCER. */
function findSubject(id: string, state: State, leadership: Leadership): Subject {
  const { status } = leadership;
  const replica = status.replicas.find((each) => each.id === id);
  if (replica) return toReplicaSubject(replica, state, leadership);
  const instance = status.patients.find((each) => each.id === id);
  if (!instance) throw refuseName(id, status);
  if (status.balancer) return toInstanceSubject(instance, state);
  throw new CommandFailure(
    'NO_BALANCER',
    `${id} is a patients instance, and only a load balancer gives instances states.`,
    EXIT.no,
    'Start with one: `npm start -- --patients 3 --balancer haproxy`.',
  );
}

const UNTIL = text('When the monitors return it to ready: UTC, 5 seconds to 7 days from now');

const toWindowExample = (state: State): readonly [string, string] => [
  `relevo ${state} server_1 --until 2026-11-30T02:00:00Z --reason "new disk"`,
  'ready again at two in the night',
];

const stateCommand = (state: State, describe: string, example: string): Command =>
  command({
    command: `${state} <name>`,
    describe,
    group: 'Leadership',
    positionals: {
      name: {
        doc: 'A replica, such as server_1, or an instance behind a load balancer, such as patients_2',
        required: true,
      },
    },
    options: {
      ...(state === 'ready' ? {} : { until: UNTIL }),
      reason: text('Reason, kept in the history. On a terminal, the command asks for it'),
      yes: { ...flag('Do not ask for confirmation'), alias: 'y' },
    },
    examples: [
      [`relevo ${state} server_1 --reason "${example}"`, describe.toLowerCase()],
      ...(state === 'ready' ? [] : [toWindowExample(state)]),
    ],
    async run(args, context) {
      // The type of the options does not know that `ready` has no end.
      const { until = null } = args as { until?: string | null };
      checkTime('--until', until);
      const leadership = await readLeadership(args, context);
      const { id, path, before, format } = findSubject(args.name, state, leadership);
      if (!args.json) context.terminal.err(before);
      const reason = await askReason(args.reason, context);
      await confirm(
        `Set ${id} to ${state}${until === null ? '' : ` until ${until}`}?`,
        args.yes,
        context,
      );
      const { body } = await ask<object>(leadership.target.addresses('monitor'), {
        method: 'POST',
        path,
        token: leadership.target.token('operator'),
        body: { state, reason, ...(until === null ? {} : { until }) },
        timeoutMs: TIMEOUT_MS,
        signal: context.interruption,
      });
      answer(context, args.json, body, () => format(body, context.now()));
      return EXIT.done;
    },
  });

export const drain = stateCommand(
  'drain',
  'Let a process finish its work and give it no more',
  'new disk',
);
export const maint = stateCommand('maint', 'Take a process out of service', 'new disk');
export const ready = stateCommand('ready', 'Return a process to service', 'disk replaced');
