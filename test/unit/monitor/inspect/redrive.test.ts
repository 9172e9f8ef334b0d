/** The preview of re-drives: the payments, the refused ones, and the sums. */
import type { PaymentToDrive } from '../../../../monitor/inspect/failed-payments.js';
import { failedPage } from '../../../../monitor/inspect/pages/failed-pages.js';
import { previewRedrive, sumByCurrency } from '../../../../monitor/inspect/redrive-preview.js';

const payment = (id: string, rest: Partial<PaymentToDrive> = {}): PaymentToDrive =>
  ({
    id,
    status: 'FAILED',
    patientId: 'p',
    amountMinor: 100,
    currency: 'USD',
    repeatedBy: null,
    payableMinor: null,
    ...rest,
  }) as PaymentToDrive;

describe('the preview', () => {
  test('lists the payments to re-drive and the refused ones, each with the reason', () => {
    const found = [
      payment('a'),
      payment('b', { status: 'SUCCEEDED' }),
      payment('c', { repeatedBy: 'x' }),
    ];
    const { drive, refused } = previewRedrive(['a', 'b', 'c', 'd', 'a'], found);
    expect(drive.map(({ id }) => id)).toEqual(['a']);
    expect(refused).toEqual([
      { id: 'b', why: 'is succeeded: only a failed payment can be retried' },
      { id: 'c', why: 'was retried already' },
      { id: 'd', why: 'does not exist' },
    ]);
  });

  test('a cancelled payment is not retried, and no page offers it', () => {
    const cancelled = payment('cancelled', { reason: 'CANCELLED', completedAt: new Date(0) });
    const { drive, refused } = previewRedrive(['cancelled'], [cancelled]);
    expect([drive, refused]).toEqual([
      [],
      [{ id: 'cancelled', why: 'was cancelled by an operator' }],
    ]);
    const failed = payment('failed', { completedAt: new Date(0) });
    const page = failedPage({
      result: { payments: [cancelled, failed], next: null },
      all: true,
      before: undefined,
      canDrive: true,
    }).toString();
    expect(page).toContain('ids=failed');
    expect(page).toContain('cancelled by an operator');
    expect(page).not.toContain('ids=cancelled');
    expect(page).not.toContain('value="cancelled"');
  });

  test('never exceeds the remaining amount of a bill; several payments of one bill share that amount', () => {
    const found = [
      payment('paid', { payableMinor: 0 }),
      payment('free'),
      payment('less', { payableMinor: 99, patientId: 'q' }),
      payment('first', { payableMinor: 150, patientId: 'r' }),
      payment('second', { payableMinor: 150, patientId: 'r' }),
      payment('rest', { payableMinor: 150, patientId: 'r', amountMinor: 50 }),
      payment('euros', { payableMinor: 100, patientId: 'r', currency: 'EUR' }),
    ];
    const { drive, refused } = previewRedrive(
      found.map(({ id }) => id),
      found,
    );
    expect(drive.map(({ id }) => id)).toEqual(['free', 'first', 'rest', 'euros']);
    expect(refused).toEqual([
      { id: 'paid', why: 'settles a bill that was paid meanwhile, or is being paid' },
      { id: 'less', why: 'settles a bill that has less left to pay now' },
      { id: 'second', why: 'settles a bill that others of these pay' },
    ]);
  });

  test('never adds amounts of two currencies', () => {
    const sums = sumByCurrency([
      payment('a'),
      payment('b', { currency: 'EUR', amountMinor: 7 }),
      payment('c', { amountMinor: 50 }),
    ]);
    expect(sums).toEqual([
      { currency: 'EUR', amountMinor: 7, payments: 1 },
      { currency: 'USD', amountMinor: 150, payments: 2 },
    ]);
    expect(sumByCurrency([])).toEqual([]);
  });
});
