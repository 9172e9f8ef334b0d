/** The orders of the gateway: its own refusals, each key once, and the control. */
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GATEWAY_OPTIONS } from '../../../gateway/config.js';
import { NO_FAULTS } from '../../../gateway/faults.js';
import { GatewayLedger } from '../../../gateway/ledger.js';
import { Orders } from '../../../gateway/orders.js';
import type { PaymentKind } from '../../../shared/contracts/payment.js';
import { loadConfig } from '../../../shared/config.js';

const CONFIG = loadConfig(GATEWAY_OPTIONS, { INTERNAL_TOKEN: 'internal', GATEWAY_LATENCY_MS: '0' });
const patientId = '00000000-0000-4000-8000-000000000001';
let folder: string;
let ledger: GatewayLedger;
let orders: Orders;
const faults = { ...NO_FAULTS };

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'relevo-gateway-'));
  ledger = new GatewayLedger(join(folder, 'ledger'));
  Object.assign(faults, NO_FAULTS);
  orders = new Orders(CONFIG, ledger, faults);
});
afterEach(() => {
  ledger.close();
  rmSync(folder, { recursive: true });
});

const settle = async (
  key: string,
  kind: PaymentKind,
  amountMinor: number,
  of?: string,
  currency = 'USD',
): Promise<string> => {
  const order = { amountMinor, currency, patientId, ...(of === undefined ? {} : { of }) };
  const { status, reason } = await orders.settle(key, kind, order);
  return reason ?? status;
};
const approvedKeys = (): string[] =>
  ledger.all().flatMap(({ key, status }) => (status === 'approved' ? [key] : []));

describe('the gateway', () => {
  test('refunds up to the charge, and each key once', async () => {
    expect(await settle('charge', 'charge', 100)).toBe('approved');
    expect(await settle('r1', 'refund', 60, 'charge')).toBe('approved');
    expect(await settle('r1', 'refund', 60, 'charge')).toBe('approved');
    expect(await settle('r2', 'refund', 60, 'charge')).toBe('REFUND_EXCEEDS_PAYMENT');
    expect(await settle('r3', 'refund', 40, 'charge')).toBe('approved');
    expect(approvedKeys()).toEqual(['charge', 'r1', 'r3']);
  });

  test('two refunds at once do not both fit', async () => {
    await settle('charge', 'charge', 100);
    const answers = await Promise.all(
      ['r1', 'r2', 'r3'].map((key) => settle(key, 'refund', 60, 'charge')),
    );
    expect(answers.filter((answer) => answer === 'approved')).toHaveLength(1);
  });

  test('captures an authorization once, and not after a void', async () => {
    await settle('a', 'authorize', 100);
    expect(await settle('early', 'refund', 1, 'a')).toBe('NOT_CAPTURED');
    expect(await settle('c0', 'capture', 101, 'a')).toBe('CAPTURE_EXCEEDS_AUTHORIZATION');
    expect(await settle('c1', 'capture', 70, 'a')).toBe('approved');
    expect(await settle('c2', 'capture', 30, 'a')).toBe('ALREADY_CAPTURED');
    expect(await settle('v1', 'void', 100, 'a')).toBe('ALREADY_CAPTURED');
    expect(await settle('r1', 'refund', 71, 'a')).toBe('REFUND_EXCEEDS_PAYMENT');
    await settle('b', 'authorize', 100);
    expect(await settle('v2', 'void', 100, 'b')).toBe('approved');
    expect(await settle('c3', 'capture', 100, 'b')).toBe('ALREADY_VOIDED');
  });

  test('refuses operations of an unknown key, of a charge, or in another currency', async () => {
    await settle('charge', 'charge', 100);
    expect(await settle('c', 'capture', 100, 'charge')).toBe('NOT_AUTHORIZED');
    expect(await settle('v', 'void', 100, 'missing')).toBe('NOT_AUTHORIZED');
    expect(await settle('r', 'refund', 100, 'charge', 'EUR')).toBe('NOT_CAPTURED');
  });

  test('decides test payments by their amount, and approves the amounts of their operations', async () => {
    expect(await settle('t1', 'charge', 100, undefined, 'XTS')).toBe('approved');
    expect(await settle('t2', 'charge', 200, undefined, 'XTS')).toBe('INSUFFICIENT_FUNDS');
    expect(await settle('t3', 'authorize', 300, undefined, 'XTS')).toBe('CARD_EXPIRED');
    expect(await settle('t4', 'charge', 500, undefined, 'XTS')).toBe('approved');
    expect(await settle('r4', 'refund', 200, 't4', 'XTS')).toBe('approved');
  });

  test('with declineAll declines test payments too', async () => {
    faults.declineAll = true;
    expect(await settle('t1', 'charge', 100, undefined, 'XTS')).toBe('DECLINED_BY_ISSUER');
  });

  test('reads its operations back from the file', async () => {
    await settle('charge', 'charge', 100);
    await settle('r1', 'refund', 100, 'charge');
    const again = new GatewayLedger(join(folder, 'ledger'));
    expect(again.findOperations('charge')).toEqual(ledger.findOperations('charge'));
    again.close();
  });

  test('control: with ignoreKeys a repeated refund moves the money again', async () => {
    await settle('charge', 'charge', 100);
    await settle('r1', 'refund', 100, 'charge');
    faults.ignoreKeys = true;
    expect(await settle('r1', 'refund', 100, 'charge')).toBe('approved');
    expect(approvedKeys()).toEqual(['charge', 'r1', 'r1']);
  });
});
