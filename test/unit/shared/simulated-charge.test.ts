/** The test currency: the amount decides, and neither the key nor the random decline does. */
import { describe, expect, test } from '@jest/globals';
import { createSimulatedGateway } from '../../../payments/gateway/simulated.js';
import type { PaymentKind } from '../../../shared/contracts/payment.js';
import { decideCharge, TEST_AMOUNTS } from '../../../shared/simulated-charge.js';

const ALL_DECLINED = { seed: 1, declineRatio: 1 };
const KEYS = Array.from({ length: 200 }, (_, index) => `key-${index}`);

/** The different answers to one amount under many keys. */
const decide = (amountMinor: number, currency: string, kind?: PaymentKind): (string | null)[] => [
  ...new Set(
    KEYS.map((key) => {
      const { status, reason } = decideCharge({ key, amountMinor, currency, kind }, ALL_DECLINED);
      return reason ?? status;
    }),
  ),
];

describe('a charge in XTS', () => {
  test.each([
    [TEST_AMOUNTS.approved, 'approved'],
    [TEST_AMOUNTS.insufficientFunds, 'INSUFFICIENT_FUNDS'],
    [TEST_AMOUNTS.cardExpired, 'CARD_EXPIRED'],
    [1, 'approved'],
    [201, 'approved'],
  ])('of %d minor units is %s under every key', (amountMinor, answer) => {
    expect(decide(amountMinor, 'XTS')).toEqual([answer]);
    expect(decide(amountMinor, 'XTS', 'authorize')).toEqual([answer]);
  });

  test('control: with a decline ratio of 1, the same amounts in USD are declined', () => {
    for (const amountMinor of Object.values(TEST_AMOUNTS))
      expect(decide(amountMinor, 'USD')).toEqual(['DECLINED_BY_ISSUER']);
  });
});

test.each(['capture', 'void', 'refund'] as const)('the amount of a %s decides nothing', (kind) => {
  expect(decide(TEST_AMOUNTS.insufficientFunds, 'XTS', kind)).toEqual(['approved']);
});

test('the gateway in process answers a look-up as the charge', async () => {
  const gateway = createSimulatedGateway({ ...ALL_DECLINED, latencyMs: 0 });
  const { signal } = new AbortController();
  const orders = [100, 200, 300].map((amountMinor) => ({
    key: `key-${amountMinor}`,
    patientId: 'patient',
    amountMinor,
    currency: 'XTS',
  }));
  const charges = await Promise.all(orders.map((order) => gateway.charge(order, signal)));
  const lookups = await Promise.all(orders.map((order) => gateway.lookup(order, signal)));
  expect(charges.map(({ kind }) => kind)).toEqual(['approved', 'declined', 'declined']);
  expect(lookups).toEqual(charges);
});
