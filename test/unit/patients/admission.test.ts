/**
 * The bound on accepted payments that are not final, with measurements, arrivals and a clock under
 * control; and the semaphore.
 */
import { Admission } from '../../../patients/core/admission.js';
import { Semaphore } from '../../../shared/core/semaphore.js';
import { seededRandom } from '../../../shared/random.js';

/** Admits and stores single payments at once. @returns how many of `count` were admitted. */
function store(admission: Admission, count: number): number {
  let stored = 0;
  for (let one = 0; one < count; one += 1) {
    if (!admission.admit(1)) continue;
    admission.settled(1, 1);
    stored += 1;
  }
  return stored;
}

/** A measurement that finds exactly `pending`. */
const look = (admission: Admission, nowMs: number, pending: number): void =>
  admission.looked(admission.lookBegins(nowMs), pending);

describe('the bound', () => {
  test('without a measurement, admits exactly as many payments as the bound', () => {
    const admission = new Admission(100);
    expect([store(admission, 250), admission.load, admission.open]).toEqual([100, 100, false]);
  });

  test('counts the payments that are in the database already', () => {
    const admission = new Admission(100);
    look(admission, 0, 70);
    expect([store(admission, 250), admission.load]).toEqual([30, 100]);
  });

  test('an admitted payment takes room before it is stored; a payment that was not stored releases its room', () => {
    const admission = new Admission(100);
    for (let one = 0; one < 100; one += 1) admission.admit(1);
    expect(admission.admit(1)).toBe(false);
    admission.settled(60, 0);
    expect([admission.admit(1), admission.load]).toEqual([true, 41]);
  });

  test('a replay takes no room', () => {
    const admission = new Admission(10);
    for (let one = 0; one < 1_000; one += 1) {
      expect(admission.admit(1)).toBe(true);
      admission.settled(1, 0);
    }
    expect(admission.load).toBe(0);
  });

  test('once closed, admission opens again at nine tenths and not before', () => {
    const admission = new Admission(100);
    store(admission, 101);
    look(admission, 1, 99);
    expect([admission.open, admission.admit(1)]).toEqual([false, false]);
    look(admission, 2, 91);
    expect([admission.open, admission.admit(1)]).toEqual([false, false]);
    look(admission, 3, 90);
    expect([admission.open, admission.admit(1)]).toEqual([true, true]);
  });

  test('admission stays open up to the bound', () => {
    const admission = new Admission(100);
    look(admission, 1, 99);
    expect([admission.open, store(admission, 2), admission.open]).toEqual([true, 1, false]);
  });

  test.each([1, 2, 5, 9, 10, 11])('a bound of %i opens and closes too', (max) => {
    const admission = new Admission(max);
    for (let round = 0; round < 3; round += 1) {
      expect([store(admission, 20), admission.open]).toEqual([max, false]);
      look(admission, round, 0);
      expect(admission.open).toBe(true);
    }
  });
});

describe('between measurements', () => {
  test('payments stored during a measurement count until the next one', () => {
    const admission = new Admission(100);
    store(admission, 10);
    const mark = admission.lookBegins(0);
    store(admission, 5);
    admission.looked(mark, 10);
    expect(admission.load).toBe(15);
    look(admission, 1, 15);
    expect(admission.load).toBe(15);
  });

  test('a payment admitted before a measurement and stored after it counts once', () => {
    const admission = new Admission(100);
    for (let one = 0; one < 20; one += 1) admission.admit(1);
    look(admission, 0, 0);
    expect(admission.load).toBe(20);
    admission.settled(20, 20);
    expect(admission.load).toBe(20);
    look(admission, 1, 20);
    expect(admission.load).toBe(20);
  });

  test('without further measurements admission stays closed at its own count', () => {
    const admission = new Admission(50);
    expect([store(admission, 1_000), store(admission, 1_000)]).toEqual([50, 0]);
  });
});

describe('a batch', () => {
  test('is admitted as a whole or not at all, and its refusal closes nothing', () => {
    const admission = new Admission(1_000);
    look(admission, 0, 950);
    expect([admission.admit(51), admission.load, admission.open]).toEqual([false, 950, true]);
    expect([admission.admit(50), admission.load]).toEqual([true, 1_000]);
  });

  test('larger than a tenth of the bound is admitted when that tenth is free: no batch starves', () => {
    const admission = new Admission(1_000);
    look(admission, 0, 901);
    expect(admission.admit(5_000)).toBe(false);
    look(admission, 1, 900);
    expect(admission.admit(5_000)).toBe(true);
    expect([admission.load, admission.open, admission.admit(1)]).toEqual([5_900, true, false]);
    expect(admission.open).toBe(false);
  });

  test('that is completed takes room, regardless of the load', () => {
    const admission = new Admission(100);
    look(admission, 0, 100);
    admission.reserve(40);
    expect(admission.load).toBe(140);
    admission.settled(10, 10);
    admission.settled(30, 0);
    expect(admission.load).toBe(110);
  });
});

describe('the time of the next attempt', () => {
  /** Full at 10,000, then drained by a constant number in each measurement, half a second apart. */
  const drained = (perLook: number, looks: number): Admission => {
    const admission = new Admission(10_000);
    for (let number = 0; number <= looks; number += 1)
      look(admission, number * 500, 10_000 - number * perLook);
    return admission;
  };

  test('nothing drains: a minute', () => expect(drained(0, 40).comeBackSeconds(1)).toBe(60));
  test('nothing was measured: a minute', () => {
    const admission = new Admission(10);
    store(admission, 10);
    expect(admission.comeBackSeconds(1)).toBe(60);
  });
  test('the backlog grows while closed, through other instances: a minute', () =>
    expect(drained(-50, 10).comeBackSeconds(1)).toBe(60));
  test('as long as the load needs to reach nine tenths at that rate', () => {
    // 2 per half second; the load must fall by 1,000 - 80.
    expect(drained(2, 40).comeBackSeconds(1)).toBe(60);
    // 20 per half second: 40 per second; the load must fall by 1,000 - 600; the average contains
    // all but e^-3 of the rate.
    expect(drained(20, 30).comeBackSeconds(1)).toBe(Math.ceil(400 / 40 / (1 - Math.exp(-3))));
  });
  test('at least a second', () => expect(drained(900, 1).comeBackSeconds(1)).toBe(1));
  test('payments that this instance stores meanwhile do not hide the drain', () => {
    const admission = new Admission(10_000);
    look(admission, 0, 9_000);
    store(admission, 500);
    look(admission, 500, 9_000);
    store(admission, 1_001);
    // 500 drained in half a second, weighted by 1 - e^-0.1; 1,000 remain above 9,000.
    expect(admission.comeBackSeconds(1)).toBe(Math.ceil(1_000 / (1_000 * (1 - Math.exp(-0.1)))));
  });
  test('a refused batch returns when its room is free', () => {
    const admission = drained(900, 30);
    look(admission, 20_000, 9_500);
    expect([admission.open, admission.admit(1_000)]).toEqual([true, false]);
    expect(admission.comeBackSeconds(1_000)).toBeGreaterThanOrEqual(1);
  });
});

test('in any order of operations, an instance never exceeds its bound and never underestimates its load', () => {
  for (let seed = 1; seed <= 200; seed += 1) {
    const random = seededRandom(seed);
    const max = 20 + random.below(500);
    const admission = new Admission(max);
    let [stored, final, under, nowMs] = [0, 0, 0, 0];
    let mark: { mark: ReturnType<Admission['lookBegins']>; from: number } | null = null;
    for (let step = 0; step < 400; step += 1) {
      nowMs += random.below(100);
      switch (random.below(5)) {
        case 0:
          if (admission.admit(1)) under += 1;
          break;
        case 1:
          if (under > 0) {
            const isNew = Math.min(1, random.below(4));
            admission.settled(1, isNew);
            [under, stored] = [under - 1, stored + isNew];
          }
          break;
        case 2:
          final += random.below(stored - final + 1);
          break;
        case 3:
          mark ??= { mark: admission.lookBegins(nowMs), from: stored - final };
          break;
        default:
          if (mark) {
            admission.looked(mark.mark, mark.from);
            mark = null;
          }
      }
      const held = stored - final + under;
      if (held > max || admission.load < held)
        throw new Error(
          `seed ${seed}, step ${step}: ${held} held, bound ${max}, load ${admission.load}`,
        );
    }
  }
});

test('semaphore: admits as many as there are places, and a released place is free', () => {
  const places = new Semaphore(2);
  expect([places.acquire(), places.acquire(), places.acquire(), places.taken]).toEqual([
    true,
    true,
    false,
    2,
  ]);
  places.release();
  expect([places.taken, places.acquire(), places.acquire()]).toEqual([1, true, false]);
});

test('semaphore: a request for several places gets all or none; more than the maximum only when all are free', () => {
  const places = new Semaphore(10);
  expect([
    places.acquire(7),
    places.acquire(4),
    places.taken,
    places.acquire(3),
    places.acquire(0),
  ]).toEqual([true, false, 7, true, true]);
  places.release(7);
  expect([places.acquire(11), places.taken]).toEqual([false, 3]);
  places.release(3);
  expect([places.acquire(11), places.acquire(), places.taken]).toEqual([true, false, 11]);
});
