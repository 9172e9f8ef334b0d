/** The models themselves: a wrong model would make the simulation worthless. */
import { describe, expect, test } from '@jest/globals';
import { Checks } from '../../simulation/invariants/checks.js';
import { EventQueue } from '../../simulation/model/event-queue.js';
import { LeadershipTable } from '../../simulation/model/leadership-table.js';
import { Network } from '../../simulation/model/network.js';
import { PaymentTable } from '../../simulation/model/payment-table.js';
import { Process } from '../../simulation/model/process.js';
import { Chance, World } from '../../simulation/model/world.js';
import { STANDARD } from '../../simulation/rules.js';

const never = (): boolean => false;

function record(monitors = ['monitor_1', 'monitor_2', 'monitor_3']) {
  const world = new World(1, null);
  const checks = new Checks(() => world.nowMs, monitors.length, 100, 0);
  const leadership = new LeadershipTable(world, STANDARD, monitors, 100, checks);
  const payments = new PaymentTable(world, STANDARD, leadership, checks);
  checks.leadership = () => leadership.row;
  Object.assign(checks.payments, {
    rows: payments.rows,
    byKey: payments.byKey,
    byPatient: payments.byPatient,
  });
  const vote = (monitor: string, term = 0) =>
    leadership.voteAndElect({
      monitor,
      term,
      kind: 'kill',
      candidate: { id: 'server_1', bootId: 'server_1#1' },
    });
  const pass = (ms: number) =>
    world.plan(ms, null, () => undefined) && world.runUntil(world.nowMs + ms, never);
  return { world, checks, leadership, payments, vote, pass };
}

describe('virtual time', () => {
  test('events run by time, and at the same time in the order of planning', () => {
    const chance = new Chance(3);
    const queue = new EventQueue();
    const planned = Array.from({ length: 500 }, (_, order) => ({
      atMs: chance.below(50),
      order,
      owner: null,
      life: 0,
      run: null,
    }));
    for (const event of planned) queue.push(event);
    const popped = planned.map(() => queue.pop());
    expect(popped).toEqual([...planned].sort((a, b) => a.atMs - b.atMs || a.order - b.order));
    expect(queue.pop()).toBeUndefined();
  });

  test('an event of an ended life does not run; an event for a frozen process runs when the process wakes', () => {
    const world = new World(1, null);
    const process = new Process(world, 'server_1', 0);
    const happened: string[] = [];
    process.in(10, () => happened.push('before the freeze'));
    world.plan(20, null, () => process.freeze());
    process.in(30, () => happened.push(`at ${world.nowMs}`));
    world.plan(90, null, () => process.wake());
    process.in(200, () => happened.push('after the crash'));
    world.plan(150, null, () => process.crash());
    world.runUntil(1_000, never);
    expect(happened).toEqual(['before the freeze', 'at 90']);
  });
});

describe('the network', () => {
  function pair() {
    const world = new World(5, null);
    const network = new Network(world, 2);
    return {
      world,
      network,
      one: new Process(world, 'one', 0),
      other: new Process(world, 'other', 1),
    };
  }

  test.each([
    ['an answer', () => undefined, 'yes'],
    ['nobody listens', ({ other }: ReturnType<typeof pair>) => other.crash(), 'refused'],
    [
      'a cut there',
      ({ network, one, other }: ReturnType<typeof pair>) => network.cut(one, other),
      'timeout',
    ],
    [
      'a cut back',
      ({ network, one, other }: ReturnType<typeof pair>) => network.cut(other, one),
      'timeout',
    ],
    ['a frozen callee', ({ other }: ReturnType<typeof pair>) => other.freeze(), 'timeout'],
  ])('a call with %s ends once', (_name, disturb, expected) => {
    const parts = pair();
    disturb(parts);
    const ends: string[] = [];
    parts.network.call<string>(
      parts.one,
      parts.other,
      50,
      (exchange) => exchange.reply('yes'),
      (answer, silence) => ends.push(answer ?? silence),
    );
    parts.world.runUntil(1_000, never);
    expect(ends).toEqual([expected]);
  });
});

describe('the record', () => {
  test('a majority of fresh votes elects, once; the loser learns the row', () => {
    const { vote, pass } = record();
    expect(vote('monitor_1')).toMatchObject({ votes: 1, elected: false });
    expect(vote('monitor_1')).toMatchObject({ votes: 1, elected: false });
    pass(101);
    expect(vote('monitor_2')).toMatchObject({ votes: 1, elected: false });
    expect(vote('stranger')).toMatchObject({ votes: 1, elected: false });
    expect(vote('monitor_3')).toMatchObject({
      votes: 2,
      elected: true,
      leadership: { term: 1, leader: 'server_1' },
    });
    expect(vote('monitor_1')).toMatchObject({ votes: 0, elected: false, leadership: { term: 1 } });
  });

  test('a drained replica is not elected', () => {
    const { vote, leadership } = record(['monitor_1']);
    leadership.admin['server_1'] = 'drain';
    expect(vote('monitor_1')).toMatchObject({ votes: 1, elected: false, leadership: { term: 0 } });
  });

  test('a key makes one payment; a commit needs the fence and does not change a final row', () => {
    const { payments, vote } = record(['monitor_1']);
    expect(
      payments.accept([
        { id: 'a', key: 'k', patientId: 'p' },
        { id: 'b', key: 'k', patientId: 'p' },
      ]),
    ).toEqual(['a']);
    vote('monitor_1');
    const failed = [
      { id: 'a', status: 'FAILED', attempts: 1, reason: 'x', gatewayReference: null },
    ] as const;
    expect(payments.commit({ partition: 0, term: 0, leader: 'server_1' }, failed)).toEqual({
      held: false,
      ids: [],
    });
    expect(payments.commit({ partition: 0, term: 1, leader: 'server_2' }, failed)).toEqual({
      held: false,
      ids: [],
    });
    expect(payments.commit({ partition: 0, term: 1, leader: 'server_1' }, failed)).toEqual({
      held: true,
      ids: ['a'],
    });
    expect(payments.commit({ partition: 0, term: 1, leader: 'server_1' }, failed)).toEqual({
      held: true,
      ids: [],
    });
    expect(payments.pending).toBe(0);
  });

  test('a load returns earlier payments of the same patients, above the payments in work', () => {
    const { payments } = record();
    payments.accept(
      ['a', 'b', 'c', 'd'].map((id) => ({ id, key: id, patientId: id === 'c' ? 'q' : 'p' })),
    );
    const load = (ids: string[], afterSeq = new Map<string, number>()) =>
      payments.load({ partition: 0, ids, limit: 10, afterSeq }).map(({ id }) => id);
    expect(load(['b'])).toEqual(['a', 'b']);
    expect(load(['d', 'c'])).toEqual(['a', 'b', 'c', 'd']);
    expect(load(['d'], new Map([['p', 2]]))).toEqual(['d']);
  });

  test('overdue: older than the grace period, up to the bound, or due again', () => {
    const { payments, vote, pass } = record(['monitor_1']);
    payments.accept(['a', 'b'].map((id) => ({ id, key: id, patientId: id })));
    vote('monitor_1');
    expect(payments.overdue(null, 50)).toEqual([]);
    pass(50);
    expect(payments.overdue(null, 50)).toEqual(['a', 'b']);
    expect(payments.overdue(1, 50)).toEqual(['a']);
    payments.defer({ partition: 0, term: 1, leader: 'server_1' }, [
      { id: 'a', attempts: 1, waitMs: 30.9, lastError: null },
    ]);
    expect(payments.overdue(1, 50)).toEqual([]);
    pass(30);
    expect(payments.overdue(0, 50)).toEqual(['a']);
  });
});
