/** The relay: when it polls, for which payments, and how it returns them to work. */
import { describe, expect, test } from '@jest/globals';
import { oldestLast } from '../../../payments/core/oldest-last.js';
import { RelayMachine, type TermView } from '../../../payments/core/relay.js';
import { parcelsOf } from '../../../shared/queue/queue.js';

const NOTHING: TermView = {
  parcelsInFlight: 0,
  passedSeq: 7,
  toSkip: new Set(),
  deliveredMs: 0,
  hasRoom: true,
};
const newRelay = () =>
  new RelayMachine({ intervalMs: 500, stallMs: 2_000, parcelsOf: (ids) => parcelsOf(ids, 2) });
const parcel = (...ids: string[]) => ({ ids, relayed: true });
const REST = [{ type: 'timer', inMs: 500 }];
const SHORT_REST = [{ type: 'timer', inMs: 100 }];

/** A relay that asked for payments: the queue is empty. */
function searching(nowMs = 0, waiting: number | null = 0): RelayMachine {
  const relay = newRelay();
  relay.onDue(nowMs);
  relay.onCounted(waiting, NOTHING, nowMs);
  return relay;
}

describe('relay', () => {
  test.each<[string, number | null, number, number | null]>([
    [
      'the queue is empty and no work is in flight: all pending payments were forgotten',
      0,
      0,
      null,
    ],
    ['Redis is unavailable: the same', null, 3, null],
    ['parcels wait: only skipped payments', 1, 0, 7],
    ['work is in flight: only skipped payments', 0, 1, 7],
  ])('%s', (_name, waiting, parcelsInFlight, throughSeq) => {
    const relay = newRelay();
    expect(relay.onDue(0)).toEqual([{ type: 'count' }]);
    expect(relay.onCounted(waiting, { ...NOTHING, parcelsInFlight }, 0)).toEqual([
      { type: 'search', throughSeq },
    ]);
  });

  test('found payments return in parcels, except those in flight', () => {
    const relay = searching();
    const effects = relay.onFound(['a', 'b', 'c', 'd'], { ...NOTHING, toSkip: new Set(['b']) }, 0);
    expect(effects).toEqual([{ type: 'put-back', parcels: [parcel('a', 'c'), parcel('d')] }]);
    expect(relay.putBack(true, 0)).toEqual(REST);
  });

  test('while returned parcels are on their way it does not search, for five seconds', () => {
    const relay = searching();
    relay.onFound(['a'], NOTHING, 0);
    relay.putBack(true, 0);
    relay.onDue(500);
    expect(relay.onCounted(1, NOTHING, 500)).toEqual(REST);
    relay.onDue(5_000);
    expect(relay.onCounted(1, { ...NOTHING, deliveredMs: 4_900 }, 5_000)).toEqual([
      { type: 'search', throughSeq: 7 },
    ]);
  });

  test('after the last of them arrived, or Redis reconnected, it polls at once', () => {
    const relay = searching();
    relay.onFound(['a', 'b', 'c'], NOTHING, 0);
    relay.putBack(true, 0);
    expect(relay.onArrived(2, 10)).toEqual([]);
    expect(relay.onArrived(0, 20)).toEqual([{ type: 'timer', inMs: 0 }]);
    expect(searching().forget(20)).toEqual([{ type: 'timer', inMs: 0 }]);
  });

  test('when none of them had work, it polls after the usual interval, not at once', () => {
    const relay = searching();
    relay.onFound(['a', 'b', 'c'], NOTHING, 0);
    expect(relay.putBack(true, 0)).toEqual(REST);
    expect(relay.onArrived(0, 10)).toEqual([]);
    expect(relay.onArrived(0, 20)).toEqual([]);
  });

  describe('a queue that counts parcels and delivers none', () => {
    const stuckAt = (nowMs: number, view: Partial<TermView> = {}, waiting = 100) => {
      const relay = newRelay();
      for (let at = 0; at < nowMs; at += 500) {
        relay.onDue(at);
        relay.onCounted(waiting, { ...NOTHING, ...view }, at);
        relay.onFound([], { ...NOTHING, ...view }, at);
      }
      relay.onDue(nowMs);
      return { relay, effects: relay.onCounted(waiting, { ...NOTHING, ...view }, nowMs) };
    };

    test('is trusted for two seconds', () =>
      expect(stuckAt(1_500).effects).toEqual([{ type: 'search', throughSeq: 7 }]));
    test('is then bypassed: a search without an upper bound, delivery without the queue, another worker', () => {
      const { relay, effects } = stuckAt(2_000);
      expect(effects).toEqual([{ type: 'renew' }, { type: 'search', throughSeq: null }]);
      expect(relay.onFound(['a'], NOTHING, 2_000)).toEqual([
        { type: 'deliver', parcel: parcel('a') },
      ]);
    });
    test('control: not while it delivers parcels', () =>
      expect(stuckAt(2_000, { deliveredMs: 1_000 }).effects).toEqual([
        { type: 'search', throughSeq: 7 },
      ]));
    test('control: not while the worker has no free capacity', () =>
      expect(stuckAt(2_000, { hasRoom: false }).effects).toEqual([
        { type: 'search', throughSeq: 7 },
      ]));
    test('the worker is replaced again with growing waits', () => {
      const renewals = [2_500, 4_000, 4_500, 8_000].map((at) =>
        stuckAt(at).effects.some(({ type }) => type === 'renew'),
      );
      expect(renewals).toEqual([false, true, false, true]);
    });
    test('owes what it counts, until a search finds that nothing is pending', () => {
      expect(stuckAt(1_000).relay.owed).toEqual({ sinceMs: 0, seenMs: 1_000 });
      const { relay } = stuckAt(2_000);
      relay.onFound([], NOTHING, 2_000);
      expect(relay.owed).toBeNull();
    });
  });

  test('without Redis parcels are processed one after the other', () => {
    const relay = searching(0, null);
    expect(relay.onFound(['a', 'b', 'c'], NOTHING, 0)).toEqual([
      { type: 'deliver', parcel: parcel('a', 'b') },
    ]);
    expect(relay.onDelivered(1)).toEqual([{ type: 'deliver', parcel: parcel('c') }]);
    expect(relay.onDelivered(2)).toEqual(SHORT_REST);
  });

  test('also when Redis becomes unavailable in between', () => {
    const relay = searching();
    relay.onFound(['a'], NOTHING, 0);
    expect(relay.putBack(false, 0)).toEqual([{ type: 'deliver', parcel: parcel('a') }]);
  });

  test.each<[string, (relay: RelayMachine) => unknown, unknown]>([
    ['a sweep without Redis', (relay) => relay.onCounted(null, NOTHING, 0), SHORT_REST],
    ['Redis returned', (relay) => relay.forget(0), SHORT_REST],
    ['control: a sweep with Redis', (relay) => relay.onCounted(0, NOTHING, 0), REST],
  ])('it polls more often for two seconds after %s', (_event, begin, rest) => {
    const restAfter = (nowMs: number): unknown => {
      const relay = newRelay();
      relay.onDue(0);
      begin(relay);
      relay.onFound([], NOTHING, 0);
      relay.onDue(nowMs);
      relay.onCounted(0, NOTHING, nowMs);
      return relay.onFound([], NOTHING, nowMs);
    };
    expect(restAfter(1_999)).toEqual(rest);
    expect(restAfter(2_000)).toEqual(REST);
  });

  test('a shorter wait replaces a longer one, a longer one changes nothing', () => {
    const relay = newRelay();
    expect(relay.scheduleIn(100, 0)).toEqual([{ type: 'timer', inMs: 100 }]);
    expect(relay.scheduleIn(200, 0)).toEqual([]);
    expect(relay.scheduleIn(50, 0)).toEqual([{ type: 'timer', inMs: 50 }]);
  });

  test('it runs one poll at a time, and polls again after a failure', () => {
    const relay = newRelay();
    relay.onDue(0);
    expect(relay.onDue(10)).toEqual([{ type: 'timer', inMs: 500 }]);
    expect(relay.onFailed(600)).toEqual([]); // An earlier poll is already planned.
    expect(relay.onDue(510)).toEqual([{ type: 'count' }]);
  });

  test('stopped, it returns nothing and does not poll again', () => {
    const relay = searching();
    relay.stop();
    expect(relay.onFound(['a'], NOTHING, 0)).toEqual([]);
    expect(relay.scheduleIn(0, 0)).toEqual([]);
  });

  test('to the front: the oldest goes last, so that it is fetched first', () => {
    const queue: string[] = [];
    for (const id of oldestLast(['oldest', 'older', 'old'])) queue.unshift(id);
    expect(queue).toEqual(['oldest', 'older', 'old']);
  });
});
