/**
 * Runs one of three kinds of load: `open` (arrivals fixed in advance; the reliable figures),
 * `batch` (one request for all payments, as from Postman), `closed` (clients that wait; for
 * comparison). Passes every record to `onRecord` and stores none.
 */
import type { Random } from '../../shared/random.js';
import type { RequestRecord } from '../record/history.js';
import { NO_OUTCOME, NOT_SENT } from './answers.js';
import { dueTimes, type Arrivals } from './arrivals.js';
import { wallMs, type PaymentClient, type PaymentOrder } from './client.js';
import { sendClosedLoop } from './closed-loop.js';
import { sendOpenLoop } from './open-loop.js';
import { paymentOrders } from './orders.js';
import { TrafficCount, type TrafficMode, type TrafficReport } from './traffic-report.js';

export interface TrafficOptions {
  client: PaymentClient;
  /** Prefix of every key; unique in a run: `trial-1`. */
  name: string;
  trial: number;
  /**
   * Ids of the patients that pay. In `batch` the system itself spreads the payments over its
   * patients.
   */
  patients: readonly string[];
  /** Chooses patient and amount; nothing else may draw from this stream. */
  random: Random;
  /** Number of payments; Infinity (not in `batch`): until `stop` fires. */
  count: number;
  /** `open`: arrivals per second; 0: all at once. */
  ratePerSec: number;
  /** `open`. Default: constant. */
  arrivals?: Arrivals;
  /** `open`, poisson: draws the gaps. */
  arrivalRandom?: Random;
  /** `open`: largest number of open requests; further ones are dropped (`NOT_SENT`). */
  maxInFlight?: number;
  /** `closed`: number of concurrent clients. Default: 10. */
  clients?: number;
  /** `open`: changes the order of payment `index`. */
  prepare?: (order: PaymentOrder, index: number) => PaymentOrder;
  signal: AbortSignal;
  /** Stops sending gracefully; open requests are still awaited. Has no effect on a batch. */
  stop?: AbortSignal;
  /**
   * Called right after payment `index` was sent or dropped; in `batch` for all of them, right after
   * the request.
   */
  onSent?: (index: number) => void;
  onRecord: (record: RequestRecord) => void;
}

const CLIENTS = 10;

/** Resolves when everything was sent and answered. @throws AbortError. */
export async function runTraffic(
  mode: TrafficMode,
  options: TrafficOptions,
): Promise<TrafficReport> {
  const count = new TrafficCount(mode);
  const onRecord = (record: RequestRecord): void => {
    count.add(record);
    options.onRecord(record);
  };
  await MODES[mode]({ ...options, onRecord });
  return count.report();
}

const MODES: Readonly<Record<TrafficMode, (options: TrafficOptions) => Promise<void>>> = {
  open: sendOpen,
  batch,
  closed: sendClosed,
};

function sendOpen(options: TrafficOptions): Promise<void> {
  const { trial, onSent = () => undefined, onRecord, arrivalRandom: random, ...rest } = options;
  const draw = paymentOrders(options);
  const { prepare = (order: PaymentOrder) => order } = options;
  const order = (index: number): PaymentOrder => prepare(draw(index), index);
  return sendOpenLoop({
    ...rest,
    due: dueTimes({ ...rest, ...(random ? { random } : {}) }),
    send: async (index, intendedMs) => {
      const answer = options.client.pay(order(index), trial, intendedMs);
      onSent(index);
      onRecord(await answer);
    },
    drop: (index, intendedMs) => {
      // Draws the values of the dropped payment, so that later payments do not change.
      const { key } = order(index);
      onSent(index);
      onRecord(notSent(key, trial, intendedMs));
    },
  });
}

/** A dropped request counts as sent and failed. */
function notSent(key: string, trial: number, intendedMs: number): RequestRecord {
  const nowMs = wallMs();
  return {
    trial,
    key,
    intendedMs,
    sentMs: nowMs,
    answeredMs: nowMs,
    httpStatus: null,
    ...NO_OUTCOME,
    error: NOT_SENT,
    instance: '',
    tries: 0,
    earlierErrors: [],
  };
}

async function batch({
  client,
  name,
  trial,
  count,
  signal,
  onSent = () => undefined,
  onRecord,
}: TrafficOptions): Promise<void> {
  if (!Number.isFinite(count)) throw new RangeError('a batch needs a finite number of payments');
  signal.throwIfAborted();
  const answer = client.payBatch({ key: `${name}-batch`, count }, trial, wallMs());
  for (let index = 0; index < count; index += 1) onSent(index);
  for (const record of await answer) onRecord(record);
  signal.throwIfAborted();
}

function sendClosed(options: TrafficOptions): Promise<void> {
  const { client, trial, clients = CLIENTS, onSent = () => undefined, onRecord } = options;
  const order = paymentOrders(options);
  return sendClosedLoop({
    ...options,
    clients,
    send: async (index, intendedMs) => {
      const answer = client.pay(order(index), trial, intendedMs);
      onSent(index);
      onRecord(await answer);
    },
  });
}
