/**
 * The client of the patients service: every typed route in `http`, and calls that handle keys,
 * waits and the pages of a list. Its types are generated from the OpenAPI document.
 */
import createClient, { type Client } from 'openapi-fetch';
import type { components, operations, paths } from '../generated/client/patients.js';
import {
  bearer,
  bodyOf,
  plumbing,
  type CallOptions,
  type ClientOptions,
  type KeyedCallOptions,
  type Plumbing,
} from './options.js';
import { PaymentPending, RelevoProblem, type Payment } from './problem.js';

type Schemas = components['schemas'];
export type PaymentRequest = Schemas['PaymentRequest'];
export type BatchRequest = Schemas['CountedBatch'] | Schemas['ListedBatch'];
export type Batch = Schemas['Batch'];
type PaymentDetail = Schemas['PaymentDetail'];
/** `amountMinor`: default all that is left. `reason` is for people; a capture has none. */
export interface OperationWish {
  amountMinor?: number;
  reason?: string;
}
/** Longest wait for an operation, in seconds. */
const OPERATION_WAIT_S = 10;
type OperationPath = `/api/payments/{id}/${'captures' | 'voids' | 'refunds'}`;
export type Patient = Schemas['Patient'];
export type Bill = Schemas['Bill'];
export type ExitPass = Schemas['ExitPass'];
export type PaymentFilter = Omit<
  NonNullable<operations['listPayments']['parameters']['query']>,
  'cursor' | 'limit'
>;

/** Longest wait for an outcome that the service allows, in seconds. */
const LONGEST_WAIT_S = 30;
/** Default wait of the service for a batch, in ms. */
const BATCH_TIMEOUT_MS = 60_000;
/** Allowance for the network, in ms. */
const MARGIN_MS = 5_000;
const PAGE = 500;

export interface RelevoClient {
  /**
   * Every route of the document, typed. Refusals are returned as `error`, not thrown. Requests are
   * retried here too.
   */
  http: Client<paths>;
  /** Pays and returns at once: final or pending. */
  pay(request: PaymentRequest, options?: KeyedCallOptions): Promise<Payment>;
  /** Pays and waits for the outcome. @throws PaymentPending at the deadline. */
  payAndWait(request: PaymentRequest, options?: KeyedCallOptions): Promise<Payment>;
  /** Sends many payments and returns when all are final, or after `request.timeoutMs`. */
  fireBatch(request: BatchRequest, options?: KeyedCallOptions): Promise<Batch>;
  payment(id: string, options?: CallOptions): Promise<PaymentDetail>;
  /**
   * Operations of a payment need the operator's token. Each waits up to ten seconds for its
   * outcome, and is a payment of its own: final or pending.
   */
  capture(
    id: string,
    operation?: Pick<OperationWish, 'amountMinor'>,
    options?: KeyedCallOptions,
  ): Promise<Payment>;
  void(
    id: string,
    operation?: Pick<OperationWish, 'reason'>,
    options?: KeyedCallOptions,
  ): Promise<Payment>;
  refund(id: string, operation?: OperationWish, options?: KeyedCallOptions): Promise<Payment>;
  batch(id: string, options?: CallOptions): Promise<Batch>;
  /** All matching payments, newest first; pages are fetched as they are read. */
  payments(filter?: PaymentFilter, options?: CallOptions): AsyncGenerator<Payment>;
  patients(options?: CallOptions): AsyncGenerator<Patient>;
  bill(patientId: string, options?: CallOptions): Promise<Bill>;
  pass(paymentId: string, options?: CallOptions): Promise<ExitPass>;
}

class PatientsClient implements RelevoClient {
  readonly http: Client<paths>;
  private readonly plumbing: Plumbing;

  constructor(options: ClientOptions) {
    this.plumbing = plumbing(options);
    this.http = createClient<paths>({
      baseUrl: options.baseUrl.replace(/\/+$/, ''),
      fetch: this.plumbing.fetchWith({}),
    });
    this.http.use(bearer(options.token));
  }

  async pay(request: PaymentRequest, options: KeyedCallOptions = {}): Promise<Payment> {
    return this.post(request, options.idempotencyKey ?? this.plumbing.around.newKey(), 0, options);
  }

  async payAndWait(request: PaymentRequest, options: KeyedCallOptions = {}): Promise<Payment> {
    const { around, policy } = this.plumbing;
    const key = options.idempotencyKey ?? around.newKey();
    const deadline = around.now() + (options.deadlineMs ?? policy.deadlineMs);
    for (;;) {
      const leftMs = Math.max(1, deadline - around.now());
      const waitS = Math.min(LONGEST_WAIT_S, Math.ceil(leftMs / 1_000));
      const payment = await this.post(request, key, waitS, { ...options, deadlineMs: leftMs });
      if (payment.status !== 'PENDING') return payment;
      // The repeated request waits on the service's side. The pause matters only when the service
      // is too busy to wait.
      const pause = policy.baseMs * (1 + around.random());
      if (around.now() + pause >= deadline) throw new PaymentPending(payment, key);
      await around.sleep(pause, options.signal ?? new AbortController().signal);
    }
  }

  async fireBatch(request: BatchRequest, options: KeyedCallOptions = {}): Promise<Batch> {
    const waitedMs = (request.timeoutMs ?? BATCH_TIMEOUT_MS) + MARGIN_MS;
    const { deadlineMs = waitedMs + this.plumbing.policy.deadlineMs } = options;
    return bodyOf(
      await this.http.POST('/api/batches', {
        body: request,
        params: {
          header: { 'Idempotency-Key': options.idempotencyKey ?? this.plumbing.around.newKey() },
        },
        ...this.call(options, { deadlineMs, tryMs: waitedMs }),
      }),
    );
  }

  capture(id: string, operation = {}, options: KeyedCallOptions = {}): Promise<Payment> {
    return this.operate('/api/payments/{id}/captures', id, operation, options);
  }

  void(id: string, operation = {}, options: KeyedCallOptions = {}): Promise<Payment> {
    return this.operate('/api/payments/{id}/voids', id, operation, options);
  }

  refund(id: string, operation = {}, options: KeyedCallOptions = {}): Promise<Payment> {
    return this.operate('/api/payments/{id}/refunds', id, operation, options);
  }

  private async operate(
    path: OperationPath,
    id: string,
    body: OperationWish,
    options: KeyedCallOptions,
  ): Promise<Payment> {
    const key = options.idempotencyKey ?? this.plumbing.around.newKey();
    const header = { 'Idempotency-Key': key, 'Prefer': `wait=${OPERATION_WAIT_S}` };
    return bodyOf(
      // The three routes have the same answers; the body is the caller's.
      await this.http.POST(path as '/api/payments/{id}/refunds', {
        body,
        params: { path: { id }, header },
        ...this.call(options, { tryMs: OPERATION_WAIT_S * 1_000 + MARGIN_MS }),
      }),
    );
  }

  async payment(id: string, options: CallOptions = {}): Promise<PaymentDetail> {
    return bodyOf(
      await this.http.GET('/api/payments/{id}', {
        params: { path: { id } },
        ...this.call(options),
      }),
    );
  }

  async batch(id: string, options: CallOptions = {}): Promise<Batch> {
    return bodyOf(
      await this.http.GET('/api/batches/{id}', { params: { path: { id } }, ...this.call(options) }),
    );
  }

  async *payments(filter: PaymentFilter = {}, options: CallOptions = {}): AsyncGenerator<Payment> {
    for (let cursor: string | null | undefined; cursor !== null;) {
      const query = { ...filter, limit: PAGE, ...(cursor === undefined ? {} : { cursor }) };
      const page = bodyOf(
        await this.http.GET('/api/payments', { params: { query }, ...this.call(options) }),
      );
      yield* page.payments;
      cursor = page.next;
    }
  }

  async *patients(options: CallOptions = {}): AsyncGenerator<Patient> {
    for (let cursor: string | null | undefined; cursor !== null;) {
      const query = { limit: PAGE, ...(cursor === undefined ? {} : { cursor }) };
      const page = bodyOf(
        await this.http.GET('/api/patients', { params: { query }, ...this.call(options) }),
      );
      yield* page.patients;
      cursor = page.next;
    }
  }

  async bill(patientId: string, options: CallOptions = {}): Promise<Bill> {
    return bodyOf(
      await this.http.GET('/api/patients/{id}/bill', {
        params: { path: { id: patientId } },
        ...this.call(options),
      }),
    );
  }

  async pass(paymentId: string, options: CallOptions = {}): Promise<ExitPass> {
    return bodyOf(
      await this.http.GET('/api/passes/{id}', {
        params: { path: { id: paymentId } },
        ...this.call(options),
      }),
    );
  }

  private async post(
    body: PaymentRequest,
    key: string,
    waitS: number,
    options: CallOptions,
  ): Promise<Payment> {
    const { data, error, response } = await this.http.POST('/api/payments', {
      body,
      params: {
        header: { 'Idempotency-Key': key, ...(waitS > 0 ? { Prefer: `wait=${waitS}` } : {}) },
      },
      ...this.call(options, { tryMs: waitS * 1_000 + MARGIN_MS }),
    });
    if (data === undefined) throw new RelevoProblem(error, response);
    return data;
  }

  /** The settings of one call. */
  private call(
    { deadlineMs, signal }: CallOptions,
    own: { deadlineMs?: number; tryMs?: number } = {},
  ): object {
    const policy = { ...(deadlineMs === undefined ? {} : { deadlineMs }), ...own };
    return { fetch: this.plumbing.fetchWith(policy), ...(signal ? { signal } : {}) };
  }
}

/** Creates a client of the patients service. It holds no connection and need not be closed. */
export const createRelevoClient = (options: ClientOptions): RelevoClient =>
  new PatientsClient(options);
