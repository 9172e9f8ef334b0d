/** The small pure modules: Prefer, trace context, cursors, CSV, passes. */
import { decodeIdCursor, decodeSeqCursor, encodeCursor } from '../../../patients/core/cursor.js';
import type { Bill } from '../../../patients/core/bill.js';
import { exitPass, passState, toDue } from '../../../patients/core/pass.js';
import { waitSeconds } from '../../../patients/core/prefer.js';
import { validTraceparent } from '../../../shared/observability/traceparent.js';
import { csvHeader } from '../../../patients/records/payment-csv.js';
import { csvCell, csvLine, csvTable } from '../../../shared/csv.js';

describe('Prefer', () => {
  test.each([
    [undefined, null],
    ['', null],
    ['respond-async', null],
    ['wait=5', 5],
    ['wait=0', 0],
    ['WAIT = 7', 7],
    ['wait="9"', 9],
    ['wait', 30],
    ['wait=', 30],
    ['wait=31', 30],
    ['wait=999999999', 30],
    ['wait=9999999999', null],
    ['wait=1.5', null],
    ['wait=-1', null],
    ['wait=soon', null],
    ['respond-async, wait=4; foo=bar', 4],
    ['wait=3, wait=8', 3],
    ['waiting=3', null],
    ['note="a, wait=3", wait=8', 8],
    ['note="a\\", wait=3", wait=8', 8],
    ['note="a;b, wait=3"', null],
    ['wait="9";note=","', 9],
  ])('%p means %p seconds', (header, seconds) => expect(waitSeconds(header)).toBe(seconds));

  // A quadratic cost would exceed the time limit of a test.
  test('the cost of a very long header is linear', () => {
    expect(waitSeconds(`wait=${' '.repeat(1_000_000)}x y`)).toBeNull();
    expect(waitSeconds(`${' '.repeat(1_000_000)}wait${' '.repeat(1_000_000)}=7`)).toBe(7);
  });
});

describe('a trace context', () => {
  const good = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
  test('that is valid is kept', () => expect(validTraceparent(good)).toBe(good));
  test.each([
    undefined,
    '',
    'x',
    good.toUpperCase(),
    `${good}-00`,
    good.replace('00-', 'ff-'),
    `00-${'0'.repeat(32)}-00f067aa0ba902b7-01`,
    `00-4bf92f3577b34da6a3ce929d0e0e4736-${'0'.repeat(16)}-01`,
  ])('%p is left out', (header) => expect(validTraceparent(header)).toBeUndefined());
});

describe('a cursor', () => {
  test.each([1, 42, Number.MAX_SAFE_INTEGER])('of %p decodes to its value', (seq) =>
    expect(decodeSeqCursor(encodeCursor(seq))).toBe(seq),
  );
  test.each([
    '',
    '=',
    'abc',
    encodeCursor('0'),
    encodeCursor('-1'),
    encodeCursor('1.5'),
    encodeCursor('9007199254740992'),
    encodeCursor('1e3'),
    `${encodeCursor(7)}=`,
  ])('%p is none of ours', (cursor) => expect(decodeSeqCursor(cursor)).toBeNull());
  test('of a patient decodes to its id, and is no cursor of payments', () => {
    const id = '00000000-0000-4000-8000-000000000001';
    expect(decodeIdCursor(encodeCursor(id))).toBe(id);
    expect(decodeSeqCursor(encodeCursor(id))).toBeNull();
    expect(decodeIdCursor(encodeCursor(7))).toBeNull();
  });
});

describe('a CSV cell', () => {
  test.each([
    [null, ''],
    [true, 'true'],
    [-5, '-5'],
    ['plain', 'plain'],
    ['a,b', '"a,b"'],
    ['say "x"', '"say ""x"""'],
    ['two\nlines', '"two\nlines"'],
    ['a;=1+1', "a;'=1+1"],
    ['a\t@x', "a\t'@x"],
    ['a\n=1', `"a\n'=1"`],
    ['a;b', 'a;b'],
    ['＝1', "'＝1"],
    ['＋1', "'＋1"],
    ['－1', "'－1"],
    ['＠x', "'＠x"],
    ['\u22121', "'\u22121"],
    ['a;－1', "a;'－1"],
    ['=1+1', "'=1+1"],
    ['+1', "'+1"],
    ['-1', "'-1"],
    ['@SUM(A1)', "'@SUM(A1)"],
    ['\tx', "'\tx"],
    ['=A1,B1', `"'=A1,B1"`],
    ['a=b', 'a=b'],
  ])('%p is %p', (value, cell) => expect(csvCell(value)).toBe(cell));
  test('lines end with CRLF', () => {
    expect(csvLine(['a', 1, null])).toBe('a,1,\r\n');
    expect(csvHeader()).toMatch(/^\uFEFFid,status,exit_granted,.*\r\n$/);
    expect(csvTable(['a', 'b'], [{ a: '=1', b: null }])).toBe("\uFEFFa,b\r\n'=1,\r\n");
  });
});

describe('an exit pass', () => {
  const completedAt = new Date('2026-11-21T09:00:00.000Z');
  const paid = { amountMinor: 100, currency: 'USD' };
  const due = [{ amountMinor: 421_700, currency: 'USD' }];
  const patient = { id: 'p', name: 'Ana' };
  const kind = 'charge' as const;
  const payment = { ...paid, status: 'SUCCEEDED' as const, kind, completedAt, patient, due };
  const rule = { validityHours: 24, policy: 'any-payment' as const };
  const at = (time: string) => exitPass(payment, rule, new Date(time));
  test.each([
    ['2026-11-21T09:00:00.000Z', true],
    ['2026-11-22T08:59:59.999Z', true],
    ['2026-11-22T09:00:00.000Z', false],
    ['2027-01-01T00:00:00.000Z', false],
  ])('at %s is valid: %p', (time, valid) => {
    expect(at(time)).toEqual({
      valid,
      patient,
      paid,
      due,
      requestTime: '2026-11-21T09:00:00.000Z',
      expirationTime: '2026-11-22T09:00:00.000Z',
    });
  });
  test.each(['DECLINED', 'FAILED', 'PENDING'] as const)('is not earned by %s', (status) => {
    expect(
      exitPass(
        { ...payment, status, completedAt: status === 'PENDING' ? null : completedAt },
        rule,
        completedAt,
      ),
    ).toBeNull();
  });
  test.each([
    ['charge', true],
    ['capture', true],
    ['authorize', false],
    ['void', false],
    ['refund', false],
  ] as const)('is earned by a succeeded %s: %p', (made, earns) => {
    expect(exitPass({ ...payment, kind: made }, rule, completedAt) !== null).toBe(earns);
  });
  test('is not earned by a test payment', () => {
    expect(exitPass({ ...payment, currency: 'XTS' }, rule, completedAt)).toBeNull();
  });
  test('with the policy settled is valid only when nothing is due in any currency', () => {
    const settled = { ...rule, policy: 'settled' as const };
    const judge = (owed: typeof due) => exitPass({ ...payment, due: owed }, settled, completedAt);
    expect(
      [judge(due), judge([])].map((pass) => [pass?.valid, passState(pass, 'settled')]),
    ).toEqual([
      [false, 'unsettled'],
      [true, 'valid'],
    ]);
  });
  test('the amounts due are those of every currency with something due, in the order of the bill', () => {
    const bills = [
      ['USD', 5],
      ['EUR', 0],
      ['COP', 7],
    ].map(([currency, dueMinor]) => ({ currency, dueMinor })) as Bill['bills'];
    expect(toDue({ bills })).toEqual([
      { currency: 'USD', amountMinor: 5 },
      { currency: 'COP', amountMinor: 7 },
    ]);
  });
});
