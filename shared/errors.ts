/**
 * Every error answer in one list: stable code, HTTP status, whether a retry may succeed, and a
 * title for people. A retired code is never reused.
 * @see https://www.rfc-editor.org/rfc/rfc9457 Problem Details for HTTP APIs
 */
export const PROBLEMS = {
  BODY_MISSING: { status: 400, retryable: false, title: 'The request has no JSON body' },
  BODY_MALFORMED: { status: 400, retryable: false, title: 'The body is not valid JSON' },
  BODY_TOO_LARGE: { status: 413, retryable: false, title: 'The body is too large' },
  REQUEST_MALFORMED: { status: 400, retryable: false, title: 'The request is not valid HTTP' },
  REQUEST_TIMEOUT: { status: 408, retryable: true, title: 'The request took too long to arrive' },
  EXPECTATION_FAILED: {
    status: 417,
    retryable: false,
    title: 'The Expect header asks for an unknown feature',
  },
  HEADERS_TOO_LARGE: { status: 431, retryable: false, title: 'The headers are too large' },
  VALIDATION_FAILED: {
    status: 400,
    retryable: false,
    title: 'The request does not have the required form',
  },
  IDEMPOTENCY_KEY_INVALID: {
    status: 400,
    retryable: false,
    title:
      'The Idempotency-Key must be 1 to 200 printable characters, sent once, without a reserved prefix',
  },
  IDEMPOTENCY_KEY_REUSED: {
    status: 422,
    retryable: false,
    title: 'The Idempotency-Key was used with another body',
  },
  PATIENT_UNKNOWN: { status: 422, retryable: false, title: 'There is no such patient' },
  BILL_NOT_PAYABLE: {
    status: 409,
    retryable: false,
    title: 'The bill does not have that much left to pay',
  },
  UNAUTHENTICATED: { status: 401, retryable: false, title: 'A valid bearer token is required' },
  FORBIDDEN: { status: 403, retryable: false, title: 'This token does not allow that' },
  NOT_FOUND: { status: 404, retryable: false, title: 'There is nothing at this address' },
  PAYMENT_NOT_FOUND: { status: 404, retryable: false, title: 'There is no such payment' },
  BATCH_NOT_FOUND: { status: 404, retryable: false, title: 'There is no such batch' },
  PATIENT_NOT_FOUND: { status: 404, retryable: false, title: 'There is no such patient' },
  BILL_NOT_SETTLED: {
    status: 409,
    retryable: false,
    title: 'The bill must be settled before there is an exit pass',
  },
  PASS_NOT_FOUND: { status: 404, retryable: false, title: 'There is no such exit pass' },
  REPLICA_NOT_FOUND: { status: 404, retryable: false, title: 'There is no such replica' },
  ALERT_NOT_FOUND: { status: 404, retryable: false, title: 'There is no such alert' },
  INSTANCE_NOT_FOUND: { status: 404, retryable: false, title: 'There is no such instance' },
  NO_BALANCER: {
    status: 409,
    retryable: false,
    title: 'There is no load balancer that could apply the state',
  },
  LAST_INSTANCE: {
    status: 409,
    retryable: true,
    title: 'No other instance would receive new clients',
  },
  NOT_REDRIVABLE: {
    status: 409,
    retryable: false,
    title: 'Only a failed payment can be retried',
  },
  PAYMENT_IS_OPERATION: {
    status: 409,
    retryable: false,
    title: 'This is an operation of another payment',
  },
  NOT_CAPTURED: {
    status: 409,
    retryable: false,
    title: 'The payment has no captured amount to refund',
  },
  REFUND_EXCEEDS_PAYMENT: {
    status: 409,
    retryable: false,
    title: 'The refunds of the payment would exceed its captured amount',
  },
  NOT_AUTHORIZED: {
    status: 409,
    retryable: false,
    title: 'The payment is not an authorization that succeeded',
  },
  ALREADY_CAPTURED: {
    status: 409,
    retryable: false,
    title: 'The authorization has a capture already',
  },
  ALREADY_VOIDED: {
    status: 409,
    retryable: false,
    title: 'The authorization has a void already',
  },
  CAPTURE_EXCEEDS_AUTHORIZATION: {
    status: 409,
    retryable: false,
    title: 'The capture would exceed the authorized amount',
  },
  NOT_CANCELLABLE: {
    status: 409,
    retryable: false,
    title: 'Only a pending payment can be cancelled',
  },
  NO_CANDIDATE: { status: 409, retryable: true, title: 'No other replica is up and ready to lead' },
  HANDOVER_LOST: {
    status: 409,
    retryable: true,
    title: 'The leadership changed before this hand-over was carried out',
  },
  SCHEDULE_TIME_INVALID: {
    status: 422,
    retryable: false,
    title: 'The time of an order for later must be 5 seconds to 7 days from now',
  },
  SCHEDULE_EXISTS: {
    status: 409,
    retryable: false,
    title: 'A hand-over is scheduled already; cancel it first',
  },
  SCHEDULE_NOT_FOUND: {
    status: 404,
    retryable: false,
    title: 'There is no such scheduled hand-over',
  },
  SCHEDULE_ENDED: {
    status: 409,
    retryable: false,
    title: 'The scheduled hand-over is not pending any more',
  },
  NO_SUPERVISOR: {
    status: 409,
    retryable: false,
    title: 'This system does not run under `npm start`, which performs restarts and keeps logs',
  },
  RESTART_IN_PROGRESS: {
    status: 409,
    retryable: true,
    title: 'A rolling restart is in progress',
  },
  TERM_STALE: { status: 409, retryable: false, title: 'A higher term is known' },
  OLD_EPOCH: {
    status: 409,
    retryable: false,
    title: 'A device with a higher epoch leads the measurements',
  },
  ROUND_KEPT: {
    status: 409,
    retryable: false,
    title: 'This round, or a later one, has its mean already',
  },
  CHARGE_CANCELLED: {
    status: 409,
    retryable: false,
    title: 'This charge was cancelled before it was made',
  },
  NO_PATIENTS_INSTANCE: { status: 503, retryable: true, title: 'No patients instance answers' },
  SEARCH_TOO_WIDE: {
    status: 422,
    retryable: false,
    title: 'This search takes too long: narrow it down by time, patient or batch',
  },
  TOO_BUSY: { status: 429, retryable: true, title: 'Too much work is waiting already' },
  BACKLOG_FULL: {
    status: 503,
    retryable: true,
    title: 'Too many accepted payments are not final yet',
  },
  OVERLOADED: {
    status: 503,
    retryable: true,
    title: 'This instance has more work than it can do in time',
  },
  NOT_ACCEPTING: {
    status: 503,
    retryable: true,
    title: 'New payments are not accepted now',
  },
  UNAVAILABLE: {
    status: 503,
    retryable: true,
    title: 'A service that the request needs is unavailable',
  },
  GATEWAY_DOWN: { status: 503, retryable: true, title: 'The gateway is switched off' },
  INTERNAL: { status: 500, retryable: true, title: 'An internal error occurred' },
} as const satisfies Record<string, { status: number; retryable: boolean; title: string }>;

export type ProblemCode = keyof typeof PROBLEMS;

export interface FieldError {
  /** The field: `body.amountMinor`, `path.id`, `query.limit`. */
  path: string;
  message: string;
}

/** An error answer. Handlers throw it; one place turns it into `application/problem+json`. */
export class Problem extends Error {
  readonly status: number;
  readonly retryable: boolean;

  constructor(
    readonly code: ProblemCode,
    readonly detail: string = PROBLEMS[code].title,
    readonly extra: {
      errors?: readonly FieldError[];
      retryAfterSeconds?: number;
      cause?: unknown;
    } = {},
  ) {
    super(detail, { cause: extra.cause });
    this.name = 'Problem';
    this.status = PROBLEMS[code].status;
    this.retryable = PROBLEMS[code].retryable;
  }

  /** The document of RFC 9457. */
  toJSON(): Record<string, unknown> {
    return {
      type: `urn:relevo:problem:${this.code.toLowerCase().replaceAll('_', '-')}`,
      title: PROBLEMS[this.code].title,
      status: this.status,
      code: this.code,
      detail: this.detail,
      retryable: this.retryable,
      ...(this.extra.errors ? { errors: this.extra.errors } : {}),
    };
  }
}

/** A failure of PostgreSQL that will pass. */
export const toDatabaseProblem = (cause: unknown): Problem =>
  new Problem('UNAVAILABLE', 'The database is unavailable', { retryAfterSeconds: 1, cause });
