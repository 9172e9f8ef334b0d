/** The callers that wait for outcomes: several of one payment, those that leave, countdowns. */
import { Countdown } from '../../../patients/outcomes/countdown.js';
import { createOutcomes, settle, stays, uuid } from './outcomes-support.js';

describe('callers of outcomes', () => {
  test('a caller that only counts is notified without a row; next to a caller that needs the row, by the same read', async () => {
    const { outcomes, finals, reads, counts, hint } = createOutcomes();
    let over = 0;
    await hint(uuid(9)); // The first event of a term reads the rows of all awaited payments.
    for (const number of [1, 2]) outcomes.count(uuid(number), () => (over += 1));
    const waiting = outcomes.wait(uuid(2), 10_000, stays());
    for (const number of [1, 2]) finals.add(uuid(number));
    await hint(uuid(1), uuid(2), uuid(3));
    expect((await waiting)?.id).toBe(uuid(2));
    expect({ over, reads, counts, room: outcomes.room }).toEqual({
      over: 2,
      reads: [[uuid(2)]],
      counts: [[uuid(1)]],
      room: 10,
    });
  });

  test('several callers of one payment are all notified', async () => {
    const { outcomes, finals, hint } = createOutcomes();
    const waiting = [
      outcomes.wait(uuid(1), 10_000, stays()),
      outcomes.wait(uuid(1), 10_000, stays()),
    ];
    finals.add(uuid(1));
    await hint(uuid(1));
    expect((await Promise.all(waiting)).map((record) => record?.id)).toEqual([uuid(1), uuid(1)]);
  });

  test('a caller that disconnects, has no time, finds no room, or is released gets null, and nothing is kept', async () => {
    const { outcomes } = createOutcomes(1);
    const leaving = new AbortController();
    const left = outcomes.wait(uuid(1), 10_000, leaving.signal);
    expect(await outcomes.wait(uuid(2), 10_000, stays())).toBeNull();
    leaving.abort();
    expect([await left, outcomes.room]).toEqual([null, 1]);
    expect(await outcomes.wait(uuid(3), 0, stays())).toBeNull();
    expect(await outcomes.wait(uuid(4), 1, stays())).toBeNull();
    const released = outcomes.wait(uuid(5), 10_000, stays());
    outcomes.release();
    expect([await released, outcomes.room]).toEqual([null, 0]);
  });

  test('a countdown ends with the last of its payments', async () => {
    const { outcomes, finals, hint } = createOutcomes();
    const countdown = new Countdown(outcomes);
    for (const number of [1, 2]) countdown.add(uuid(number));
    let ended = false;
    const done = countdown.done(10_000, stays()).then(() => (ended = true));
    finals.add(uuid(1));
    await hint(uuid(1));
    await settle();
    expect(ended).toBe(false);
    finals.add(uuid(2));
    await hint(uuid(2));
    await done;
    expect(outcomes.room).toBe(10);
  });

  test('an expired countdown keeps no subscription', async () => {
    const { outcomes } = createOutcomes();
    const countdown = new Countdown(outcomes);
    countdown.add(uuid(1));
    await countdown.done(1, stays());
    expect(outcomes.room).toBe(10);
  });
});
