/** The gateway's ledger survives a crash in the middle of a line, and settles a key once. */
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { appendFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GatewayLedger } from '../../../gateway/ledger.js';
import type { Charge } from '../../../shared/contracts/gateway.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'relevo-ledger-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const charge = (key: string, status: Charge['status'] = 'approved'): Charge => ({
  key, status, reference: 'r', amountMinor: 100, currency: 'USD', reason: null, at: '2026-01-01T00:00:00Z',
});

describe('gateway ledger', () => {
  test('one key is settled once: the second word about it is the first', () => {
    const ledger = new GatewayLedger(join(folder, 'ledger'));
    ledger.record(charge('a'));
    expect(ledger.record(charge('a', 'cancelled')).status).toBe('approved');
    expect(ledger.all()).toHaveLength(1);
    ledger.close();
  });

  test('told to ignore keys it moves money again, and shows it', () => {
    const ledger = new GatewayLedger(join(folder, 'ledger'));
    ledger.record(charge('a'));
    ledger.record(charge('a'), true);
    expect(ledger.all()).toHaveLength(2);
    ledger.close();
  });

  test('after a crash in the middle of a line everything answered is there, and the next line is whole', () => {
    const path = join(folder, 'ledger');
    const before = new GatewayLedger(path);
    before.record(charge('a'));
    before.close();
    appendFileSync(path, '{"key":"b","status":"appro');
    const after = new GatewayLedger(path);
    expect(after.all().map(({ key }) => key)).toEqual(['a']);
    after.record(charge('c'));
    after.close();
    expect(readFileSync(path, 'utf8').trim().split('\n').map((line) => (JSON.parse(line) as Charge).key)).toEqual(['a', 'c']);
  });
});
