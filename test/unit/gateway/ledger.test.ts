/** The gateway's ledger survives a crash in the middle of a line and settles a key once. */
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
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
  key,
  status,
  reference: 'r',
  amountMinor: 100,
  currency: 'USD',
  reason: null,
  at: '2026-01-01T00:00:00Z',
});

const keysIn = (path: string): string[] =>
  readFileSync(path, 'utf8')
    .trim()
    .split('\n')
    .map((line) => (JSON.parse(line) as Charge).key);

describe('gateway ledger', () => {
  test('settles a key once: a second request returns the first result', () => {
    const ledger = new GatewayLedger(join(folder, 'ledger'));
    ledger.record(charge('a'));
    expect(ledger.record(charge('a', 'cancelled')).status).toBe('approved');
    expect(ledger.all()).toHaveLength(1);
    ledger.close();
  });

  test('moves money again, and records it, when it is set to ignore keys', () => {
    const ledger = new GatewayLedger(join(folder, 'ledger'));
    ledger.record(charge('a'));
    ledger.record(charge('a'), true);
    expect(ledger.all()).toHaveLength(2);
    ledger.close();
  });

  test('keeps everything it answered after a crash in the middle of a line, and writes the next line whole', () => {
    const path = join(folder, 'ledger');
    const before = new GatewayLedger(path);
    before.record(charge('a'));
    before.close();
    appendFileSync(path, '{"key":"b","status":"appro');
    const after = new GatewayLedger(path);
    expect(after.all().map(({ key }) => key)).toEqual(['a']);
    after.record(charge('c'));
    after.close();
    expect(keysIn(path)).toEqual(['a', 'c']);
  });

  test.each([1, 20, -2])(
    'cuts off and reports a last line torn at byte %i; nothing else is lost, and its key can be settled',
    (at) => {
      const path = join(folder, 'ledger');
      const torn = JSON.stringify(charge('b')).slice(0, at);
      writeFileSync(path, `${JSON.stringify(charge('a'))}\n${torn}`);
      const ledger = new GatewayLedger(path);
      expect([ledger.cutOffBytes, ledger.all().map(({ key }) => key)]).toEqual([
        torn.length,
        ['a'],
      ]);
      ledger.record(charge('b'));
      ledger.close();
      expect(keysIn(path)).toEqual(['a', 'b']);
    },
  );

  test('counts a last line that lacks only its line end, once', () => {
    const path = join(folder, 'ledger');
    writeFileSync(path, `${JSON.stringify(charge('a'))}\n${JSON.stringify(charge('b'))}`);
    for (const added of ['c', 'd']) {
      const ledger = new GatewayLedger(path);
      expect([ledger.cutOffBytes, ledger.find('b')?.status]).toEqual([0, 'approved']);
      ledger.record(charge('b', 'cancelled'));
      ledger.record(charge(added));
      ledger.close();
    }
    expect(keysIn(path)).toEqual(['a', 'b', 'c', 'd']);
  });

  test('refuses a torn line that others follow: the error names the file and the line number, not the text', () => {
    const path = join(folder, 'ledger');
    const text = `${JSON.stringify(charge('a'))}\n{"key":"tornkey","sta${JSON.stringify(charge('c'))}\n${JSON.stringify(charge('d'))}\n`;
    writeFileSync(path, text);
    expect(() => new GatewayLedger(path)).toThrow(`Line 2 of the ledger ${path} cannot be read`);
    expect(() => new GatewayLedger(path)).not.toThrow('tornkey');
    expect(readFileSync(path, 'utf8')).toBe(text);
  });
});
