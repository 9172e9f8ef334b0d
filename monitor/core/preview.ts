/**
 * Previews an operator action: the leader, the candidates, the worst-case time without a leader,
 * and a refusal. Applies the rules of the failover machine to its current state. The state may
 * change between the preview and the action.
 */
import type { AdminState } from '../../shared/contracts/leadership.js';
import type { ProblemCode } from '../../shared/errors.js';
import { candidates } from './election.js';
import { objection } from './handover.js';
import { worstCaseFailoverMs } from './timings.js';
import type { Moment, State } from './types.js';

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
export const duration = (ms: number): string =>
  ms < 1_000 ? `${Math.round(ms)} ms` : `${Math.round(ms / 100) / 10} s`;

const listed = (names: readonly string[]): string =>
  names.length <= 1
    ? (names[0] ?? 'no replica')
    : `${names.slice(0, -1).join(', ')} or ${names.at(-1)}`;

const parcels = (count: number | null): string =>
  count === null
    ? 'an unknown number of parcels'
    : count === 0
      ? 'nothing'
      : `${count} ${count === 1 ? 'parcel' : 'parcels'}`;

/** The fields that are the same in every preview. */
function facts(
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

function chosenBy(state: State, names: readonly string[]): string {
  if (names.length === 1) return `${names[0]} leads next.`;
  return `${listed(names)} leads next (policy ${state.settings.policy}).`;
}

const successors = (state: State): string[] => candidates(state).map(({ id }) => id);

/** Previews a planned hand-over. */
function planned(
  state: State,
  intent: Intent,
  to: string | null,
  after: readonly string[],
): Preview {
  const known = facts(state, intent);
  const names = to === null ? successors(state) : [to];
  const worstCaseMs = worstCaseFailoverMs(state.settings).planned;
  const words = [
    `${known.leader} leads in term ${known.term} and has ${parcels(known.parcelsInFlight)} in flight.`,
    `It finishes its parcels, for ${duration(state.settings.handoverDrainMs)} at most, and fetches no new ones.`,
    chosenBy(state, names),
    `There is no leader for ${duration(worstCaseMs)} at worst; payments wait that much longer, and none is lost.`,
    ...after,
  ];
  return { ...known, refusal: null, moves: true, candidates: names, worstCaseMs, words };
}

/** Previews an action that does not move the leadership. */
const still = (state: State, intent: Intent, words: readonly string[]): Preview => ({
  ...facts(state, intent),
  refusal: null,
  moves: false,
  candidates: successors(state),
  worstCaseMs: null,
  words,
});

const refused = (
  state: State,
  intent: Intent,
  refusal: NonNullable<Preview['refusal']>,
  words: readonly string[],
): Preview => ({
  ...still(state, intent, [`This is refused: ${refusal.detail}.`, ...words]),
  refusal,
});

function moving(
  state: State,
  intent: Intent,
  to: string | null,
  after: readonly string[],
  moment: Moment,
): Preview {
  const no = objection(state, { id: null, to, kind: 'planned', reason: '' }, moment);
  return no && !no.ok
    ? refused(state, intent, { code: no.code, detail: no.detail }, ['Nothing changes.'])
    : planned(state, intent, to, after);
}

function handover(state: State, intent: Intent, moment: Moment): Preview {
  const leader = state.leadership?.leader;
  if (leader && intent.replica === leader)
    return still(state, intent, [`${leader} leads already. Nothing changes.`]);
  return moving(state, intent, intent.replica, [], moment);
}

/** The warning when no replica would remain to follow the leader. */
function alone(state: State, without: string): string[] {
  const leader = state.leadership?.leader;
  if (!leader || leader === without || successors(state).some((id) => id !== without)) return [];
  return [`Then no replica could follow ${leader} if it failed.`];
}

function administered(
  state: State,
  intent: Intent & { action: AdminState; replica: string },
  moment: Moment,
): Preview {
  const { action, replica } = intent;
  const isNow = (state.admin[replica] ?? 'ready') === action;
  const after = `${isNow ? `${replica} is already ${action}; the new reason is recorded. It` : replica} ${ADMIN_WORDS[action]}.`;
  if (action === 'ready') return still(state, intent, [after, 'No payment waits.']);
  if (state.leadership?.leader === replica) return moving(state, intent, null, [after], moment);
  return still(state, intent, [
    `${replica} does not lead: no payment waits.`,
    after,
    ...alone(state, replica),
  ]);
}

const struck = ({ action, replica, freezeMs }: Intent): string =>
  action === 'kill'
    ? `${replica} is killed (SIGKILL): it sends no goodbye and its connections break. Its supervisor may restart it.`
    : `${replica} freezes for ${duration(freezeMs)}: it answers nothing and keeps its connections. Then it continues.`;

function fault(
  state: State,
  intent: Intent & { action: 'kill' | 'freeze'; replica: string },
): Preview {
  const { action, replica, freezeMs } = intent;
  const known = facts(state, intent);
  const { settings } = state;
  if (known.leader !== replica)
    return still(state, intent, [
      struck(intent),
      'It does not lead: no payment waits.',
      ...alone(state, replica),
    ]);
  const held = `It leads in term ${known.term} and has ${parcels(known.parcelsInFlight)} in flight.`;
  if (action === 'freeze' && freezeMs <= settings.beatTimeoutMs) {
    return still(state, intent, [
      struck(intent),
      held,
      `The monitors tolerate silence for ${duration(settings.beatTimeoutMs)}: it probably stays the leader.`,
    ]);
  }
  const names = successors(state);
  const worstCaseMs = worstCaseFailoverMs(settings)[action];
  const next =
    names.length === 0
      ? ['No replica can follow: payments are accepted and wait until a replica is up and ready.']
      : [
          chosenBy(state, names),
          `There is no leader for ${duration(worstCaseMs)} at worst. The next leader takes over the payments in flight; none is lost or charged twice.`,
        ];
  return {
    ...known,
    refusal: null,
    moves: names.length > 0,
    candidates: names,
    worstCaseMs,
    words: [struck(intent), held, ...next],
  };
}

/**
 * Previews an operator action. @param moment the current time and a random number for the choice of
 * a successor.
 */
export function previewOf(state: State, intent: Intent, moment: Moment): Preview {
  const { action, replica } = intent;
  if (action === 'handover') return handover(state, intent, moment);
  if (replica === null || !state.settings.replicas.includes(replica)) {
    return refused(
      state,
      intent,
      { code: 'REPLICA_NOT_FOUND', detail: `There is no replica ${replica ?? 'without a name'}` },
      [],
    );
  }
  if (action === 'kill' || action === 'freeze') return fault(state, { ...intent, action, replica });
  return administered(state, { ...intent, action, replica }, moment);
}
