/** Mutants of a monitor that judges although it, or everything else, is late. */
import type { Detector, State } from '../../monitor/core/types.js';
import { STANDARD } from '../rules.js';
import type { Mutant } from './mutant.js';

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

export const JUDGEMENT_MUTANTS: readonly Mutant[] = [
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
