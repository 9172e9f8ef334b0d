/** Everything a call can throw. Decide by `code`, which is stable, and by `retryable`; `message` is for people. */
import type { components } from '../generated/client/patients.js';

/** The body of a refusal, RFC 9457. */
export type ProblemDocument = components['schemas']['Problem'];
export type ProblemCode = ProblemDocument['code'];

const isProblem = (body: unknown): body is ProblemDocument =>
  typeof body === 'object' && body !== null && 'code' in body && 'status' in body && 'retryable' in body;

/** The service said no. */
export class RelevoProblem extends Error {
  /** `UNKNOWN`: the answer came from something between, a balancer say. */
  readonly code: ProblemCode | 'UNKNOWN';
  readonly status: number;
  /** Whether the same request may succeed later. It was tried again already as long as its deadline allowed. */
  readonly retryable: boolean;
  /** Every field that was refused; empty when that was not the reason. */
  readonly errors: readonly { path: string; message: string }[];
  /** Send it along when you ask again; null: the answer named none. */
  readonly idempotencyKey: string | null;

  constructor(body: unknown, response: Response) {
    const problem = isProblem(body) ? body : null;
    super(problem?.detail ?? `The answer was ${response.status} ${response.statusText}`.trim());
    this.name = 'RelevoProblem';
    this.code = problem?.code ?? 'UNKNOWN';
    this.status = response.status;
    this.retryable = problem?.retryable ?? response.status >= 500;
    this.errors = problem?.errors ?? [];
    this.idempotencyKey = response.headers.get('Idempotency-Key');
  }
}

/**
 * No answer came before the deadline, or one that is too long (`cause` is then an AnswerTooLarge). What became of the request is unknown:
 * ask again with the same key.
 */
export class RelevoUnreachable extends Error {
  constructor(readonly url: string, readonly idempotencyKey: string | null, cause: unknown) {
    super(`No answer from ${url}`, { cause });
    this.name = 'RelevoUnreachable';
  }
}

export type Payment = components['schemas']['Payment'];

/** The payment is accepted and durable, and was not final before the deadline. It goes on: ask again with the same key, or look at it. */
export class PaymentPending extends Error {
  constructor(readonly payment: Payment, readonly idempotencyKey: string) {
    super(`Payment ${payment.id} is accepted and not final yet`);
    this.name = 'PaymentPending';
  }
}
