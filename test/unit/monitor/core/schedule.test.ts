/** The decision of one monitor about a hand-over at a later time. */
import {
  decideSchedule,
  SCHEDULE_GRACE_MS,
  SCHEDULE_OBSTACLE_MS,
  type DueOrder,
  type ScheduleDecision,
} from '../../../../monitor/core/schedule.js';
import { watching, type Machine } from '../support.js';

const ORDER: DueOrder = { to: null, leader: 'server_1', dueInMs: 0 };
const decide = (machine: Machine, order: Partial<DueOrder> = {}): ScheduleDecision =>
  decideSchedule(machine.state, { ...ORDER, ...order }, { now: machine.now, random: 0 });
const LASTED = { dueInMs: -SCHEDULE_OBSTACLE_MS };
const OVERDUE = { dueInMs: -SCHEDULE_GRACE_MS };

test('waits until the time, then begins, also shortly before the end of the grace', () => {
  const machine = watching();
  expect(decide(machine, { dueInMs: 1 })).toEqual({ do: 'wait' });
  for (const dueInMs of [0, -1, 1 - SCHEDULE_GRACE_MS])
    expect(decide(machine, { dueInMs })).toEqual({ do: 'begin' });
});

test('after the grace the order is missed, even when a hand-over would be possible', () => {
  expect(decide(watching(), OVERDUE)).toEqual({
    do: 'miss',
    cause: 'no monitor could begin it within 60 s of its time',
  });
});

const OBSTACLES: readonly [string, Partial<DueOrder>, string, (machine: Machine) => unknown][] = [
  ['the successor leads', { to: 'server_1' }, 'server_1 leads already', () => undefined],
  [
    'no other replica is ready',
    {},
    'No other replica is up and ready to lead',
    (machine) =>
      machine.happen({ type: 'admin-read', admin: { server_2: 'drain', server_3: 'maint' } }),
  ],
  [
    'the successor is not ready',
    { to: 'server_2' },
    'server_2 is not up and ready to lead',
    (machine) => machine.kill('server_2'),
  ],
  ['the successor is unknown', { to: 'server_9' }, 'There is no replica server_9', () => undefined],
  [
    'without a successor, another replica leads than at the order',
    { leader: 'server_3' },
    'server_3 led when it was ordered, and server_1 leads now',
    () => undefined,
  ],
];

test.each(OBSTACLES)(
  '%s: waits for another monitor, then misses the order',
  (_, order, cause, prepare) => {
    const machine = watching();
    prepare(machine);
    expect(decide(machine, { ...order, dueInMs: 1 - SCHEDULE_OBSTACLE_MS })).toEqual({
      do: 'wait',
    });
    expect(decide(machine, { ...order, ...LASTED })).toEqual({ do: 'miss', cause });
  },
);

test('a named successor is wanted under any other leader', () => {
  expect(decide(watching(), { to: 'server_2', leader: 'server_3' })).toEqual({ do: 'begin' });
});

test('an obstacle that passes, such as an election, is awaited until the end of the grace', () => {
  const machine = watching();
  machine.happen({ type: 'database-failed' });
  expect(decide(machine, LASTED)).toEqual({ do: 'wait' });
  expect(decide(machine, OVERDUE)).toEqual({
    do: 'miss',
    cause:
      'no monitor could begin it within 60 s of its time: This monitor does not reach the database',
  });
});
