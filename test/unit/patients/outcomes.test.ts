/**
 * Callers that wait for an outcome are notified: by events, and by polls where events were lost.
 * The rows are fake.
 */
import type { PaymentRecord } from '../../../patients/core/payment-record.js';
import { Outcomes } from '../../../patients/outcomes/outcomes.js';
import { hintsUnreadable } from '../../../patients/metrics.js';
import {
  createOutcomes,
  logger,
  manualClock,
  paid,
  passing,
  settle,
  stays,
  uuid,
} from './outcomes-support.js';

describe('outcomes', () => {
  test('an event causes a read of the row, and callers receive the row', async () => {
    const { outcomes, finals, hint } = createOutcomes();
    const waiting = outcomes.wait(uuid(1), 10_000, stays());
    finals.add(uuid(1));
    await hint(uuid(1), uuid(2));
    expect((await waiting)?.status).toBe('SUCCEEDED');
  });

  test('events that arrive during a read wait for it, and are read together next', async () => {
    const asked: string[][] = [];
    const answer: ((rows: PaymentRecord[]) => void)[] = [];
    const outcomes = new Outcomes({
      readFinal: (ids) =>
        new Promise((resolve) => {
          asked.push([...ids]);
          answer.push(resolve);
        }),
      readEnded: async () => [],
      clock: manualClock(),
      logger,
      config: { waitingMax: 10, outcomePollMs: 250 },
    });
    const event = (number: number): Promise<void> =>
      outcomes.onEvent(JSON.stringify({ partition: 0, term: 1, ids: [uuid(number)] }));
    await event(9); // The first event of a term reads the rows of all awaited payments.
    const waiting = [1, 2, 3].map((number) => outcomes.wait(uuid(number), 10_000, stays()));
    const heard = [1, 2, 3].map(event);
    expect(asked).toEqual([[uuid(1)]]);
    answer[0]?.([paid(uuid(1))]);
    await settle();
    expect(asked).toEqual([[uuid(1)], [uuid(2), uuid(3)]]);
    answer[1]?.([paid(uuid(2)), paid(uuid(3))]);
    await Promise.all(heard);
    expect((await Promise.all(waiting)).map((record) => record?.id)).toEqual([
      uuid(1),
      uuid(2),
      uuid(3),
    ]);
  });

  test('an event without a final row notifies no caller', async () => {
    const { outcomes, hint } = createOutcomes();
    let told = 0;
    outcomes.watch(uuid(1), () => (told += 1));
    await hint(uuid(1));
    expect(told).toBe(0);
  });

  test('an event about payments without waiting callers reads nothing; an unreadable event is ignored', async () => {
    const { outcomes, reads, hint } = createOutcomes();
    await hint(uuid(7));
    outcomes.watch(uuid(1), () => undefined);
    await hint(uuid(7));
    await outcomes.onEvent('no json');
    await outcomes.onEvent('{"partition":0,"term":1,"ids":"none"}');
    expect(reads).toEqual([]);
  });

  test('an unreadable event is counted and logged without its content; an event that is too long is not parsed at all', async () => {
    const { outcomes, reads, logged } = createOutcomes();
    outcomes.watch(uuid(1), () => undefined);
    const counted = async () => (await hintsUnreadable.get()).values[0]?.value ?? 0;
    const before = await counted();
    const tooLong = {
      partition: 0,
      term: 1,
      ids: [uuid(1), ...Array.from({ length: 6_000 }, (_, index) => uuid(index))],
    };
    for (const message of ['secret words', '{"partition":"secret"}', JSON.stringify(tooLong)])
      await outcomes.onEvent(message);
    expect([(await counted()) - before, reads, logged.length]).toEqual([3, [], 3]);
    expect(JSON.stringify(logged)).not.toMatch(/secret|0000-4000/);
  });

  test('a poll recovers from a lost event, but only for callers that have waited long enough', async () => {
    const { outcomes, clock, finals, reads } = createOutcomes();
    const waiting = outcomes.wait(uuid(1), 10_000, stays());
    finals.add(uuid(1));
    clock.nowMs += 249;
    await outcomes.poll();
    expect(reads).toEqual([]);
    clock.nowMs += 1;
    await outcomes.poll();
    expect((await waiting)?.id).toBe(uuid(1));
  });

  test('a new leader causes a read of the rows of all awaited payments, however short the wait was', async () => {
    const { outcomes, finals, reads, message, hint } = createOutcomes();
    await hint(uuid(7));
    const waiting = outcomes.wait(uuid(1), 10_000, stays());
    outcomes.watch(uuid(2), () => undefined);
    finals.add(uuid(1)); // Committed in term 1, without an event.
    await message(2);
    expect((await waiting)?.id).toBe(uuid(1));
    expect(reads).toEqual([[uuid(1), uuid(2)]]);
  });

  test('a leader that reconnects to Redis announces it: in the same term all rows are read again', async () => {
    const { outcomes, reads, message } = createOutcomes();
    outcomes.watch(uuid(1), () => undefined);
    await message(1);
    await message(1);
    expect(reads).toEqual([[uuid(1)], [uuid(1)]]);
  });

  test('the first event of a term shows that the term began; control: a further event reads no other rows', async () => {
    const { outcomes, finals, reads, message } = createOutcomes();
    const waiting = outcomes.wait(uuid(1), 10_000, stays());
    outcomes.watch(uuid(2), () => undefined);
    finals.add(uuid(1));
    await message(5, [uuid(3)]);
    expect((await waiting)?.id).toBe(uuid(1));
    reads.length = 0;
    for (const term of [5, 4]) await message(term, [uuid(3)]);
    expect(reads).toEqual([]);
  });

  test('of very many awaited payments the oldest are read first, in groups, until a group has no final payment', async () => {
    const { outcomes, finals, reads } = createOutcomes(20_000);
    for (let number = 1; number <= 12_000; number += 1)
      outcomes.watch(uuid(number), () => undefined);
    for (const number of [1, 5_000]) finals.add(uuid(number));
    await outcomes.catchUp();
    expect(reads.map((ids) => [ids.length, ids[0]])).toEqual([
      [5_000, uuid(1)],
      [5_000, uuid(5_001)],
    ]);
    expect(outcomes.room).toBe(8_002);
  });

  test('a gap during the read of a gap: rows that were read before it are read again', async () => {
    const asked: ((rows: PaymentRecord[]) => void)[] = [];
    const outcomes = new Outcomes({
      readFinal: () => new Promise((resolve) => asked.push(resolve)),
      readEnded: async () => [],
      clock: manualClock(),
      logger,
      config: { waitingMax: 10, outcomePollMs: 250 },
    });
    const waiting = outcomes.wait(uuid(1), 10_000, stays());
    const first = outcomes.catchUp();
    await outcomes.catchUp();
    asked[0]?.([]);
    await settle();
    asked[1]?.([paid(uuid(1))]);
    await first;
    expect([(await waiting)?.id, asked.length]).toEqual([uuid(1), 2]);
  });

  test('a round of polls reads every due payment once before it reads any of them twice', async () => {
    const { outcomes, clock, reads } = createOutcomes(20_000);
    for (let number = 1; number <= 6_000; number += 1)
      outcomes.watch(uuid(number), () => undefined);
    clock.nowMs += 250;
    outcomes.watch(uuid(6_001), () => undefined);
    for (let look = 1; look <= 3; look += 1) await outcomes.poll();
    expect(reads.map((ids) => [ids.length, ids[0]])).toEqual([
      [5_000, uuid(1)],
      [1_000, uuid(5_001)],
      [5_000, uuid(1)],
    ]);
  });

  test('the next poll recovers from a failed read', async () => {
    const clock = manualClock();
    let reads = 0;
    const outcomes = new Outcomes({
      readFinal: async (ids) => {
        if ((reads += 1) === 1) throw passing();
        return ids.map(paid);
      },
      readEnded: async () => [],
      clock,
      logger,
      config: { waitingMax: 10, outcomePollMs: 250 },
    });
    const waiting = outcomes.wait(uuid(1), 10_000, stays());
    clock.nowMs += 250;
    await outcomes.poll();
    await outcomes.poll();
    expect((await waiting)?.id).toBe(uuid(1));
  });
});
