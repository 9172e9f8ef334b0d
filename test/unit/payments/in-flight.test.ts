import { describe, expect, test } from '@jest/globals';
import { InFlight } from '../../../payments/core/in-flight.js';

const claimed = (seq: number, patientId: string) => ({ id: `p${seq}`, seq, patientId });

describe('in flight', () => {
  test('a patient’s bound is the highest seq loaded, until the last of its payments has left', () => {
    const inFlight = new InFlight();
    inFlight.enter([claimed(1, 'a'), claimed(2, 'b'), claimed(3, 'a')]);
    expect([...inFlight.bounds()]).toEqual([
      ['a', 3],
      ['b', 2],
    ]);
    inFlight.leave([claimed(3, 'a')]);
    expect(inFlight.bounds().get('a')).toBe(3);
    inFlight.leave([claimed(1, 'a')]);
    expect([...inFlight.bounds()]).toEqual([['b', 2]]);
    expect(inFlight.list()).toEqual(['p2']);
    expect([inFlight.size, inFlight.has('p2'), inFlight.has('p1')]).toEqual([1, true, false]);
  });

  test('leaving twice has no effect', () => {
    const inFlight = new InFlight();
    inFlight.enter([claimed(1, 'a'), claimed(2, 'a')]);
    inFlight.leave([claimed(1, 'a')]);
    inFlight.leave([claimed(1, 'a')]);
    expect(inFlight.bounds().get('a')).toBe(2);
  });
});
