/** The texts of `relevo refund|capture|void|cancel`. */
import { formatBeforeOperation, formatOperation } from '../../../cli/commands/operate-text.js';
import type { Payment } from '../../../shared/contracts/payment.js';

const ID = '01939c0e-6b7a-7c3e-9f52-0d6a54f0a001';
const paid = {
  id: ID,
  status: 'SUCCEEDED',
  amountMinor: 15_000,
  currency: 'USD',
  state: 'partially-refunded',
  refundableMinor: 10_000,
} as const;
const made = (more: Partial<Payment>): Payment =>
  ({
    id: ID,
    status: 'SUCCEEDED',
    amountMinor: 5_000,
    currency: 'USD',
    reason: null,
    ...more,
  }) as Payment;

test('before a refund, the preview names what is refundable and the amount', () => {
  const whole = formatBeforeOperation('refund', paid, null);
  expect(whole.replaceAll('\n', ' ')).toBe(
    `Payment ${ID}: 150.00 USD, partially-refunded, 100.00 USD refundable. Refund: 100.00 USD.`,
  );
  expect(formatBeforeOperation('refund', paid, 2_500)).toContain('Refund: 25.00 USD.');
  for (const line of whole.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
});

test('before a cancellation, the preview says that a charge may come first', () => {
  const pending = { ...paid, status: 'PENDING', state: null, refundableMinor: null } as const;
  expect(formatBeforeOperation('cancel', pending, null)).toMatch(
    /150\.00 USD, pending\.\nIt is cancelled unless it was charged\./,
  );
});

test('the outcome of an operation, and of a cancellation that came too late', () => {
  expect(formatOperation('refund', made({}))).toMatch(
    /^Refund 50\.00 USD: succeeded\n.*\nIt is done\.$/,
  );
  expect(formatOperation('refund', made({ status: 'DECLINED', reason: 'CARD_CLOSED' }))).toContain(
    'declined (CARD_CLOSED)',
  );
  expect(formatOperation('cancel', made({ status: 'FAILED', reason: 'CANCELLED' }))).toContain(
    'It is cancelled; no money moved.',
  );
  expect(formatOperation('cancel', made({}))).toContain('the outcome came before the cancellation');
});
