/** The table of refusals in docs/api.md, made of the one list there is. Between two marks: the page around it is written by hand. */
import { PROBLEMS, type ProblemCode } from '../shared/errors.js';

/** What a client does about it; a code that says nothing here is to be corrected by who sent the request. */
const ADVICE: Partial<Record<ProblemCode, string>> = {
  IDEMPOTENCY_KEY_REUSED: 'Take a new key for a new payment; send the old body for the old one.',
  BILL_NOT_PAYABLE: 'Read the bill again: it is paid, it is being paid, or less is due in this currency. Nothing was stored.',
  UNAUTHENTICATED: 'Send `Authorization: Bearer TOKEN`.',
  FORBIDDEN: 'Take the token that the message names.',
  NOT_REDRIVABLE: 'Look at the payment: it is not `FAILED`.',
  NO_CANDIDATE: 'Bring another replica to `ready`, then ask again.',
  HANDOVER_LOST: 'Look who leads now, then ask again if you still want to.',
  TOO_BUSY: 'Wait for `Retry-After`, then the same request with the same key.',
  BACKLOG_FULL: 'Wait for `Retry-After`, then the same request with the same key.',
  UNAVAILABLE: 'What became of it is unknown: the same request with the same key.',
  INTERNAL: 'What became of it is unknown: the same request with the same key, a few times.',
};

const START = '<!-- refusals: npm run postman -->';
const END = '<!-- /refusals -->';

/** The table alone, as Markdown. */
export function errorsTable(): string {
  const rows = Object.entries(PROBLEMS).map(([code, { status, retryable, title }]) =>
    `| \`${code}\` | ${status} | ${retryable ? 'yes' : 'no'} | ${title}. ${ADVICE[code as ProblemCode] ?? ''}`.trimEnd() + ' |');
  return ['| code | status | again? | says |', '|---|---|---|---|', ...rows].join('\n');
}

/** The page with the table as it is now. @throws Error when the page has no marks. */
export function withErrorsTable(page: string): string {
  const [from, to] = [page.indexOf(START), page.indexOf(END)];
  if (from < 0 || to < from) throw new Error(`the page has no ${START} … ${END}`);
  return `${page.slice(0, from)}${START}\n${errorsTable()}\n${page.slice(to)}`;
}
