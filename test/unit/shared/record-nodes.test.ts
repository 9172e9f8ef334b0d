/** One view of the database nodes, joined from their answers. */
import {
  acceptsWrites,
  isWhole,
  joinNodes,
  type NodeAnswer,
} from '../../../shared/record/nodes.js';

const connection = (name: string, mode: string, state = 'streaming') => ({
  application_name: name,
  state,
  sync_state: mode,
});
const primary = (name: string, ...connections: ReturnType<typeof connection>[]): NodeAnswer => ({
  name,
  status: { state: 'running', role: 'master', timeline: 2, replication: connections },
});
const replica = (name: string, state = 'running'): NodeAnswer => ({
  name,
  status: { state, role: 'replica', timeline: 2 },
});
const silent = (name: string): NodeAnswer => ({ name, status: null });

const WHOLE = [
  primary('a', connection('b', 'sync'), connection('c', 'async')),
  replica('b'),
  replica('c'),
];

const rolesOf = (answers: readonly NodeAnswer[]): string =>
  joinNodes(answers, [])
    .map(({ name, role }) => `${name} ${role}`)
    .join(', ');

describe('the database nodes', () => {
  it('shows which standby is synchronous', () => {
    expect(rolesOf(WHOLE)).toBe('a primary, b sync-standby, c standby');
    expect(joinNodes(WHOLE, []).map(({ streaming }) => streaming)).toEqual([null, true, true]);
    expect(isWhole(joinNodes(WHOLE, []))).toBe(true);
  });

  it('reads the lag from the list of etcd, and only when it is a number', () => {
    const member = (name: string, lag: number | string) => ({
      ...{ name, role: 'replica', state: 'running', lag },
    });
    const nodes = joinNodes(WHOLE, [member('a', 9), member('b', 128), member('c', 'unknown')]);
    expect(nodes.map(({ lagBytes }) => lagBytes)).toEqual([null, 128, null]);
  });

  it('a standby is synchronous when etcd lists it too: only then it may replace the primary', () => {
    const listed = (role: string) => joinNodes(WHOLE, [{ name: 'b', role, state: 'running' }]);
    expect(acceptsWrites(listed('sync_standby'))).toBe(true);
    expect(acceptsWrites(listed('replica'))).toBe(false);
  });

  it('accepts writes with one standby, and is not whole then', () => {
    const nodes = joinNodes([primary('a', connection('b', 'sync')), replica('b'), silent('c')], []);
    expect(acceptsWrites(nodes)).toBe(true);
    expect(isWhole(nodes)).toBe(false);
    expect(nodes[2]).toMatchObject({ role: 'unknown', state: 'silent', streaming: false });
  });

  it.each([
    ['no node is primary', [replica('a'), replica('b'), silent('c')]],
    ['no standby is synchronous', [primary('a', connection('b', 'async')), replica('b')]],
    [
      'two nodes claim to be primary',
      [primary('a', connection('c', 'sync')), primary('b'), replica('c')],
    ],
  ])('accepts no writes when %s', (_name, answers) => {
    expect(acceptsWrites(joinNodes(answers, []))).toBe(false);
  });

  it('a standby that catches up is not streaming', () => {
    const answers = [
      primary('a', connection('b', 'sync'), connection('c', 'async', 'catchup')),
      replica('b'),
      replica('c'),
    ];
    expect(isWhole(joinNodes(answers, []))).toBe(false);
  });

  it('a node that starts has no role', () => {
    expect(rolesOf([primary('a'), replica('b', 'starting')])).toBe('a primary, b none');
  });
});
