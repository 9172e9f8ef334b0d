/**
 * The ways to load a system, behind one function: `open` (arrivals fixed in advance; the figures to trust), `batch` (one request that
 * fires them all, as from Postman), `closed` (clients that wait; for comparison). Each hands every request's record to `onRecord` and
 * keeps none of them.
 */
import type { Random } from '../../shared/random.js';
import type { RequestRecord } from '../history.js';
import { NO_OUTCOME, NOT_SENT } from './answers.js';
import type { Arrivals } from './arrivals.js';
import { wallMs, type PaymentClient } from './client.js';
import { closedLoop } from './closed-loop.js';
import { openLoop } from './open-loop.js';
import { paymentOrders } from './orders.js';
import { TrafficCount, type TrafficMode, type TrafficReport } from './traffic-report.js';

export interface TrafficOptions {
  client: PaymentClient;
  /** Begins every key; unique in a run: `trial-1`. */
  name: string;
  trial: number;
  /** Ids of those who can pay. In `batch` the system spreads the payments over its patients itself. */
  patients: readonly string[];
  /** Chooses who pays and how much; nothing else may draw from it. */
  random: Random;
  /** Payments in all; Infinity (not in `batch`): until `stop` fires. */
  count: number;
  /** `open`: arrivals a second; 0: all at once. */
  ratePerSec: number;
  /** `open`: constant unless said otherwise. */
  arrivals?: Arrivals;
  /** `open`, poisson: draws the gaps. */
  arrivalRandom?: Random;
  /** `open`: requests that may be open at once; more are dropped (`NOT_SENT`). */
  maxInFlight?: number;
  /** `closed`: clients side by side; 10 unless said otherwise. */
  clients?: number;
  signal: AbortSignal;
  /** Ends the sending in good order; what was sent is still awaited. A batch cannot be stopped. */
  stop?: AbortSignal;
  /** Right after payment `index` was sent, or dropped; in `batch` for all of them, right after the request. */
  onSent?: (index: number) => void;
  onRecord: (record: RequestRecord) => void;
}

const CLIENTS = 10;

/** Resolves when everything was sent and answered. @throws AbortError. */
export async function runTraffic(mode: TrafficMode, options: TrafficOptions): Promise<TrafficReport> {
  const count = new TrafficCount(mode);
  const onRecord = (record: RequestRecord): void => {
    count.add(record);
    options.onRecord(record);
  };
  await MODES[mode]({ ...options, onRecord });
  return count.report();
}

const MODES: Readonly<Record<TrafficMode, (options: TrafficOptions) => Promise<void>>> = { open, batch, closed };

function open(options: TrafficOptions): Promise<void> {
  const { trial, onSent = () => undefined, onRecord, arrivalRandom: random, ...rest } = options;
  const order = paymentOrders(options);
  return openLoop({
    ...rest,
    ...(random ? { random } : {}),
    send: async (index, intendedMs) => {
      const answer = options.client.pay(order(index), trial, intendedMs);
      onSent(index);
      onRecord(await answer);
    },
    drop: (index, intendedMs) => {
      const { key } = order(index); // Drawn all the same: the payments after it stay what they were.
      onSent(index);
      onRecord(notSent(key, trial, intendedMs));
    },
  });
}

/** Counted as sent, and failed. */
function notSent(key: string, trial: number, intendedMs: number): RequestRecord {
  const nowMs = wallMs();
  return {
    trial, key, intendedMs, sentMs: nowMs, answeredMs: nowMs, httpStatus: null, ...NO_OUTCOME,
    error: NOT_SENT, instance: '', tries: 0, earlierErrors: [],
  };
}

async function batch({ client, name, trial, count, signal, onSent = () => undefined, onRecord }: TrafficOptions): Promise<void> {
  if (!Number.isFinite(count)) throw new RangeError('a batch has an end');
  signal.throwIfAborted();
  const answer = client.payBatch({ key: `${name}-batch`, count }, trial, wallMs());
  for (let index = 0; index < count; index += 1) onSent(index);
  for (const record of await answer) onRecord(record);
  signal.throwIfAborted();
}

function closed(options: TrafficOptions): Promise<void> {
  const { client, trial, clients = CLIENTS, onSent = () => undefined, onRecord } = options;
  const order = paymentOrders(options);
  return closedLoop({
    ...options,
    clients,
    send: async (index, intendedMs) => {
      const answer = client.pay(order(index), trial, intendedMs);
      onSent(index);
      onRecord(await answer);
    },
  });
}
