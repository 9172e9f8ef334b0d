/** Texts of the pages: the amounts of a pass, a waiting payment, and the names of the items. */
import { describe, expect, test } from '@jest/globals';
import { consolidate, type CurrencyBill } from '../../../../patients/core/bill.js';
import { itemText } from '../../../../patients/web/format.js';
import { billPage } from '../../../../patients/web/pages/bill.js';
import { paymentPage } from '../../../../patients/web/pages/payment.js';
import { COMMON, STAYS } from '../../../../prisma/seed-stays.js';
import {
  accounts,
  anyPayment,
  charge,
  due,
  pass,
  patient,
  payment,
  receipt,
  shownPass,
  view,
} from './pages-fixture.js';

describe('the amounts of a pass', () => {
  const text = (language: 'en' | 'es', owed: typeof due): string | undefined =>
    /<p class="amounts[^"]*">([^<]*)</.exec(
      shownPass(view(language), { ...pass, due: owed }, 'valid').content.toString(),
    )?.[1];

  test('state the payment and what is still due, one amount per currency', () => {
    expect([text('en', due), text('en', [])]).toEqual([
      'Paid $1.00 with this payment; $4,217.00 and €0.05 still due.',
      'Paid $1.00 with this payment; nothing is due.',
    ]);
    expect(text('es', due)).toMatch(
      /^Este pago: US\$\s1,00; saldo pendiente: US\$\s4\.217,00 y .*0,05\.$/,
    );
  });
});

describe('a payment', () => {
  test('that waits names the patient, its number and the elapsed time, and leads back', () => {
    const text = paymentPage(view(), payment('PENDING'), receipt).content.toString();
    expect(text).toContain('<span data-seconds="65">1:05</span>');
    expect(text).toContain('<dt>Patient</dt>');
    expect(text).toContain('<dt>Payment number</dt>');
    expect(text).toContain('href="/bill"');
  });

  test('that is final names no term on its receipt', () => {
    const text = paymentPage(view(), payment('SUCCEEDED'), receipt).content.toString();
    expect(text).not.toMatch(/term \d/);
  });
});

describe('the names of the items', () => {
  const descriptions = new Set(
    [...STAYS.flatMap(({ services }) => services), ...COMMON].map(([, description]) => description),
  );

  test('have a Spanish translation for every service of the sample hospital', () => {
    expect([...descriptions].filter((name) => itemText('es', name) === name)).toEqual([]);
  });

  test('stay as stored in English, and when there is no translation', () => {
    expect([itemText('en', 'Echocardiogram'), itemText('es', 'Marcapasos')]).toEqual([
      'Echocardiogram',
      'Marcapasos',
    ]);
    for (const name of ['constructor', '__proto__']) expect(itemText('es', name)).toBe(name);
  });

  test('on a bill are in the language of the page', () => {
    const [bill] = accounts;
    const own = consolidate(patient, {
      charges: [{ ...charge('exam'), description: 'Echocardiogram' }],
      paid: new Map(),
      fallback: 'USD',
    });
    const shown = [{ ...(bill as (typeof accounts)[number]), bill: own.bills[0] as CurrencyBill }];
    const text = (language: 'en' | 'es'): string =>
      billPage(view(language), {
        patient,
        accounts: shown,
        payments: [],
        refused: null,
        ...anyPayment,
      }).content.toString();
    expect([text('en').includes('Echocardiogram'), text('es').includes('Ecocardiograma')]).toEqual([
      true,
      true,
    ]);
  });
});
