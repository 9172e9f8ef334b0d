/**
 * The pure modules of the staff's pages: typed amounts, payable amounts, progress of a payment,
 * passes.
 */
import { describe, expect, test } from '@jest/globals';
import { parseAmount } from '../../../shared/core/amount.js';
import { maskName, passState } from '../../../patients/core/pass.js';
import { amountToPay, billKey, payableMinor } from '../../../patients/core/payable.js';
import {
  isFinal,
  toStage,
  toSteps,
  type ProgressFacts,
  type Stage,
} from '../../../patients/core/progress.js';
import { isBillKey, isClientKey } from '../../../patients/core/idempotency.js';
import { decimalText } from '../../../shared/money.js';
import { seededRandom } from '../../../shared/random.js';

describe('a typed amount', () => {
  test.each([
    ['150', 15_000],
    ['150.00', 15_000],
    ['150,00', 15_000],
    [' 150.5 ', 15_050],
    ['0.01', 1],
    ['0,1', 10],
    ['1,500.00', 150_000],
    ['1.500,00', 150_000],
    ['12.345.678,90', 1_234_567_890],
    ['007', 700],
    ['0', 0],
    ['90071992547409.91', 9_007_199_254_740_991],
  ])('%s is %i minor units', (text, minor) => expect(parseAmount(text, 2)).toBe(minor));

  test.each([
    '',
    ' ',
    '.',
    ',',
    '-1',
    '+1',
    '1e3',
    '0x10',
    '1.234',
    '1,234',
    '1.',
    '.5',
    '1..5',
    '1,2,3',
    '1.23.45',
    '1,500,00',
    '12,34.50',
    '1 500',
    '١٥٠',
    '150 USD',
    '$150',
    'NaN',
    'Infinity',
    '90071992547409.92',
    '9'.repeat(400),
    '1;DROP TABLE payment',
    '<script>',
  ])('%j is not an amount', (text) => expect(parseAmount(text, 2)).toBeNull());

  test('a currency without decimals accepts none; thousands may be grouped', () => {
    expect([parseAmount('1500', 0), parseAmount('1500.5', 0)]).toEqual([1_500, null]);
    expect([parseAmount('1.500,5', 3), parseAmount('1.500', 3)]).toEqual([1_500_500, 1_500]);
  });

  test('formatting and parsing give the same minor units, for any amount and any number of decimals', () => {
    const random = seededRandom(7, 'amounts');
    for (let turn = 0; turn < 2_000; turn += 1) {
      const minor = Math.floor(random.next() * 10 ** (1 + random.below(15)));
      const digits = random.below(4);
      const text = decimalText(minor, digits);
      expect([text, parseAmount(text, digits)]).toEqual([text, minor]);
      expect(parseAmount(text.replace('.', ','), digits)).toBe(minor);
    }
  });
});

describe('the payable amount', () => {
  const wanted = (amount: string) => ({ part: 'part' as const, amount, shown: '5000' });

  test('is the due amount without pending payments', () => {
    expect([
      payableMinor({ dueMinor: 100, pendingMinor: 30 }),
      payableMinor({ dueMinor: 100, pendingMinor: 130 }),
    ]).toEqual([70, 0]);
  });

  test('"whole" pays the shown amount; "part" pays the typed amount', () => {
    expect(amountToPay({ part: 'whole', amount: '1', shown: '5000' }, 5_000, 2)).toBe(5_000);
    expect(amountToPay(wanted('49,99'), 5_000, 2)).toBe(4_999);
    expect(amountToPay(wanted('50.00'), 5_000, 2)).toBe(5_000);
  });

  test('a higher amount, zero and nonsense are refused', () => {
    expect(amountToPay(wanted('50.01'), 5_000, 2)).toBe('too-much');
    expect(amountToPay({ part: 'whole', amount: '', shown: '5001' }, 5_000, 2)).toBe('too-much');
    expect(amountToPay(wanted('0'), 5_000, 2)).toBe('not-an-amount');
    expect(amountToPay(wanted('five'), 5_000, 2)).toBe('not-an-amount');
    expect(amountToPay({ part: 'whole', amount: '', shown: '-1' }, 5_000, 2)).toBe('not-an-amount');
    expect(amountToPay(wanted('1'), 0, 2)).toBe('nothing-due');
  });

  test('its key is one that clients must not use, and changes after each payment', () => {
    const id = '00000000-0000-4000-8000-000000000001';
    const keys = [billKey(id, 'USD', 0), billKey(id, 'USD', 7), billKey(id, 'EUR', 0)];
    expect([new Set(keys).size, keys.every(isBillKey), keys.some(isClientKey)]).toEqual([
      3,
      true,
      false,
    ]);
  });
});

describe('the progress of a payment', () => {
  const facts: ProgressFacts = {
    status: 'PENDING',
    lastError: null,
    nextAttemptAt: null,
    nextAttemptMs: null,
    ahead: 0,
    leader: 'server_1',
    leaderSuspected: false,
    isReadOnly: false,
  };
  const failed = { lastError: 'gateway answered 503', nextAttemptMs: 4_000 };
  const refused = { lastError: 'the database refuses the row: SQLSTATE 23514' };

  test.each<[Partial<ProgressFacts>, Stage]>([
    [{}, 'charging'],
    [{ ahead: 3 }, 'queued'],
    [{ leader: null, ahead: 3 }, 'leaderless'],
    [{ leaderSuspected: true }, 'leaderless'],
    [failed, 'retrying'],
    [{ ...failed, ...refused }, 'refused'],
    [{ ...failed, leader: null }, 'leaderless'],
    [{ ...failed, leader: null, isReadOnly: true }, 'unwritable'],
    [{ nextAttemptMs: 4_000 }, 'queued'],
    [{ nextAttemptMs: -1, ahead: 1 }, 'queued'],
    [{ status: 'SUCCEEDED', leader: null }, 'succeeded'],
    [{ status: 'DECLINED', leaderSuspected: true }, 'declined'],
    [{ ...failed, status: 'FAILED' }, 'failed'],
  ])('%j: %s', (given, stage) => expect(toStage({ ...facts, ...given })).toBe(stage));

  test('has four steps, all of them done at the end', () => {
    const told = (stage: Stage): string =>
      toSteps(stage)
        .map(({ state }) => state[0])
        .join('');
    expect([told('queued'), told('leaderless'), told('charging'), told('retrying')]).toEqual([
      'dnll',
      'dnll',
      'ddnl',
      'ddnl',
    ]);
    expect([told('succeeded'), told('declined'), told('failed')]).toEqual(['dddd', 'dddd', 'dddd']);
    expect([isFinal('failed'), isFinal('retrying')]).toEqual([true, false]);
  });
});

describe('a pass', () => {
  const pass = {
    valid: true,
    patient: { id: 'p', name: 'Lucía Rojas' },
    paid: { amountMinor: 100, currency: 'USD' },
    due: [{ amountMinor: 1, currency: 'EUR' }],
    requestTime: '',
    expirationTime: '',
  };

  test('is valid, expired or unknown; while something is due, the policy settled withholds it', () => {
    const states = (['any-payment', 'settled'] as const).map((policy) =>
      [pass, { ...pass, valid: false }, null].map((each) => passState(each, policy)),
    );
    expect(states).toEqual([
      ['valid', 'expired', 'unknown'],
      ['unsettled', 'unsettled', 'unknown'],
    ]);
  });

  test('shows a first name and initials', () => {
    expect(['Lucía Rojas Ávila', 'Cher', '  José   María  ', ''].map(maskName)).toEqual([
      'Lucía R. Á.',
      'Cher',
      'José M.',
      '',
    ]);
  });
});
