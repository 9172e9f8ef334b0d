/** A payment client with prepared answers, for the tests of the traffic. */
import type { RequestRecord } from '../../../experiments/record/history.js';
import type { PaymentClient, PaymentOrder } from '../../../experiments/traffic/client.js';
import type { TrafficOptions } from '../../../experiments/traffic/traffic.js';
import { seededRandom } from '../../../shared/random.js';
import { requestRecord } from '../../support/evidence.js';

export interface FakeClient extends PaymentClient {
  orders: PaymentOrder[];
  mostOpen: number;
}

export const wallMs = (): number => performance.timeOrigin + performance.now();

/** Answers when `answer` resolves, with its value. */
export function fakeClient(
  answer: (order: PaymentOrder, turn: number) => Promise<Partial<RequestRecord>>,
): FakeClient {
  let open = 0;
  const client: FakeClient = {
    orders: [],
    mostOpen: 0,
    pay: async (sent, trial, intendedMs) => {
      const order = sent as PaymentOrder;
      client.orders.push(order);
      open += 1;
      client.mostOpen = Math.max(client.mostOpen, open);
      const sentMs = wallMs();
      const rest = await answer(order, client.orders.length);
      open -= 1;
      return requestRecord({
        key: order.key,
        trial,
        intendedMs,
        sentMs,
        answeredMs: wallMs(),
        ...rest,
      });
    },
    payBatch: async ({ key, count }, trial, intendedMs) =>
      Array.from({ length: count }, (_, index) =>
        requestRecord({ key: `${key}#${index}`, trial, intendedMs }),
      ),
    close: () => undefined,
  };
  return client;
}

export const options = (
  client: PaymentClient,
  records: RequestRecord[],
  rest: Partial<TrafficOptions> = {},
): TrafficOptions => ({
  client,
  name: 't',
  trial: 1,
  patients: ['a', 'b', 'c'],
  random: seededRandom(1, 'orders'),
  count: 20,
  ratePerSec: 0,
  signal: new AbortController().signal,
  onRecord: (record) => records.push(record),
  ...rest,
});
