/**
 * Every currency on every surface where people read or type amounts: the digits equal those of the
 * database, and the decimal point follows ISO 4217. `Intl` has other decimals for 16 currencies,
 * which showed amounts a hundred or a thousand times too large or too small.
 */
import { describe, expect, test } from '@jest/globals';
import { readAmount, readCurrency, formatAmount } from '../../../cli/commands/amount.js';
import { formatIntent } from '../../../cli/commands/pay-text.js';
import { formatBill, formatPayments } from '../../../cli/commands/records-text.js';
import { amountText } from '../../../monitor/inspect/pages/parts.js';
import { redrivePreviewPage } from '../../../monitor/inspect/pages/failed-pages.js';
import { parseAmount } from '../../../shared/core/amount.js';
import { consolidate } from '../../../patients/core/bill.js';
import { csvPayment } from '../../../patients/records/payment-csv.js';
import { money } from '../../../patients/web/format.js';
import { WORDS } from '../../../patients/web/language.js';
import { billPage } from '../../../patients/web/pages/bill.js';
import { paymentRequest } from '../../../shared/contracts/payment.js';
import {
  CURRENCIES,
  decimalsOf,
  decimalText,
  isPayable,
  KNOWN_CODES,
} from '../../../shared/money.js';
import { seededRandom } from '../../../shared/random.js';

const ID = '00000000-0000-4000-8000-000000000001';
const random = seededRandom(3, 'currencies');
const anyAmount = (): number => 1 + Math.floor(random.next() * 10 ** (1 + random.below(11)));
const AMOUNTS = [1, 9, 10, 99, 100, 1_000, 1_234_500, ...Array.from({ length: 8 }, anyAmount)];

/** From the text of a surface to `12345.00`: no group separators, the last separator a point. */
function plainNumber(text: string, decimals: number): string {
  const digits = text.replace(/\D/g, '');
  const last = /([.,])(\d+)\D*$/.exec(text);
  const places = decimals > 0 && last ? (last[2] ?? '').length : 0;
  return places === 0 ? digits : `${digits.slice(0, -places)}.${digits.slice(-places)}`;
}

const payment = (amountMinor: number, currency: string) => ({
  id: ID,
  status: 'SUCCEEDED' as const,
  exit_granted: true,
  patientId: ID,
  amountMinor,
  currency,
  concept: null,
  kind: 'charge' as const,
  of: null,
  batchId: null,
  redriveOf: null,
  acceptedBy: 'p',
  acceptedAt: '2026-11-21T09:00:00.000Z',
  processedBy: null,
  term: null,
  attempts: 1,
  reason: null,
  completedAt: null,
  latencyMs: null,
});
const bill = (amountMinor: number, currency: string) =>
  consolidate(
    { id: ID, name: 'N', document: 'D' },
    {
      charges: [
        { id: ID, kind: 'exam', description: 'x', amountMinor, currency, date: '2026-11-21' },
      ],
      paid: new Map(),
      fallback: 'USD',
    },
  );

const view = (language: 'en' | 'es') => ({
  language,
  words: WORDS[language],
  path: '/',
  nonce: '',
  instance: 'i',
  timeZone: 'UTC',
  stopped: null,
  known: true,
  csrf: '',
});

function dueOnPage(language: 'en' | 'es', amountMinor: number, currency: string): string {
  const {
    patient,
    bills: [only],
  } = bill(amountMinor, currency);
  const accounts = only ? [{ bill: only, pendingMinor: 0, key: 'k' }] : [];
  const page = billPage(view(language), {
    patient,
    accounts,
    payments: [],
    refused: null,
    exitPolicy: 'any-payment',
  }).content.toString();
  return /class="due"><dt>[^<]*<\/dt><dd>([^<]*)/.exec(page)?.[1] ?? '';
}

function sumOnConsole(amountMinor: number, currency: string): string {
  const failed = {
    ...payment(amountMinor, currency),
    seq: 1,
    document: '',
    fullName: '',
    repeatedBy: null,
    repeatedStatus: null,
    lastError: null,
    acceptedAt: new Date(0),
    completedAt: null,
  };
  const form = { csrf: '', problem: null };
  const page = redrivePreviewPage({ drive: [failed], refused: [] }, form).toString();
  return (
    new RegExp(`${currency} [\\d.,]+|[\\d.,]+ minor units of ${currency}`).exec(page)?.[0] ?? ''
  );
}

/** The surfaces where people read an amount: from minor units and a currency to text. */
const SURFACES: Record<string, (minor: number, currency: string) => string> = {
  'CLI': formatAmount,
  'CLI, paying': (minor, currency) =>
    /^Paying (.*) for/.exec(formatIntent(minor, currency, 'x', 'k'))?.[1] ?? '',
  'CLI, list': (minor, currency) =>
    new RegExp(`succeeded +(.*?) +- +${ID}`).exec(
      formatPayments([payment(minor, currency)], null, { now: new Date(0), status: null }),
    )?.[1] ?? '',
  'CLI, bill': (minor, currency) =>
    /^(.*) in all,/m.exec(formatBill(bill(minor, currency)))?.[1] ?? '',
  'console': amountText,
  'console, sum before a re-drive': sumOnConsole,
  'staff page, English': (minor, currency) => money('en', minor, currency),
  'staff page, Spanish': (minor, currency) => money('es', minor, currency),
  'bill, English': (minor, currency) => dueOnPage('en', minor, currency),
  'bill, Spanish': (minor, currency) => dueOnPage('es', minor, currency),
};

describe('the table', () => {
  test('has 0, 2, 3 or 4 decimals as in ISO 4217, also where the display data of the runtime differs', () => {
    expect(
      ['JPY', 'CLP', 'UYI', 'COP', 'USD', 'HUF', 'IQD', 'KWD', 'CLF', 'UYW'].map(decimalsOf),
    ).toEqual([0, 0, 0, 2, 2, 2, 3, 3, 4, 4]);
    const byIntl = (currency: string): number =>
      new Intl.NumberFormat('en', { style: 'currency', currency }).resolvedOptions()
        .maximumFractionDigits ?? 2;
    expect(
      CURRENCIES.filter((currency) => byIntl(currency) !== decimalsOf(currency)).length,
    ).toBeGreaterThan(5);
  });

  test('has every code once; payments use currencies and not funds', () => {
    expect([new Set(KNOWN_CODES).size, KNOWN_CODES.length]).toEqual([
      CURRENCIES.length + 9,
      CURRENCIES.length + 9,
    ]);
    expect(['USD', 'COP', 'CLF', 'XAU', 'XXX', 'usd', ''].map(isPayable)).toEqual([
      true,
      true,
      false,
      false,
      false,
      false,
      false,
    ]);
  });
});

describe.each(Object.entries(SURFACES))('%s', (_name, show) => {
  test('shows every amount of every currency with its decimals', () => {
    const wrong = KNOWN_CODES.flatMap((currency) => {
      const decimals = decimalsOf(currency) ?? 0;
      return AMOUNTS.filter(
        (minor) => plainNumber(show(minor, currency), decimals) !== decimalText(minor, decimals),
      ).map((minor) => `${minor} ${currency}: ${show(minor, currency)}`);
    });
    expect(wrong).toEqual([]);
  });

  test.each(['XXX', 'QQQ', 'ABC'])(
    'shows an amount of the unknown code %j as minor units, without a decimal point',
    (currency) => {
      const text = show(1_234_500, currency);
      expect(text.replaceAll(currency, '').replace(/\D/g, '')).toBe('1234500');
      expect(text).not.toMatch(/\d[.,]\d/);
    },
  );
});

test.each(['X1 ', '<b>', '', 'É'])(
  'the malformed code %j is shown and breaks nothing',
  (currency) => {
    for (const show of [formatAmount, amountText, (minor: number) => money('en', minor, currency)])
      expect(show(1_234_500, currency)).toMatch(/^1234500 /);
    expect(dueOnPage('en', 1_234_500, currency)).not.toContain('<');
  },
);

describe('reading amounts', () => {
  test.each(CURRENCIES)(
    '%s: each amount typed on a page or at a terminal equals the amount shown',
    (currency) => {
      const decimals = decimalsOf(currency) ?? 0;
      for (const minor of AMOUNTS) {
        const text = decimalText(minor, decimals);
        expect([
          parseAmount(text, decimals),
          readAmount(text, currency),
          readAmount(text.replace('.', ','), currency),
        ]).toEqual([minor, minor, minor]);
        expect(csvPayment(payment(minor, currency), 'UTC')).toContain(`,${minor},${currency},`);
      }
    },
  );

  test.each(['CLF', 'XXX', 'XAU', 'usd', 'US', ''])(
    'the API refuses the code %j; the CLI refuses it unless only the capitals are missing',
    (currency) => {
      const parsed = paymentRequest.safeParse({ patientId: ID, amountMinor: 1, currency });
      expect(parsed.error?.issues.map(({ path }) => path)).toEqual([['currency']]);
      if (currency !== 'usd')
        expect(() => readCurrency(currency)).toThrow(/--currency must be a code of ISO 4217/);
    },
  );
});
