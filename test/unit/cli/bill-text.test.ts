/** The text of `relevo bill`: sub-totals, sums and a credit, per currency. */
import { formatBill } from '../../../cli/commands/records-text.js';

const ID = '01939c0e-6b7a-7c3e-9f52-0d6a54f0a001';
const fits = (text: string): void => {
  for (const line of text.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
};

it('a bill has sub-totals, paid and due', () => {
  const empty = { items: [], subtotalMinor: 0 };
  const exam = {
    items: [{ description: 'Electrocardiogram, 12 leads', amountMinor: 5_250, date: '2026-08-21' }],
    subtotalMinor: 5_250,
  };
  const charges = { exam, medicine: empty, procedure: empty, consultation: empty };
  const dollars = {
    charges,
    currency: 'USD',
    totalMinor: 5_250,
    paidMinor: 1_000,
    dueMinor: 4_250,
    creditMinor: 0,
  };
  const text = formatBill({ patient: { id: ID, document: '1', name: 'Ana' }, bills: [dollars] });
  fits(text);
  expect(text).toMatch(/exam +2026-08-21 +52\.50 +Electrocardiogram/);
  expect(text).toContain('52.50  exam, together');
  expect(text).toContain('52.50 USD in all, 10.00 paid, 42.50 due.');
  expect(text).not.toContain('medicine');
  const euros = { ...dollars, currency: 'EUR', paidMinor: 0, dueMinor: 5_250 };
  const both = formatBill({
    patient: { id: ID, document: '1', name: 'Ana' },
    bills: [dollars, euros],
  });
  fits(both);
  const overpaid = { ...dollars, paidMinor: 6_000, dueMinor: 0, creditMinor: 750 };
  const credit = formatBill({
    patient: { id: ID, document: '1', name: 'Ana' },
    bills: [overpaid],
  });
  fits(credit);
  expect([text.includes('credit'), credit]).toEqual([
    false,
    expect.stringContaining('7.50 USD credit: paid beyond the total.'),
  ]);
  expect(both).toMatch(/42\.50 due\.[^]*EUR[^]*52\.50 EUR in all, 0\.00 paid, 52\.50 due\./);
});
