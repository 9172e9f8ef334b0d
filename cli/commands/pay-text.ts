/** Formats the life of a payment. Pure. */
import type { Payment, PaymentKind } from '../../shared/contracts/payment.js';
import { TEST_CURRENCY } from '../../shared/core/test-currency.js';
import { formatAmount } from './amount.js';
import { formatDuration, formatPreciseTime } from '../output/format-time.js';
import { EXIT } from '../exit-codes.js';
import type { Paint } from '../output/paint.js';
import { WIDTH, wrap } from '../output/table.js';

/** Colours of the statuses. */
export const STATUS_COLOURS = {
  SUCCEEDED: 'green',
  DECLINED: 'yellow',
  FAILED: 'red',
  PENDING: 'dim',
} as const;

const row = (left: string, right: string): string => `  ${left.padEnd(11)}${right}`;

/** The meanings of a succeeded payment without an exit pass. */
const IS_TEST = 'It is a test payment: no money moved, and there is no exit pass.';
const NO_PASS = 'It is paid. There is no exit pass yet, because something is still due.';

const IS_CANCELLED = 'An operator cancelled it; no money moved. It is not re-driven.';
/** The meanings of a succeeded payment that pays nothing itself. */
const WITHOUT_PASS: Readonly<Partial<Record<PaymentKind, string>>> = {
  authorize: 'The money is held. A capture moves it, and a void releases it.',
  void: 'The money that the authorization held is released.',
  refund: 'The money is returned to the patient.',
};

const MEANINGS: Readonly<Record<Payment['status'], string>> = {
  SUCCEEDED: 'The patient may leave: the payment is the exit pass.',
  DECLINED: 'The gateway declined it; no money moved. A new payment needs a new key.',
  FAILED: 'It could not be charged; no money moved. An operator can re-drive it.',
  PENDING: 'It is stored and will be decided; a retry with the same key does not pay twice.',
};

function getMeaning(payment: Payment): string {
  const { status, exit_granted: isGranted, kind, currency, reason } = payment;
  if (status === 'FAILED' && reason === 'CANCELLED') return IS_CANCELLED;
  if (status !== 'SUCCEEDED' || isGranted) return MEANINGS[status];
  return currency === TEST_CURRENCY ? IS_TEST : (WITHOUT_PASS[kind] ?? NO_PASS);
}

function formatOutcome(payment: Payment, paint: Paint): string[] {
  const { status, completedAt, processedBy, term, attempts, latencyMs, reason } = payment;
  const word = paint(STATUS_COLOURS[status], status.toLowerCase());
  if (completedAt === null) return [`  ${word}    not decided yet`];
  const tries = attempts > 1 ? `, attempt ${attempts}` : '';
  const by = `by ${processedBy ?? '-'} in term ${term ?? '-'}, after ${formatDuration(latencyMs)}${tries}`;
  return [
    `  ${word}${' '.repeat(11 - status.length)}${formatPreciseTime(new Date(completedAt))}  ${by}`,
    ...(reason ? [row('because', reason)] : []),
  ];
}

/** The text before the payment is sent. */
export const formatIntent = (
  amountMinor: number,
  currency: string,
  patient: string,
  key: string,
): string => `Paying ${formatAmount(amountMinor, currency)} for ${patient}\n${row('key', key)}`;

/** The cause, on as many lines as it needs. */
const formatCause = (cause: string): string[] => {
  const [first = '', ...rest] = wrap(cause, WIDTH - row('', '').length);
  return [row('because', first), ...rest.map((line) => row('', line))];
};

/**
 * The state of a payment, one line per fact. @param waiting why it is pending; null: not known, or
 * it is final.
 */
export function formatPayment(
  payment: Payment,
  paint: Paint,
  waiting: string | null = null,
): string[] {
  const { id, acceptedAt, acceptedBy, redriveOf, batchId, concept } = payment;
  return [
    row('payment', id),
    ...(concept === null ? [] : [row('concept', concept)]),
    ...(batchId === null ? [] : [row('batch', batchId)]),
    ...(redriveOf === null ? [] : [row('instead of', redriveOf)]),
    row('accepted', `${formatPreciseTime(new Date(acceptedAt))}  by ${acceptedBy}`),
    ...formatOutcome(payment, paint),
    ...(waiting === null ? [] : formatCause(waiting)),
    '',
    getMeaning(payment),
  ];
}

/** The amounts that are still due after a payment; null: nothing is due. */
export function formatDue(
  due: readonly { amountMinor: number; currency: string }[],
): string | null {
  const amounts = due.map(({ amountMinor, currency }) => formatAmount(amountMinor, currency));
  return amounts.length === 0 ? null : `Still due: ${amounts.join(', ')}.`;
}

export const REPLAYED = 'This key was used before; this is its payment. Nothing was charged again.';
export const REPLAYED_OWN =
  'An earlier try was accepted, but its answer was lost; nothing was charged twice.';

/** 0: succeeded. 1: declined or failed. 2: pending. */
export function getExitCode({ status }: Pick<Payment, 'status'>): number {
  if (status === 'SUCCEEDED') return EXIT.done;
  return status === 'PENDING' ? EXIT.pending : EXIT.no;
}
