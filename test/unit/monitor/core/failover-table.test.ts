/**
 * Checks that the machine handles every input in every phase. Each cell of the table phase × input
 * names the next phase. A phase or an input without a row does not compile, and the first test
 * fails when the lists and the tables differ.
 */
import { PHASES } from '../../../../shared/contracts/status.js';
import { INPUT_TYPES, type InputBody, type InputType } from '../../../../monitor/core/inputs.js';
import type { PhaseName } from '../../../../monitor/core/types.js';
import { assertInvariants } from '../../../../monitor/core/invariants.js';
import { describeDecision } from '../../../../monitor/core/decision.js';
import { LEADING, REACH, report, row, type Machine } from '../support.js';

/** One input of each type. Inputs about a replica are about the leader of term 1. */
const INPUTS: Readonly<Record<InputType, (now: number) => InputBody>> = {
  'tick': (now) => ({ type: 'tick', wallMs: now }),
  'stream-opened': () => ({ type: 'stream-opened', replica: 'server_1' }),
  'stream-closed': () => ({ type: 'stream-closed', replica: 'server_1' }),
  'beat': () => ({ type: 'beat', replica: 'server_1', report: LEADING }),
  'bye': () => ({ type: 'bye', replica: 'server_1', report: LEADING }),
  'ping-answered': (now) => ({
    type: 'ping-answered',
    replica: 'server_1',
    report: LEADING,
    sentAt: now,
  }),
  'ping-failed': (now) => ({
    type: 'ping-failed',
    replica: 'server_1',
    cause: 'refused',
    sentAt: now,
  }),
  'push-answered': (now) => ({
    type: 'push-answered',
    replica: 'server_2',
    report: report('server_2', { role: 'leading', term: 2 }),
    sentAt: now,
  }),
  'push-failed': () => ({ type: 'push-failed', replica: 'server_1' }),
  'leadership-read': () => ({ type: 'leadership-read', leadership: row(2, 'server_2') }),
  'admin-read': () => ({ type: 'admin-read', admin: { server_1: 'drain' } }),
  'database-failed': () => ({ type: 'database-failed' }),
  'vote-answered': () => ({
    type: 'vote-answered',
    term: 1,
    votes: 1,
    elected: true,
    leadership: row(2, 'server_2'),
  }),
  'vote-failed': () => ({ type: 'vote-failed', term: 1 }),
  'handover-requested': () => ({
    type: 'handover-requested',
    request: { id: 9, to: null, kind: 'planned', reason: 'a test' },
  }),
  'stand-down-answered': () => ({ type: 'stand-down-answered', term: 1, drained: true }),
  'stand-down-failed': () => ({ type: 'stand-down-failed', term: 1 }),
  'move-answered': () => ({ type: 'move-answered', term: 1, leadership: row(2, 'server_2') }),
  'move-failed': () => ({ type: 'move-failed', term: 1 }),
};

type Row = Partial<Record<InputType, PhaseName>>;

/**
 * Only the cells in which the phase changes. `observing` has not read the row, so a first read is
 * not an election.
 */
const CHANGES: Readonly<Record<PhaseName, Row>> = {
  'observing': {
    'leadership-read': 'watching',
    'vote-answered': 'watching',
    'move-answered': 'watching',
  },
  'watching': {
    'stream-closed': 'confirming',
    'bye': 'voting',
    'admin-read': 'handing-over',
    'handover-requested': 'handing-over',
    'leadership-read': 'promoting',
    'vote-answered': 'promoting',
    'move-answered': 'promoting',
  },
  'confirming': {
    'beat': 'watching',
    'bye': 'voting',
    'ping-answered': 'watching',
    'ping-failed': 'voting',
    'admin-read': 'handing-over',
    'handover-requested': 'handing-over',
    'leadership-read': 'promoting',
    'vote-answered': 'promoting',
    'move-answered': 'promoting',
  },
  'voting': {
    'beat': 'watching',
    'leadership-read': 'promoting',
    'vote-answered': 'promoting',
    'move-answered': 'promoting',
  },
  'no-candidate': {
    beat: 'watching', // Every other candidate is suspected as well.
  },
  'promoting': { 'push-answered': 'watching', 'handover-requested': 'handing-over' },
  'handing-over': {
    'bye': 'handing-over',
    'leadership-read': 'promoting',
    'vote-answered': 'promoting',
    'move-answered': 'promoting',
  },
  'doubting': {},
};

const cells = PHASES.flatMap((phase) =>
  INPUT_TYPES.map((input) => ({ phase, input, next: CHANGES[phase][input] ?? phase })),
);

describe('the failover machine, every phase × every input', () => {
  test('has a row for every phase and every input', () => {
    expect(Object.keys(REACH).sort()).toEqual([...PHASES].sort());
    expect(Object.keys(INPUTS).sort()).toEqual([...INPUT_TYPES].sort());
    for (const phase of PHASES) expect(REACH[phase]().phase).toBe(phase);
  });

  test.each(cells)('$phase, on $input: $next', ({ phase, input, next }) => {
    const machine: Machine = REACH[phase]();
    const before = machine.state;
    machine.happen(INPUTS[input](machine.now));
    expect(machine.phase).toBe(next);
    expect(machine.last.decision).toBe(describeDecision(machine.state));
    expect(machine.last.decision).toMatch(/\.$/);
    expect(() => assertInvariants(machine.state, before, machine.now)).not.toThrow();
  });

  test.each(cells)(
    '$phase, on $input about a replica that is not configured: nothing changes',
    ({ phase, input }) => {
      const machine = REACH[phase]();
      const event = INPUTS[input](machine.now);
      if (!('replica' in event)) return expect(PHASES).toContain(machine.phase);
      const { replicas, leadership } = machine.state;
      machine.happen({ ...event, replica: 'server_9' });
      expect(machine.state.replicas).toEqual(replicas);
      expect(machine.state.leadership).toBe(leadership);
      return expect(machine.phase).toBe(phase);
    },
  );

  test.each(PHASES)('%s: a step does not mutate its input state', (phase) => {
    for (const input of INPUT_TYPES) {
      const machine = REACH[phase]();
      const before = structuredClone(machine.state);
      const given = machine.state;
      machine.happen(INPUTS[input](machine.now));
      expect(given).toEqual(before);
    }
  });
});
