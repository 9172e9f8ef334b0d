/** The role machine: every role × every input, and the guarantees of I3 and I8. */
import { describe, expect, test } from '@jest/globals';
import {
  initialRole,
  stepRole,
  type RoleInput,
  type RoleState,
} from '../../../payments/core/role.js';
import { ROLES, type Leadership, type Role } from '../../../shared/contracts/leadership.js';
import { seededRandom } from '../../../shared/random.js';

const ME = { leader: 'server_1', bootId: 'life-1' };
const OTHER = { leader: 'server_2', bootId: 'life-9' };
const EARLIER_LIFE = { leader: 'server_1', bootId: 'life-0' };

const news = (
  term: number,
  who: { leader: string; bootId: string },
  pushed = false,
): RoleInput => ({
  type: 'leadership',
  pushed,
  leadership: {
    partition: 0,
    term,
    reason: 'test',
    electedAt: '2026-01-01T00:00:00Z',
    ...who,
  } satisfies Leadership,
});

function inRole(role: Role): RoleState {
  const state = { ...initialRole('server_1', 'life-1'), term: 5, role };
  return role === 'standing-down' ? { ...state, resumeAtMs: 1000 } : state;
}

/** input → the next role and the effects, for each role. `=`: nothing changes. */
const TABLE: Record<string, { input: RoleInput } & Record<Role, string>> = {
  'an older term': {
    'input': news(4, OTHER),
    'standby': '=',
    'leading': '=',
    'standing-down': '=',
  },
  'an older term of mine': {
    'input': news(4, ME),
    'standby': '=',
    'leading': '=',
    'standing-down': '=',
  },
  'this term, mine': {
    'input': news(5, ME),
    'standby': 'leading: begin',
    'leading': '=',
    'standing-down': '=',
  },
  'this term, mine, pushed': {
    'input': news(5, ME, true),
    'standby': 'leading: begin',
    'leading': '=',
    'standing-down': 'leading: resume',
  },
  'this term, another, pushed': {
    'input': news(5, OTHER, true),
    'standby': '=',
    'leading': '=',
    'standing-down': '=',
  },
  'this term, another': {
    'input': news(5, OTHER),
    'standby': '=',
    'leading': '=',
    'standing-down': '=',
  },
  'a higher term, another': {
    'input': news(6, OTHER),
    'standby': 'standby:',
    'leading': 'standby: stop',
    'standing-down': 'standby: stop',
  },
  'a higher term, mine': {
    'input': news(6, ME),
    'standby': 'leading: begin',
    'leading': 'leading: stop begin',
    'standing-down': 'leading: stop begin',
  },
  'a higher term, an earlier life of mine': {
    'input': news(6, EARLIER_LIFE),
    'standby': 'standby:',
    'leading': 'standby: stop',
    'standing-down': 'standby: stop',
  },
  'a refused commit of this term': {
    'input': { type: 'refused', term: 5 },
    'standby': '=',
    'leading': 'standby: stop',
    'standing-down': 'standby: stop',
  },
  'a refused commit of an older term': {
    'input': { type: 'refused', term: 4 },
    'standby': '=',
    'leading': '=',
    'standing-down': '=',
  },
  'stand down, this term': {
    'input': { type: 'stand-down', term: 5, resumeAtMs: 2000 },
    'standby': '=',
    'leading': 'standing-down: finish',
    'standing-down': 'standing-down: finish',
  },
  'stand down, another term': {
    'input': { type: 'stand-down', term: 6, resumeAtMs: 2000 },
    'standby': '=',
    'leading': '=',
    'standing-down': '=',
  },
  'a tick before the deadline': {
    'input': { type: 'tick', nowMs: 999 },
    'standby': '=',
    'leading': '=',
    'standing-down': '=',
  },
  'a tick after the deadline': {
    'input': { type: 'tick', nowMs: 1000 },
    'standby': '=',
    'leading': '=',
    'standing-down': 'leading: resume',
  },
};

describe('role machine', () => {
  test('the table has every kind of input', () => {
    const kinds = new Set(Object.values(TABLE).map(({ input }) => input.type));
    expect([...kinds].sort()).toEqual(['leadership', 'refused', 'stand-down', 'tick']);
  });

  const cases = Object.entries(TABLE).flatMap(([name, row]) =>
    ROLES.map((role) => ({ name, role, input: row.input, expected: row[role] })),
  );
  test.each(cases)('$role receives $name → $expected', ({ role, input, expected }) => {
    const before = inRole(role);
    const { state, effects } = stepRole(before, input);
    if (expected === '=') {
      expect({ state, effects }).toEqual({ state: before, effects: [] });
      return;
    }
    const said = [`${state.role}:`, ...effects.map(({ type }) => type)].join(' ');
    expect(said).toBe(expected);
  });

  test('a term whose commit was refused never begins again, regardless of the sender', () => {
    const { state } = stepRole(inRole('leading'), { type: 'refused', term: 5 });
    expect(stepRole(state, news(5, ME)).effects).toEqual([]);
    expect(stepRole(state, news(6, ME)).effects).toEqual([{ type: 'begin', term: 6 }]);
  });

  test('no replica leads term 0', () => {
    expect(stepRole(initialRole('server_1', 'life-1'), news(0, ME)).effects).toEqual([]);
  });

  test('in 20,000 random steps: terms only grow, at most one term is worked on, none is begun twice', () => {
    const random = seededRandom(7);
    let state = initialRole('server_1', 'life-1');
    const begun = new Set<number>();
    let working: number | null = null;
    for (let count = 0; count < 20_000; count += 1) {
      const term = Math.max(0, state.term + random.below(4) - 2);
      const input = random.pick<RoleInput>([
        news(term, ME, random.below(2) === 0),
        news(term, OTHER),
        news(term, EARLIER_LIFE),
        { type: 'refused', term },
        { type: 'stand-down', term, resumeAtMs: count + 3 },
        { type: 'tick', nowMs: count },
      ]);
      const step = stepRole(state, input);
      expect(step.state.term).toBeGreaterThanOrEqual(state.term);
      for (const effect of step.effects) {
        if (effect.type === 'stop') working = null;
        if (effect.type === 'begin') {
          expect(working).toBeNull();
          expect(begun.has(effect.term)).toBe(false);
          begun.add(effect.term);
          working = effect.term;
        }
      }
      state = step.state;
      expect(working !== null).toBe(state.role !== 'standby');
    }
    expect(begun.size).toBeGreaterThan(100);
  });
});
