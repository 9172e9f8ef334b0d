/**
 * Concurrent calls to the gateway: never more than slots, in order, look-ups first, and no call
 * waits for ever.
 */
import { describe, expect, test } from '@jest/globals';
import type { ChargeOrder, Gateway, Reply } from '../../../payments/core/gateway.js';
import { withSlots } from '../../../payments/gateway/with-slots.js';

const APPROVED: Reply = { kind: 'approved', reference: 'r' };
const order = (key: string): ChargeOrder => ({
  key,
  patientId: 'p',
  amountMinor: 1,
  currency: 'USD',
});
const never = new AbortController().signal;
/** Runs all pending tasks of the event loop. */
const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Answers on request of the test. */
function heldGateway() {
  const calls: string[] = [];
  const held: { answer: () => void; fail: (error: Error) => void }[] = [];
  const hold =
    (name: string) =>
    ({ key }: ChargeOrder): Promise<Reply> => {
      calls.push(`${name} ${key}`);
      return new Promise((resolve, reject) =>
        held.push({ answer: () => resolve(APPROVED), fail: reject }),
      );
    };
  const gateway: Gateway = {
    charge: hold('charge'),
    lookup: hold('lookup'),
    cancel: hold('cancel'),
    reachable: async () => true,
  };
  const next = async (): Promise<void> => {
    held.shift()?.answer();
    await settle();
  };
  return { gateway, calls, held, next };
}

describe('withSlots', () => {
  test('no more concurrent calls than slots; the others follow in order', async () => {
    const { gateway, calls, next } = heldGateway();
    const slots = withSlots(gateway, 2);
    const all = Promise.all(['a', 'b', 'c', 'd'].map((key) => slots.charge(order(key), never)));
    await settle();
    expect(calls).toEqual(['charge a', 'charge b']);
    await next();
    expect(calls).toEqual(['charge a', 'charge b', 'charge c']);
    for (let left = 3; left > 0; left -= 1) await next();
    expect(await all).toHaveLength(4);
    expect(calls).toHaveLength(4);
  });

  test('only a few begin before this process may do something else, the others follow in order', async () => {
    const { gateway, calls, next } = heldGateway();
    const slots = withSlots(gateway, 100);
    const keys = Array.from({ length: 60 }, (_, index) => `k${index}`);
    const all = Promise.all(keys.map((key) => slots.charge(order(key), never)));
    const begun: number[] = [];
    for (let turn = 0; turn < 5; turn += 1) {
      await settle();
      begun.push(calls.length);
    }
    expect(begun).toEqual([32, 48, 60, 60, 60]); // A turn has ended before the test reads.
    expect(calls).toEqual(keys.map((key) => `charge ${key}`));
    for (let left = keys.length; left > 0; left -= 1) await next();
    await all;
  });

  test('a look-up and a cancellation go before charges that wait', async () => {
    const { gateway, calls, next } = heldGateway();
    const slots = withSlots(gateway, 1);
    const all = [
      slots.charge(order('a'), never),
      slots.charge(order('b'), never),
      slots.lookup(order('c'), never),
      slots.cancel(order('d'), never),
    ];
    await settle();
    for (let left = all.length; left > 0; left -= 1) await next();
    await Promise.all(all);
    expect(calls).toEqual(['charge a', 'lookup c', 'cancel d', 'charge b']);
  });

  test('the health check does not wait', async () => {
    const { gateway, next } = heldGateway();
    const slots = withSlots(gateway, 1);
    const charge = slots.charge(order('a'), never);
    expect(await slots.reachable()).toBe(true);
    await settle();
    await next();
    await charge;
  });

  test('a failed call releases its slot', async () => {
    const { gateway, held, next } = heldGateway();
    const slots = withSlots(gateway, 1);
    const first = slots.charge(order('a'), never).catch((error: Error) => error.message);
    const second = slots.charge(order('b'), never);
    await settle();
    held.shift()?.fail(new Error('lost'));
    expect(await first).toBe('lost');
    await settle();
    await next();
    expect(await second).toEqual(APPROVED);
  });

  test('a cancelled term makes no further call, and the next term has all slots', async () => {
    const { gateway, calls, next } = heldGateway();
    const slots = withSlots(gateway, 1);
    const term = new AbortController();
    const waiting = [1, 2, 3].map((number) =>
      slots.charge(order(`old ${number}`), term.signal).catch((error: Error) => error.name),
    );
    const later = slots.charge(order('new'), never);
    await settle();
    term.abort();
    await next();
    expect((await Promise.all(waiting)).slice(1)).toEqual(['AbortError', 'AbortError']);
    expect(calls).toEqual(['charge old 1', 'charge new']);
    await next();
    expect(await later).toEqual(APPROVED);
  });
});
