/** Mutants of a replica that leads without permission, or stops without a reason. */
import type { RoleState } from '../../payments/core/role.js';
import { IgnoresRefusals } from './faulty-machines.js';
import { STANDARD } from '../rules.js';
import type { Mutant } from './mutant.js';

/** Ticks without any message after which a leader without confidence stands by. */
const QUIET_TICKS = 2;

export const ROLE_MUTANTS: readonly Mutant[] = [
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
];
