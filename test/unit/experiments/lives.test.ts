/** The operations that follow the payments of a run: an exact share, each kind, sent once each. */
import { describe, expect, test } from '@jest/globals';
import type { RequestRecord } from '../../../experiments/record/history.js';
import type { OperationOrder, PaymentClient } from '../../../experiments/traffic/client.js';
import { FollowUps } from '../../../experiments/traffic/follow-ups.js';
import { chooseLife } from '../../../experiments/traffic/lives.js';
import { requestRecord } from '../../support/evidence.js';

const PAYMENT = { key: 'k', patientId: 'a', amountMinor: 1_000, currency: 'USD' };

describe('chooseLife', () => {
  test.each([
    [25, 20_000, 5_000],
    [7, 1_000, 70],
    [100, 50, 50],
    [0, 1_000, 0],
  ])('%i percent of %i payments are %i', (percent, count, expected) => {
    const chosen = Array.from({ length: count }, (_, index) => chooseLife(index, percent));
    expect(chosen.filter((life) => life !== null)).toHaveLength(expected);
  });
});

describe('follow-ups', () => {
  function stage(percent: number) {
    const sent: OperationOrder[] = [];
    const client: PaymentClient = {
      pay: async (order) => {
        sent.push(order as OperationOrder);
        return requestRecord({ key: order.key });
      },
      payBatch: async () => [],
      close: () => undefined,
    };
    const pause = async (): Promise<void> => undefined;
    const options = { payer: client, operator: client, percent, pause };
    return { sent, followUps: new FollowUps(options) };
  }
  const answer = (rest: Partial<RequestRecord>): RequestRecord => requestRecord(rest);

  test('every chosen payment gets its operations; an authorization is sent as one', async () => {
    const { sent, followUps } = stage(100);
    for (let index = 0; index < 8; index += 1) {
      const key = `k${index}`;
      const order = followUps.prepare({ ...PAYMENT, key }, index);
      expect(order.capture === 'manual').toBe([1, 3, 6, 7].includes(index));
      followUps.onRecord(answer({ key, paymentId: `p${index}` }));
    }
    await followUps.waitUntilDone();
    const paths = (index: number) =>
      sent
        .filter(({ path }) => path.includes(`/p${index}/`))
        .map(({ path }) => path.split('/').at(-1));
    expect(paths(3)).toEqual(['captures', 'refunds']);
    expect(paths(4)).toEqual(['refunds', 'refunds']);
    const keys = sent.map(({ key }) => key);
    // Only the requests of one operation share a key.
    expect(keys.length - new Set(keys).size).toBe(1);
    expect(followUps.records).toHaveLength(sent.length);
  });

  test('a payment without an outcome in time is repeated with its key first', async () => {
    const { sent, followUps } = stage(100);
    followUps.prepare({ ...PAYMENT, key: 'k1' }, 0);
    followUps.onRecord(answer({ key: 'k1', status: 'PENDING' }));
    await followUps.waitUntilDone();
    expect(sent.map(({ path }) => path)).toEqual([undefined, '/api/payments/p1/refunds']);
  });

  test('nothing follows a payment that did not succeed, or the same payment twice', async () => {
    const { sent, followUps } = stage(100);
    followUps.prepare({ ...PAYMENT, key: 'k1' }, 0);
    followUps.onRecord(answer({ key: 'k1', status: 'DECLINED' }));
    followUps.prepare({ ...PAYMENT, key: 'k2' }, 0);
    followUps.onRecord(answer({ key: 'k2' }));
    followUps.onRecord(answer({ key: 'k2' }));
    await followUps.waitUntilDone();
    expect(sent).toHaveLength(1);
  });
});
