/** The cause of waiting as a clause in English, without a capital and a full stop. */
import { getAnsweredStatus, isDatabaseRefusal, type WaitingCause } from './core/waiting.js';
import { duration, pluralize } from './format.js';

/** Whole seconds, so that a text changes once per second. At least one. */
const spell = (ms: number): string => duration(Math.max(1, Math.ceil(ms / 1_000)) * 1_000);

/** Errors of a connection by code. */
const CONNECTION_ERRORS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'the gateway refuses the connection',
  ECONNRESET: 'the gateway closed the connection',
};

/** @param error of a call; null: the gateway is silent. */
export function describeGatewayError(error: string | null): string {
  if (error === null) return 'the gateway does not answer';
  const status = getAnsweredStatus(error);
  if (status !== null) return `the gateway answered ${status}`;
  if (error.startsWith('no answer')) return `the gateway gave ${error}`;
  if (/^(the )?gateway\b/.test(error)) return error.startsWith('the ') ? error : `the ${error}`;
  return CONNECTION_ERRORS[error] ?? `a call to the gateway failed (${error})`;
}

/** @param error of a failed attempt: of the gateway, or of the database that did not take it. */
export const describeAttemptError = (error: string): string =>
  isDatabaseRefusal(error) ? error : describeGatewayError(error);

const describeNext = (ms: number | null): string => {
  if (ms === null) return '';
  return ms > 0 ? `; next attempt in ${spell(ms)}` : '; the next attempt is due';
};

/** Such as `the gateway answered 503; next attempt in 4 s`. */
export function describeWaiting(waiting: WaitingCause): string {
  switch (waiting.cause) {
    case 'database':
      return waiting.isSilent ? 'the database does not answer' : 'the database refuses writes';
    case 'leader':
      return waiting.forMs === null ? 'no leader' : `no leader for ${spell(waiting.forMs)}`;
    case 'refused':
      return `${waiting.error}${describeNext(waiting.nextAttemptMs)}`;
    case 'gateway':
      return `${describeGatewayError(waiting.error)}${describeNext(waiting.nextAttemptMs)}`;
    case 'patient':
      return `an earlier payment of its patient is retried${describeNext(waiting.nextAttemptMs)}`;
    case 'stalled':
      return `${waiting.leader} has made no progress for ${spell(waiting.forMs)}`;
    case 'ahead':
      return `${pluralize(waiting.count, 'earlier payment is', 'earlier payments are')} in front`;
    case 'charging':
      return `${waiting.leader} is charging it`;
  }
}
