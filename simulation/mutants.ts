/**
 * Planted bugs: each mutant is the system with one changed rule, a plausible mistake. A mutant that
 * no invariant catches shows that the invariants, the faults or the model are too weak. Mutants
 * exist only in the simulator.
 */
import type { Detector, State } from '../monitor/core/types.js';
import { getMajority } from '../monitor/core/quorum.js';
import type { AttemptStep } from '../payments/core/attempt.js';
import { ParcelPipeline } from '../payments/core/parcel-pipeline.js';
import type { RoleState } from '../payments/core/role.js';
import {
  AnnouncesTheUnwritten,
  CommitsInOrderOfAnswers,
  ForgetsWhatWaits,
  IgnoresRefusals,
  KeepsItsBounds,
  NeverLooks,
  NeverUnblocks,
  OvertakesWhatWasSetAside,
  RemembersTheFirst,
  TrustsAnEmptyQueue,
  TrustsTheCount,
  WakesInVain,
} from './faulty-machines.js';
import type { RuleName } from './invariants.js';
import { STANDARD, type Rules } from './rules.js';

export interface Mutant {
  readonly name: string;
  /** The bug, in a few words. */
  readonly bug: string;
  /** The invariant that must catch it. */
  readonly caughtBy: RuleName;
  readonly change: Partial<Rules>;
}

const failed: AttemptStep = { answer: { kind: 'failed', reason: 'GATEWAY_UNAVAILABLE' } };
const declined: AttemptStep = { answer: { kind: 'declined', reference: '', reason: 'DECLINED' } };
/** Ticks without any message after which a leader without confidence stands by. */
const QUIET_TICKS = 2;

const withChange = (
  { replicas }: State,
  change: (id: string) => Partial<Detector>,
): State['replicas'] =>
  Object.fromEntries(
    Object.entries(replicas).map(([id, detector]) => [id, { ...detector, ...change(id) }]),
  );
/** As if every standby had just sent a beat. */
const standbysAreHeard = (state: State, now: number): State => ({
  ...state,
  replicas: withChange(state, (id) => (id === state.leadership?.leader ? {} : { lastBeatAt: now })),
});

/** As if the monitor's loop had never been late; its knowledge of the replicas stays. */
export const withoutLateness = (state: State): State => ({
  ...state,
  health: { ...state.health, tickAt: null, lenientUntil: 0, unhealthyUntil: 0 },
});

export const MUTANTS: readonly Mutant[] = [
  {
    name: 'no-fence',
    bug: 'the commit does not check the leader',
    caughtBy: 'I4',
    change: { fence: () => true },
  },
  {
    name: 'fence-without-term',
    bug: 'the fence checks the name of the leader only',
    caughtBy: 'I4',
    change: { fence: (row, { leader }) => row.leader === leader },
  },
  {
    name: 'fence-then-write',
    bug: 'one statement checks the fence, and the next writes the outcome',
    caughtBy: 'I4',
    change: { fencesInOneStatement: false },
  },
  {
    name: 'deferral-without-fence',
    bug: 'only commits are fenced, deferrals are not',
    caughtBy: 'I4',
    change: { fenceOfDeferral: () => true },
  },
  {
    name: 'vote-counted-twice',
    bug: 'a monitor that votes again has two votes',
    caughtBy: 'quorum',
    change: { oneVoteEach: false },
  },
  {
    name: 'stale-vote-counted',
    bug: 'a vote counts for ever',
    caughtBy: 'quorum',
    change: { isCounted: (vote, term) => vote.term === term },
  },
  {
    name: 'quorum-of-voters',
    bug: 'a majority of those that vote is enough',
    caughtBy: 'quorum',
    change: { votesNeeded: (_configured, voting) => getMajority(voting) },
  },
  {
    name: 'term-reused',
    bug: 'a planned hand-over keeps the term',
    caughtBy: 'I3',
    change: { nextTerm: ({ term }, _observed, kind) => (kind === 'planned' ? term : term + 1) },
  },
  {
    name: 'no-compare-and-set',
    bug: 'an election does not compare the term it observed',
    caughtBy: 'I3',
    change: { isObservedTerm: () => true, nextTerm: (_row, observed) => observed + 1 },
  },
  {
    name: 'no-boot-id',
    bug: 'a restarted replica resumes a term of its earlier run',
    caughtBy: 'I3',
    change: {
      stepRole: (state, input) => {
        if (input.type !== 'leadership' || input.leadership.leader !== state.id)
          return STANDARD.stepRole(state, input);
        return STANDARD.stepRole(state, {
          ...input,
          leadership: { ...input.leadership, bootId: state.bootId },
        });
      },
    },
  },
  {
    name: 'refused-term-resumed',
    bug: 'a replica whose commit was refused believes an old ping and continues to lead',
    caughtBy: 'I3',
    change: {
      stepRole: (state, input) => {
        const step = STANDARD.stepRole(state, input);
        return input.type === 'refused'
          ? { ...step, state: { ...step.state, refusedTerm: 0, term: Math.max(0, input.term - 1) } }
          : step;
      },
    },
  },
  {
    name: 'refusal-ignored',
    bug: 'a refused commit counts as "nothing to write"',
    caughtBy: 'I8',
    change: { newLine: (options) => new IgnoresRefusals(options) },
  },
  {
    name: 'stop-ignored',
    bug: 'a deposed leader finishes its work',
    caughtBy: 'I8',
    change: { stopsWork: false },
  },
  {
    name: 'pause-ignored',
    bug: 'a leader that stands down continues to fetch',
    caughtBy: 'I8',
    change: { pausesWhenStandingDown: false },
  },
  {
    name: 'needs-monitors',
    bug: 'a leader that receives nothing for a while stands by',
    caughtBy: 'I8',
    change: {
      stepRole: (state: RoleState & { quiet?: number }, input) => {
        const quiet = input.type === 'tick' ? (state.quiet ?? 0) + 1 : 0;
        const step = STANDARD.stepRole(state, input);
        if (step.state.role !== 'leading' || quiet <= QUIET_TICKS)
          return { ...step, state: { ...step.state, quiet } };
        return {
          state: { ...state, role: 'standby' },
          effects: [{ type: 'stop', term: state.term, because: 'silence' }],
        };
      },
    },
  },
  {
    name: 'never-resumes',
    bug: 'a leader that stood down in vain waits for ever',
    caughtBy: 'liveness',
    change: {
      stepRole: (state, input) =>
        input.type === 'tick' ? { state, effects: [] } : STANDARD.stepRole(state, input),
    },
  },
  {
    name: 'no-unique-key',
    bug: 'a key sent twice creates two payments',
    caughtBy: 'I1',
    change: { keysAreUnique: false },
  },
  {
    name: 'final-not-final',
    bug: 'an outcome may replace an outcome',
    caughtBy: 'I1',
    change: { mayGetStatus: () => true },
  },
  {
    name: 'announces-the-unwritten',
    bug: 'a leader that wakes late announces refused outcomes',
    caughtBy: 'I1',
    change: { newLine: (options) => new AnnouncesTheUnwritten(options) },
  },
  {
    name: 'accepted-before-durable',
    bug: '2xx before the row is committed',
    caughtBy: 'I2',
    change: { insertsBeforeAnswering: false },
  },
  {
    name: 'relay-skipped',
    bug: 'no process searches for payments that the queue lost',
    caughtBy: 'I5',
    change: { newRelay: (rules) => new NeverLooks(rules) },
  },
  {
    name: 'empty-queue-believed',
    bug: 'an empty queue means that no payment waits',
    caughtBy: 'I5',
    change: { newRelay: (rules) => new TrustsAnEmptyQueue(rules) },
  },
  {
    name: 'count-trusted',
    bug: 'the relay trusts that counted parcels will be fetched',
    caughtBy: 'I5',
    change: { newRelay: (rules) => new TrustsTheCount(rules) },
  },
  {
    name: 'pause-unbounded',
    bug: 'the wait for a worker to pause has no limit',
    caughtBy: 'liveness',
    change: { boundsPause: false },
  },
  {
    name: 'stuck-worker-kept',
    bug: 'a worker that delivers nothing is not replaced',
    caughtBy: 'liveness',
    change: { renewsWorker: false },
  },
  {
    name: 'no-progress-not-told',
    bug: 'a leader without progress does not report it',
    caughtBy: 'liveness',
    change: { stalledMs: () => null },
  },
  {
    name: 'key-of-the-attempt',
    bug: 'every attempt has its own key',
    caughtBy: 'I6',
    change: { gatewayKey: (id, attempt) => `${id}/${attempt}` },
  },
  {
    name: 'key-of-the-term',
    bug: 'every term has its own keys',
    caughtBy: 'I6',
    change: { gatewayKey: (id, _attempt, term) => `${id}/${term}` },
  },
  {
    name: 'lost-is-declined',
    bug: 'a lost answer means declined',
    caughtBy: 'I6',
    change: {
      afterVerdict: (call, verdict, last) =>
        call.ask === 'charge' && verdict.kind === 'unknown'
          ? declined
          : STANDARD.afterVerdict(call, verdict, last),
    },
  },
  {
    name: 'lost-is-failed',
    bug: 'the last attempt fails without the gateway’s answer',
    caughtBy: 'I6',
    change: {
      afterVerdict: (call, verdict, last) =>
        verdict.kind === 'unknown' && last ? failed : STANDARD.afterVerdict(call, verdict, last),
    },
  },
  {
    name: 'absent-is-failed',
    bug: 'a key still unknown to the gateway is given up without closing it',
    caughtBy: 'I6',
    change: {
      afterVerdict: (call, verdict, last) =>
        verdict.kind === 'absent' && last ? failed : STANDARD.afterVerdict(call, verdict, last),
    },
  },
  {
    name: 'give-up-by-count',
    bug: 'a payment is given up after a number of attempts, however short the outage',
    caughtBy: 'patience',
    change: {
      newLine: (options) =>
        new ParcelPipeline({ ...options, policy: { ...options.policy, giveUpAfterMs: 0 } }),
    },
  },
  {
    name: 'unsent-counted',
    bug: 'a charge that was never sent, or that a rate limit refused, counts as an attempt',
    caughtBy: 'patience',
    change: {
      afterVerdict: (call, verdict, last) => {
        const step = STANDARD.afterVerdict(call, verdict, last);
        if (!('answer' in step) || step.answer.kind !== 'again') return step;
        return { answer: { kind: 'again', error: step.answer.error } };
      },
    },
  },
  {
    name: 'reclaim-skipped',
    bug: 'the earlier leader’s parcels are not reclaimed',
    caughtBy: 'I7',
    change: { reclaims: false },
  },
  {
    name: 'reclaim-turned-round',
    bug: 'parcels are returned to the front oldest first',
    caughtBy: 'I7',
    change: { oldestLast: (items) => [...items] },
  },
  {
    name: 'order-lost-on-retry',
    bug: 'a parcel ignores payments that an earlier one deferred',
    caughtBy: 'I7',
    change: { newLine: (options) => new ForgetsWhatWaits(options) },
  },
  {
    name: 'only-the-first-blocks',
    bug: 'a payment that waits behind a deferred one blocks nothing itself',
    caughtBy: 'I7',
    change: { newLine: (options) => new RemembersTheFirst(options) },
  },
  {
    name: 'final-ones-block',
    bug: 'a payment that became final by a statement with a lost answer blocks its patient',
    caughtBy: 'liveness',
    change: { newLine: (options) => new NeverUnblocks(options) },
  },
  {
    name: 'set-aside-overtaken',
    bug: 'later payments of a patient continue when an earlier one cannot be written',
    caughtBy: 'I7',
    change: { newLine: (options) => new OvertakesWhatWasSetAside(options) },
  },
  {
    name: 'bound-not-lowered',
    bug: 'a deferred payment is not loaded while later ones of its patient are in flight',
    caughtBy: 'fair',
    change: { newLine: (options) => new KeepsItsBounds(options) },
  },
  {
    name: 'vain-round-wakes',
    bug: 'the relay polls again at once although its last round had no effect',
    caughtBy: 'restraint',
    change: { newRelay: (rules) => new WakesInVain(rules) },
  },
  {
    name: 'order-of-answers',
    bug: 'a parcel commits when its answers arrive, not in turn',
    caughtBy: 'I7',
    change: { newLine: (options) => new CommitsInOrderOfAnswers(options) },
  },
  {
    name: 'parcel-loads-itself-only',
    bug: 'a parcel does not load earlier payments of its patients',
    caughtBy: 'I7',
    change: { isLoaded: (id, asked) => asked.includes(id) },
  },
  {
    name: 'drained-elected',
    bug: 'monitors check for drained replicas, the election does not',
    caughtBy: 'maintenance',
    change: { mayBeElected: () => true },
  },
  {
    name: 'stopped-clock-trusted',
    bug: 'a monitor that was suspended judges at once',
    caughtBy: 'doubt',
    change: { stepMonitor: (state, input) => STANDARD.stepMonitor(withoutLateness(state), input) },
  },
  {
    name: 'no-grace',
    bug: 'a new leader is deposed for a silence that began before its election',
    caughtBy: 'calm',
    change: {
      stepMonitor: (state, input) => STANDARD.stepMonitor({ ...state, graceUntil: 0 }, input),
    },
  },
  {
    name: 'leader-blamed-alone',
    bug: 'the silence of the leader is judged without the others',
    caughtBy: 'calm',
    change: {
      stepMonitor: (state, input) =>
        STANDARD.stepMonitor(
          input.type === 'tick' ? standbysAreHeard(state, input.now) : state,
          input,
        ),
    },
  },
  {
    name: 'successor-not-heard',
    bug: 'a replica that is late itself is elected',
    caughtBy: 'calm',
    change: {
      stepMonitor: (state, input) =>
        STANDARD.stepMonitor(
          { ...state, replicas: withChange(state, () => ({ seenAt: input.now })) },
          input,
        ),
    },
  },
];

/** The system with this bug planted. */
export const withBug = ({ change }: Mutant): Rules => ({ ...STANDARD, ...change });
