import { describe, expect, test } from '@jest/globals';
import { Turnstile } from '../../../payments/turnstile.js';

describe('turnstile', () => {
  test('lets tickets pass in the order they were taken, whatever order they are ready in', async () => {
    const turnstile = new Turnstile();
    const passed: number[] = [];
    const tickets = [0, 1, 2].map(() => turnstile.enter());
    const passing = tickets.map(async (ticket, index) => {
      await ticket.turn;
      passed.push(index);
      ticket.leave();
    });
    await Promise.all([...passing].reverse());
    expect(passed).toEqual([0, 1, 2]);
  });

  test('a ticket that is given up lets the next pass only when the earlier ones have', async () => {
    const turnstile = new Turnstile();
    const [first, second, third] = [turnstile.enter(), turnstile.enter(), turnstile.enter()];
    let passed = false;
    const passing = third.turn.then(() => (passed = true));
    second.leave();
    await new Promise(setImmediate);
    expect(passed).toBe(false);
    first.leave();
    await passing;
    expect(passed).toBe(true);
  });
});
