/** Which payments a successor charges before its term, and how the term takes the replies. */
import { describe, expect, test } from '@jest/globals';
import { selectEarly } from '../../../payments/core/early.js';
import type { ChargeOrder, Gateway, Reply } from '../../../payments/core/gateway.js';
import { EarlyCharges } from '../../../payments/gateway/early-charges.js';
import type { PendingPayment } from '../../../shared/postgres/ledger.js';

const row = (id: string, patientId: string, changes = {}): PendingPayment => ({
  ...{ id, patientId, seq: Number(id.slice(1)), amountMinor: 100, currency: 'USD' },
  ...{ attempts: 0, failingMs: 0, waitMs: 0 },
  ...changes,
});

describe('the choice of payments to charge early', () => {
  const choose = (
    rows: readonly PendingPayment[],
    waiting: readonly string[],
    inFlight: readonly string[] = [],
  ): string[] => selectEarly(rows, new Set(waiting), new Set(inFlight)).map(({ id }) => id);

  test('takes what waits in the queue', () => {
    const rows = [row('p1', 'a'), row('p2', 'b'), row('p3', 'a')];
    expect(choose(rows, ['p1', 'p2', 'p3'])).toEqual(['p1', 'p2', 'p3']);
  });

  test('leaves what the leader has in flight, and what is behind it', () => {
    const rows = [row('p1', 'a'), row('p2', 'b'), row('p3', 'a'), row('p4', 'b')];
    expect(choose(rows, ['p1', 'p2', 'p3', 'p4'], ['p1'])).toEqual(['p2', 'p4']);
  });

  test('leaves what is in no parcel of the queue, and what is behind it', () => {
    const rows = [row('p1', 'a'), row('p2', 'a'), row('p3', 'b')];
    expect(choose(rows, ['p2', 'p3'])).toEqual(['p3']);
  });

  test.each<[string, Partial<PendingPayment>]>([
    ['was tried before', { attempts: 1 }],
    ['fails', { failingMs: 5 }],
    ['is not due', { waitMs: 10 }],
    ['is a refund', { kind: 'refund' }],
    ['is cancelled', { cancelRequested: true }],
  ])('leaves a payment that %s, and what is behind it', (_what, changes) => {
    const rows = [row('p1', 'a', changes), row('p2', 'a'), row('p3', 'b')];
    expect(choose(rows, ['p1', 'p2', 'p3'])).toEqual(['p3']);
  });
});

describe('the replies of early charges', () => {
  const order: ChargeOrder = { key: 'k', patientId: 'a', amountMinor: 100, currency: 'USD' };
  const approved: Reply = { kind: 'approved', reference: 'r' };

  function open(...replies: (Reply | Promise<Reply>)[]) {
    const calls: string[] = [];
    const signals: AbortSignal[] = [];
    const target: Gateway = {
      charge: async ({ key }, signal) => {
        calls.push(`charge ${key}`);
        signals.push(signal);
        return (await replies.shift()) ?? approved;
      },
      lookup: async () => approved,
      cancel: async () => (calls.push('cancel'), { kind: 'cancelled' }),
      reachable: async () => true,
    };
    const early = new EarlyCharges(target);
    const charge = (other: Partial<ChargeOrder> = {}, signal = new AbortController().signal) =>
      early.gateway.charge({ ...order, ...other }, signal);
    return { early, calls, signals, charge };
  }

  test('the term takes a decision without a second call, once', async () => {
    const { early, calls, charge } = open({ kind: 'declined', reference: 'r', reason: 'NO' });
    early.begin(order);
    expect(await charge()).toMatchObject({ kind: 'declined' });
    expect(calls).toEqual(['charge k']);
    expect(await charge()).toEqual(approved);
    expect(calls).toEqual(['charge k', 'charge k']);
  });

  test.each<Reply>([
    { kind: 'unknown', error: 'ECONNRESET' },
    { kind: 'unavailable', error: '503' },
    { kind: 'cancelled' },
  ])('the term calls again after $kind', async (reply) => {
    const { early, calls, charge } = open(reply);
    early.begin(order);
    expect(await charge()).toEqual(approved);
    expect(calls).toEqual(['charge k', 'charge k']);
  });

  test('a call that failed is made again', async () => {
    const { early, charge } = open(Promise.reject(new Error('broken')));
    early.begin(order);
    expect(await charge()).toEqual(approved);
  });

  test.each([{ amountMinor: 101 }, { currency: 'EUR' }, { patientId: 'b' }])(
    'the reply to another order does not count: %j',
    async (change) => {
      const { early, calls, charge } = open();
      early.begin(order);
      await charge(change);
      expect(calls).toEqual(['charge k', 'charge k']);
    },
  );

  test('a term that ends does not wait for the reply', async () => {
    const { early, charge } = open(new Promise<Reply>(() => undefined));
    early.begin(order);
    const ending = new AbortController();
    const charged = charge({}, ending.signal);
    ending.abort();
    await expect(charged).rejects.toThrow('aborted');
  });

  test('drop cancels the calls and forgets the replies', async () => {
    const { early, calls, signals, charge } = open();
    early.begin(order);
    early.drop();
    expect(signals[0]?.aborted).toBe(true);
    expect(early.has('k')).toBe(false);
    await charge();
    expect(calls).toHaveLength(2);
  });

  test('closing a key forgets its reply', async () => {
    const { early, calls, charge } = open();
    early.begin(order);
    await early.gateway.cancel(order, new AbortController().signal);
    await charge();
    expect(calls).toEqual(['charge k', 'cancel', 'charge k']);
  });
});
