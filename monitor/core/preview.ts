/**
 * What will happen if an operator does this now, told before it is done: who leads, who may follow, how long nobody leads at worst, what is
 * refused. The same rules as the machine's own, applied to the same state; between the look and the deed the state may change.
 */
import type { AdminState } from '../../shared/contracts/leadership.js';
import type { ProblemCode } from '../../shared/errors.js';
import { candidates } from './election.js';
import { objection } from './handover.js';
import { worstCaseFailoverMs } from './timings.js';
import type { Moment, State } from './types.js';

/** What an operator may do. `kill` and `freeze` exist with fault switches only. */
export const ACTIONS = ['handover', 'ready', 'drain', 'maint', 'kill', 'freeze'] as const;
export type Action = (typeof ACTIONS)[number];

export interface Intent {
  action: Action;
  /** With `handover` the successor, null: whom the policy chooses. Otherwise whom it is done to. */
  replica: string | null;
  /** With `freeze`: for how long. */
  freezeMs: number;
}

export interface Preview {
  action: Action;
  replica: string | null;
  /** Null: it can be done. */
  refusal: { code: ProblemCode; detail: string } | null;
  /** Who leads now. */
  leader: string | null;
  term: number;
  /** Whether the leadership moves, and then to one of whom, and how long nobody leads at worst, ms; null: it does not move. */
  moves: boolean;
  candidates: readonly string[];
  worstCaseMs: number | null;
  /** What the leader has begun; null: not known. */
  parcelsInFlight: number | null;
  /** All of it in sentences, in this order. */
  words: readonly string[];
}

const ADMIN_WORDS: Readonly<Record<AdminState, string>> = {
  ready: 'can be elected again',
  drain: 'takes nothing new and is not elected until it is set to ready',
  maint: 'is in maintenance: pinged and shown, but not elected until it is set to ready',
};

/** A duration for people. */
export const duration = (ms: number): string => (ms < 1_000 ? `${Math.round(ms)} ms` : `${Math.round(ms / 100) / 10} s`);

const listed = (names: readonly string[]): string =>
  names.length <= 1 ? (names[0] ?? 'nobody') : `${names.slice(0, -1).join(', ')} or ${names.at(-1)}`;

const parcels = (count: number | null): string =>
  count === null ? 'what it has begun' : count === 0 ? 'nothing' : `${count} ${count === 1 ? 'parcel' : 'parcels'}`;

/** What is the same in every preview. */
function facts(state: State, { action, replica }: Intent): Omit<Preview, 'refusal' | 'moves' | 'worstCaseMs' | 'words' | 'candidates'> {
  const leader = state.leadership?.leader ?? null;
  const report = leader === null ? null : state.replicas[leader]?.report;
  return { action, replica, leader, term: state.leadership?.term ?? 0, parcelsInFlight: report?.parcelsInFlight ?? null };
}

function chosenBy(state: State, names: readonly string[]): string {
  if (names.length === 1) return `${names[0]} leads next.`;
  return `${listed(names)} leads next (policy ${state.settings.policy}).`;
}

const successors = (state: State): string[] => candidates(state).map(({ id }) => id);

/** Leadership moves in good order. */
function planned(state: State, intent: Intent, to: string | null, after: readonly string[]): Preview {
  const known = facts(state, intent);
  const names = to === null ? successors(state) : [to];
  const worstCaseMs = worstCaseFailoverMs(state.settings).planned;
  const words = [
    `${known.leader} leads in term ${known.term} and has ${parcels(known.parcelsInFlight)} in flight.`,
    `It finishes what it has begun, for ${duration(state.settings.handoverDrainMs)} at most, and fetches nothing new.`,
    chosenBy(state, names),
    `Nobody leads for ${duration(worstCaseMs)} at worst; payments wait that much longer, and none is lost.`,
    ...after,
  ];
  return { ...known, refusal: null, moves: true, candidates: names, worstCaseMs, words };
}

/** Nothing moves. */
const still = (state: State, intent: Intent, words: readonly string[]): Preview => ({
  ...facts(state, intent), refusal: null, moves: false, candidates: successors(state), worstCaseMs: null, words,
});

const refused = (state: State, intent: Intent, refusal: NonNullable<Preview['refusal']>, words: readonly string[]): Preview => ({
  ...still(state, intent, [`This is refused: ${refusal.detail}.`, ...words]), refusal,
});

function moving(state: State, intent: Intent, to: string | null, after: readonly string[], moment: Moment): Preview {
  const no = objection(state, { id: null, to, kind: 'planned', reason: '' }, moment);
  return no && !no.ok ? refused(state, intent, { code: no.code, detail: no.detail }, ['Nothing changes.']) : planned(state, intent, to, after);
}

function handover(state: State, intent: Intent, moment: Moment): Preview {
  const leader = state.leadership?.leader;
  if (leader && intent.replica === leader) return still(state, intent, [`${leader} leads already. Nothing changes.`]);
  return moving(state, intent, intent.replica, [], moment);
}

/** Said when nobody would be left to follow the leader. */
function alone(state: State, without: string): string[] {
  const leader = state.leadership?.leader;
  if (!leader || leader === without || successors(state).some((id) => id !== without)) return [];
  return [`Then nobody could follow ${leader} if it failed.`];
}

function administered(state: State, intent: Intent & { action: AdminState; replica: string }, moment: Moment): Preview {
  const { action, replica } = intent;
  const isNow = (state.admin[replica] ?? 'ready') === action;
  const after = `${isNow ? `${replica} is ${action} already; the reason is recorded anew. It` : replica} ${ADMIN_WORDS[action]}.`;
  if (action === 'ready') return still(state, intent, [after, 'Nobody waits.']);
  if (state.leadership?.leader === replica) return moving(state, intent, null, [after], moment);
  return still(state, intent, [`${replica} does not lead: nobody waits.`, after, ...alone(state, replica)]);
}

const struck = ({ action, replica, freezeMs }: Intent): string =>
  action === 'kill'
    ? `${replica} is killed (SIGKILL): no goodbye, its connections break. Whoever started it may start it again.`
    : `${replica} stands still for ${duration(freezeMs)}: it answers nothing, keeps its connections, then goes on.`;

function fault(state: State, intent: Intent & { action: 'kill' | 'freeze'; replica: string }): Preview {
  const { action, replica, freezeMs } = intent;
  const known = facts(state, intent);
  const { settings } = state;
  if (known.leader !== replica) return still(state, intent, [struck(intent), 'It does not lead: nobody waits.', ...alone(state, replica)]);
  const held = `It leads in term ${known.term} and has ${parcels(known.parcelsInFlight)} in flight.`;
  if (action === 'freeze' && freezeMs <= settings.beatTimeoutMs) {
    return still(state, intent, [struck(intent), held, `Silence is borne for ${duration(settings.beatTimeoutMs)}: it probably leads on.`]);
  }
  const names = successors(state);
  const worstCaseMs = worstCaseFailoverMs(settings)[action];
  const next = names.length === 0
    ? ['Nobody can follow: payments are accepted and wait until a replica is up and ready.']
    : [chosenBy(state, names), `Nobody leads for ${duration(worstCaseMs)} at worst. The next leader takes over what is in flight; nothing is lost or charged twice.`];
  return { ...known, refusal: null, moves: names.length > 0, candidates: names, worstCaseMs, words: [struck(intent), held, ...next] };
}

/** What will happen. @param moment now, and the chance that a hand-over would be given. */
export function previewOf(state: State, intent: Intent, moment: Moment): Preview {
  const { action, replica } = intent;
  if (action === 'handover') return handover(state, intent, moment);
  if (replica === null || !state.settings.replicas.includes(replica)) {
    return refused(state, intent, { code: 'REPLICA_NOT_FOUND', detail: `There is no replica ${replica ?? 'without a name'}` }, []);
  }
  if (action === 'kill' || action === 'freeze') return fault(state, { ...intent, action, replica });
  return administered(state, { ...intent, action, replica }, moment);
}
