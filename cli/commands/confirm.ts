/**
 * Shared by the commands that move the leadership: reads the status, requires a reason, and asks
 * for confirmation on a terminal. Without a terminal there are no questions: the reason must be an
 * option, and the command proceeds.
 */
import { askMonitors } from './status.js';
import type { StatusSummary } from '../../shared/contracts/status.js';
import type { CommonArguments, Context } from '../command.js';
import { EXIT } from '../exit-codes.js';
import { CommandFailure, wrongArguments } from '../failure.js';
import type { Target } from '../target.js';
import { Unreachable } from '../client.js';

export interface Leadership {
  target: Target;
  status: StatusSummary;
  leader: string | null;
  term: number;
}

/** Reads the current leadership. @throws CommandFailure when no monitor answers. */
export async function readLeadership(args: CommonArguments, context: Context): Promise<Leadership> {
  const target = context.target(args);
  const status = await askMonitors(target);
  if (!status) throw new Unreachable(target.addresses('monitor'), 'no monitor answers');
  const [first] = status.partitions;
  return { target, status, leader: first?.leader ?? null, term: first?.term ?? 0 };
}

/** The possible next leaders: alive, and not taken out of service by an operator. */
export const getFollowers = ({ status, leader }: Leadership): string[] =>
  status.replicas
    .filter(({ id, admin, observed }) => id !== leader && admin === 'ready' && observed === 'alive')
    .map(({ id }) => id);

/** @throws CommandFailure WRONG_ARGUMENTS without a reason and without a terminal. */
export async function askReason(given: string | null, { terminal }: Context): Promise<string> {
  const reason =
    given ?? (terminal.canAsk ? await terminal.ask('Reason (kept in the history): ') : '');
  if (reason.trim() !== '') return reason.trim();
  throw wrongArguments(
    'A reason is required; it is kept in the history.',
    'Give one: --reason "kernel update".',
  );
}

/** @throws CommandFailure CANCELLED */
export async function confirm(
  question: string,
  yes: boolean,
  { terminal }: Context,
): Promise<void> {
  if (yes || !terminal.canAsk) return;
  const answer = await terminal.ask(`${question} [y/N] `);
  if (!/^y(es)?$/i.test(answer))
    throw new CommandFailure('CANCELLED', 'Nothing was changed.', EXIT.no);
}
