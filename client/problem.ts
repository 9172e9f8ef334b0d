/**
 * The errors that a call can throw. Decide by `code`, which is stable, and by `retryable`;
 * `message` is for people.
 */
import type { components } from '../generated/client/patients.js';

/** The body of a refusal, RFC 9457. */
export type ProblemDocument = components['schemas']['Problem'];
export type ProblemCode = ProblemDocument['code'];

const isProblem = (body: unknown): body is ProblemDocument =>
  typeof body === 'object' &&
  body !== null &&
  'code' in body &&
  'status' in body &&
  'retryable' in body;

/** The service refused the request. */
export class RelevoProblem extends Error {
  /**
   * `UNKNOWN`: the response did not come from the service, but from a load balancer, for example.
   */
  readonly code: ProblemCode | 'UNKNOWN';
  readonly status: number;
  /**
   * Whether the same request may succeed later. The client has already retried it until its
   * deadline.
   */
  readonly retryable: boolean;
  /** The refused fields; empty when no field was the reason. */
  readonly errors: readonly { path: string; message: string }[];
  /** The key to repeat the request with; null: the response contained none. */
  readonly idempotencyKey: string | null;

  constructor(body: unknown, response: Response) {
    const problem = isProblem(body) ? body : null;
    super(problem?.detail ?? `The response was ${response.status} ${response.statusText}`.trim());
    this.name = 'RelevoProblem';
    this.code = problem?.code ?? 'UNKNOWN';
    this.status = response.status;
    this.retryable = problem?.retryable ?? response.status >= 500;
    this.errors = problem?.errors ?? [];
    this.idempotencyKey = response.headers.get('Idempotency-Key');
  }
}

/**
 * No response arrived before the deadline, or it was too long (`cause` is then an AnswerTooLarge).
 * The result of the request is unknown: repeat it with the same key.
 */
export class RelevoUnreachable extends Error {
  constructor(
    readonly url: string,
    readonly idempotencyKey: string | null,
    cause: unknown,
  ) {
    super(`No response from ${url}`, { cause });
    this.name = 'RelevoUnreachable';
  }
}

export type Payment = components['schemas']['Payment'];

/**
 * The payment is accepted and durable, but was not final before the deadline. It continues: repeat
 * the request with the same key, or read the payment.
 */
export class PaymentPending extends Error {
  constructor(
    readonly payment: Payment,
    readonly idempotencyKey: string,
  ) {
    super(`Payment ${payment.id} is accepted but not final yet`);
    this.name = 'PaymentPending';
  }
}
