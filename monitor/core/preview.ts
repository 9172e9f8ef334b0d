/**
 * Previews an operator action: the leader, the candidates, the worst-case time without a leader,
 * and a refusal. Applies the rules of the failover machine to its current state. The state may
 * change between the preview and the action.
 */
import type { AdminState } from '../../shared/contracts/leadership.js';
import type { ProblemCode } from '../../shared/errors.js';
import { getCandidates } from './election.js';
import { findObjection } from './handover.js';
import { getWorstCaseMs } from './timings.js';
import type { Now } from './inputs.js';
import type { State } from './types.js';

/** The actions of an operator. `kill` and `freeze` exist only with fault switches. */
export const ACTIONS = ['handover', 'ready', 'drain', 'maint', 'kill', 'freeze'] as const;
export type Action = (typeof ACTIONS)[number];

export interface Intent {
  action: Action;
  /**
   * With `handover`: the successor; null: the policy chooses. Otherwise the replica that the action
   * affects.
   */
  replica: string | null;
  /** With `freeze`: the duration. */
  freezeMs: number;
}

export interface Preview {
  action: Action;
  replica: string | null;
  /** Null: the action is possible. */
  refusal: { code: ProblemCode; detail: string } | null;
  /** The current leader. */
  leader: string | null;
  term: number;
  /**
   * Whether the leadership moves. Then: its candidates, and the worst-case time without a leader,
   * ms; null: it does not move.
   */
  moves: boolean;
  candidates: readonly string[];
  worstCaseMs: number | null;
  /** The parcels that the leader is working on; null: not known. */
  parcelsInFlight: number | null;
  /** The preview in sentences, in this order. */
  words: readonly string[];
}

const ADMIN_WORDS: Readonly<Record<AdminState, string>> = {
  ready: 'can be elected again',
  drain: 'accepts no new work and is not elected until it is set to ready',
  maint:
    'is in maintenance: the monitors ping and show it, but do not elect it until it is set to ready',
};

/** A duration for people. */
export const spellDuration = (ms: number): string =>
  ms < 1_000 ? `${Math.round(ms)} ms` : `${Math.round(ms / 100) / 10} s`;

const joinNames = (names: readonly string[]): string =>
  names.length <= 1
    ? (names[0] ?? 'no replica')
    : `${names.slice(0, -1).join(', ')} or ${names.at(-1)}`;

const formatParcels = (count: number | null): string =>
  count === null
    ? 'an unknown number of parcels'
    : count === 0
      ? 'nothing'
      : `${count} ${count === 1 ? 'parcel' : 'parcels'}`;

/** The fields that are the same in every preview. */
function getFacts(
  state: State,
  { action, replica }: Intent,
): Omit<Preview, 'refusal' | 'moves' | 'worstCaseMs' | 'words' | 'candidates'> {
  const leader = state.leadership?.leader ?? null;
  const report = leader === null ? null : state.replicas[leader]?.report;
  return {
    action,
    replica,
    leader,
    term: state.leadership?.term ?? 0,
    parcelsInFlight: report?.parcelsInFlight ?? null,
  };
}

function describeChoice(state: State, names: readonly string[]): string {
  if (names.length === 1) return `${names[0]} leads next.`;
  return `${joinNames(names)} leads next (policy ${state.settings.policy}).`;
}

const getSuccessors = (state: State): string[] => getCandidates(state).map(({ id }) => id);

/** Previews a planned hand-over. */
function previewMove(
  state: State,
  intent: Intent,
  to: string | null,
  after: readonly string[],
): Preview {
  const known = getFacts(state, intent);
  const names = to === null ? getSuccessors(state) : [to];
  const worstCaseMs = getWorstCaseMs(state.settings).planned;
  const words = [
    `${known.leader} leads in term ${known.term} and has ${formatParcels(known.parcelsInFlight)} in flight.`,
    `It finishes its parcels, for ${spellDuration(state.settings.handoverDrainMs)} at most, and fetches no new ones.`,
    describeChoice(state, names),
    `There is no leader for ${spellDuration(worstCaseMs)} at worst; payments wait that much longer, and none is lost.`,
    ...after,
  ];
  return { ...known, refusal: null, moves: true, candidates: names, worstCaseMs, words };
}

/** Previews an action that does not move the leadership. */
const previewWithoutMove = (state: State, intent: Intent, words: readonly string[]): Preview => ({
  ...getFacts(state, intent),
  refusal: null,
  moves: false,
  candidates: getSuccessors(state),
  worstCaseMs: null,
  words,
});

const previewRefusal = (
  state: State,
  intent: Intent,
  refusal: NonNullable<Preview['refusal']>,
  words: readonly string[],
): Preview => ({
  ...previewWithoutMove(state, intent, [`This is refused: ${refusal.detail}.`, ...words]),
  refusal,
});

function previewMoveOrRefusal(
  state: State,
  intent: Intent,
  to: string | null,
  after: readonly string[],
  at: Now,
): Preview {
  const no = findObjection(state, { id: null, to, kind: 'planned', reason: '' }, at);
  return no && !no.ok
    ? previewRefusal(state, intent, { code: no.code, detail: no.detail }, ['Nothing changes.'])
    : previewMove(state, intent, to, after);
}

function previewHandover(state: State, intent: Intent, at: Now): Preview {
  const leader = state.leadership?.leader;
  if (leader && intent.replica === leader)
    return previewWithoutMove(state, intent, [`${leader} leads already. Nothing changes.`]);
  return previewMoveOrRefusal(state, intent, intent.replica, [], at);
}

/** The warning when no replica would remain to follow the leader. */
function warnWithoutSuccessor(state: State, without: string): string[] {
  const leader = state.leadership?.leader;
  if (!leader || leader === without || getSuccessors(state).some((id) => id !== without)) return [];
  return [`Then no replica could follow ${leader} if it failed.`];
}

function previewStateChange(
  state: State,
  intent: Intent & { action: AdminState; replica: string },
  at: Now,
): Preview {
  const { action, replica } = intent;
  const isNow = (state.admin[replica] ?? 'ready') === action;
  const after = `${isNow ? `${replica} is already ${action}; the new reason is recorded. It` : replica} ${ADMIN_WORDS[action]}.`;
  if (action === 'ready') return previewWithoutMove(state, intent, [after, 'No payment waits.']);
  if (state.leadership?.leader === replica)
    return previewMoveOrRefusal(state, intent, null, [after], at);
  return previewWithoutMove(state, intent, [
    `${replica} does not lead: no payment waits.`,
    after,
    ...warnWithoutSuccessor(state, replica),
  ]);
}

const describeFault = ({ action, replica, freezeMs }: Intent): string =>
  action === 'kill'
    ? `${replica} is killed (SIGKILL): it sends no goodbye and its connections break. Its supervisor may restart it.`
    : `${replica} freezes for ${spellDuration(freezeMs)}: it answers nothing and keeps its connections. Then it continues.`;

function previewFault(
  state: State,
  intent: Intent & { action: 'kill' | 'freeze'; replica: string },
): Preview {
  const { action, replica, freezeMs } = intent;
  const known = getFacts(state, intent);
  const { settings } = state;
  if (known.leader !== replica)
    return previewWithoutMove(state, intent, [
      describeFault(intent),
      'It does not lead: no payment waits.',
      ...warnWithoutSuccessor(state, replica),
    ]);
  const held = `It leads in term ${known.term} and has ${formatParcels(known.parcelsInFlight)} in flight.`;
  if (action === 'freeze' && freezeMs <= settings.beatTimeoutMs) {
    return previewWithoutMove(state, intent, [
      describeFault(intent),
      held,
      `The monitors tolerate silence for ${spellDuration(settings.beatTimeoutMs)}: it probably stays the leader.`,
    ]);
  }
  const names = getSuccessors(state);
  const worstCaseMs = getWorstCaseMs(settings)[action];
  const next =
    names.length === 0
      ? ['No replica can follow: payments are accepted and wait until a replica is up and ready.']
      : [
          describeChoice(state, names),
          `There is no leader for ${spellDuration(worstCaseMs)} at worst. The next leader takes over the payments in flight; none is lost or charged twice.`,
        ];
  return {
    ...known,
    refusal: null,
    moves: names.length > 0,
    candidates: names,
    worstCaseMs,
    words: [describeFault(intent), held, ...next],
  };
}

/**
 * Previews an operator action. @param at the current time and a random number for the choice of
 * a successor.
 */
export function previewAction(state: State, intent: Intent, at: Now): Preview {
  const { action, replica } = intent;
  if (action === 'handover') return previewHandover(state, intent, at);
  if (replica === null || !state.settings.replicas.includes(replica)) {
    return previewRefusal(
      state,
      intent,
      { code: 'REPLICA_NOT_FOUND', detail: `There is no replica ${replica ?? 'without a name'}` },
      [],
    );
  }
  if (action === 'kill' || action === 'freeze')
    return previewFault(state, { ...intent, action, replica });
  return previewStateChange(state, { ...intent, action, replica }, at);
}
