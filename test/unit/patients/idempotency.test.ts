import {
  batchKey,
  canonicalJson,
  decide,
  isClientKey,
  parseBatchKey,
  redriveKey,
  type KeyVerdict,
} from '../../../patients/core/idempotency.js';
import { billKey } from '../../../patients/core/payable.js';
import { fingerprint } from '../../../patients/accept/fingerprint.js';

describe('a key', () => {
  test.each([
    ['a', true],
    ['a b', true],
    ['bill-2026/11:0042', true],
    ['~'.repeat(200), true],
    ['', false],
    [' a', false],
    ['a ', false],
    ['~'.repeat(201), false],
    ['schlüssel', false],
    ['tab\there', false],
    [batchKey('x', 1), false],
    [redriveKey('x'), false],
    [billKey('x', 'USD', 1), false],
  ])("%p may be a client's: %p", (key, expected) => expect(isClientKey(key)).toBe(expected));
});

describe('the key of a payment of a batch', () => {
  const batchId = '01980000-0000-7000-8000-00000000abcd';
  test.each([0, 7, 999_999_999])('at index %p gives the batch and the index back', (index) =>
    expect(parseBatchKey(batchKey(batchId, index))).toEqual({ batchId, index }),
  );
  test.each([
    'a',
    batchKey('x', 1),
    batchKey(batchId, -1),
    `${batchKey(batchId, 1)} `,
    ` ${batchKey(batchId, 1)}`,
    redriveKey(batchId),
    `batch:${batchId}:1234567890`,
  ])('is not %p', (key) => expect(parseBatchKey(key)).toBeNull());
});

describe('canonical JSON', () => {
  test('sorts members at every depth, and omits undefined ones', () => {
    expect(canonicalJson({ b: [{ d: 1, c: null }], a: 'x', z: undefined })).toBe(
      '{"a":"x","b":[{"c":null,"d":1}]}',
    );
  });
  test('keeps the order of arrays', () =>
    expect(canonicalJson([2, 1])).not.toBe(canonicalJson([1, 2])));
  test('distinguishes a number from its text', () =>
    expect(canonicalJson({ a: 1 })).not.toBe(canonicalJson({ a: '1' })));
});

describe('a fingerprint', () => {
  test('is equal for equal requests and 64 digits long', () => {
    expect(fingerprint({ a: 1, b: 2 })).toBe(fingerprint({ b: 2, a: 1 }));
    expect(fingerprint({ a: 1 })).toMatch(/^[0-9a-f]{64}$/);
  });
  test('stays the same over the versions, because stored rows have it', () => {
    const payments = [
      { patientId: 'p', amountMinor: 5, currency: 'USD', concept: 'é "x"' },
      { patientId: 'q', concept: undefined, amountMinor: 7, currency: 'EUR' },
    ];
    expect(fingerprint({ payments, of: null })).toBe(
      '1592c18aa8fa22eb54dc46cccfd9b5eebd5cb9e2d7cf802395f81ceb8d27722d',
    );
  });
  test('differs when anything differs', () =>
    expect(fingerprint({ a: 1 })).not.toBe(fingerprint({ a: 2 })));
});

describe('the answer, for every combination', () => {
  type Row = [
    mine: boolean,
    sameBody: boolean,
    firstWaited: boolean,
    waitsNow: boolean,
    verdict: KeyVerdict,
  ];
  const CONFLICT: KeyVerdict = { answer: 'conflict' };
  const ROWS: Row[] = [
    // My own row: the first answer. (It has my fingerprint and my wish to wait; other combinations
    // cannot be.)
    [true, true, false, false, { answer: 'acceptance', replayed: false }],
    [true, true, true, true, { answer: 'outcome', replayed: false }],
    // Another's row with the same body: a replay.
    [false, true, false, false, { answer: 'acceptance', replayed: true }],
    [false, true, false, true, { answer: 'outcome', replayed: true }],
    [false, true, true, false, { answer: 'outcome', replayed: true }],
    [false, true, true, true, { answer: 'outcome', replayed: true }],
    // Another body.
    [false, false, false, false, CONFLICT],
    [false, false, false, true, CONFLICT],
    [false, false, true, false, CONFLICT],
    [false, false, true, true, CONFLICT],
  ];

  test.each(ROWS)(
    'own row %p, same body %p, first waited %p, waits now %p',
    (mine, sameBody, answerWaited, waits, verdict) => {
      const stored = { id: 'stored', fingerprint: 'f', answerWaited };
      const presented = {
        id: mine ? 'stored' : 'presented',
        fingerprint: sameBody ? 'f' : 'g',
        waits,
      };
      expect(decide(stored, presented)).toEqual(verdict);
    },
  );
});
