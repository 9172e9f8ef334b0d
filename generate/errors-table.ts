/**
 * Generates the table of refusals in docs/api.md from `PROBLEMS`, between two marks. The rest of
 * the page is written by hand.
 */
import { PROBLEMS, type ProblemCode } from '../shared/errors.js';

/** The client's next step. For a code without an entry, the client must correct its request. */
const ADVICE: Partial<Record<ProblemCode, string>> = {
  IDEMPOTENCY_KEY_REUSED:
    'Use a new key for a new payment; send the original body for the original payment.',
  BILL_NOT_PAYABLE:
    'Read the bill again: it is paid, a payment is pending, or less is due in this currency. Nothing was stored.',
  UNAUTHENTICATED: 'Send `Authorization: Bearer TOKEN`.',
  FORBIDDEN: 'Use the token that the message names.',
  NOT_REDRIVABLE: 'Read the payment: it is not `FAILED`.',
  NO_CANDIDATE: 'Bring another replica to `ready`, then retry.',
  NO_BALANCER: 'Start with `--balancer`.',
  LAST_INSTANCE: 'Bring another instance to `ready`, then retry.',
  NO_SUPERVISOR:
    'Use the means of the platform, such as `kubectl rollout restart` and `kubectl logs`.',
  RESTART_IN_PROGRESS: 'Wait until it has ended.',
  HANDOVER_LOST: 'Read the current leader, then retry if necessary.',
  TOO_BUSY: 'Wait for `Retry-After`, then retry with the same key.',
  BACKLOG_FULL: 'Wait for `Retry-After`, then retry with the same key.',
  OVERLOADED: 'Nothing was done. Wait for `Retry-After`, then retry with the same key.',
  UNAVAILABLE: 'The result is unknown: retry with the same key.',
  INTERNAL: 'The result is unknown: retry with the same key, a few times.',
};

const START = '<!-- refusals: npm run postman -->';
const END = '<!-- /refusals -->';

/** The table as Markdown. */
export function makeErrorsTable(): string {
  const rows = Object.entries(PROBLEMS).map(
    ([code, { status, retryable, title }]) =>
      `| \`${code}\` | ${status} | ${retryable ? 'yes' : 'no'} | ${title}. ${ADVICE[code as ProblemCode] ?? ''}`.trimEnd() +
      ' |',
  );
  return ['| code | status | retryable | meaning |', '|---|---|---|---|', ...rows].join('\n');
}

/** The page with the current table. @throws Error when the page has no marks. */
export function updateErrorsTable(page: string): string {
  const [from, to] = [page.indexOf(START), page.indexOf(END)];
  if (from < 0 || to < from) throw new Error(`the page has no ${START} … ${END}`);
  return `${page.slice(0, from)}${START}\n${makeErrorsTable()}\n${page.slice(to)}`;
}
