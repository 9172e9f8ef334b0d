/** Access by token, translation of errors into problems, and seeded randomness. */
import { describe, expect, test } from '@jest/globals';
import { tokenKind } from '../../../shared/http/auth.js';
import { Problem, PROBLEMS, type ProblemCode } from '../../../shared/errors.js';
import { toProblem } from '../../../shared/http/http.js';
import { TEST_CURRENCY } from '../../../shared/core/test-currency.js';
import { CURRENCIES } from '../../../shared/money.js';
import { seededRandom } from '../../../shared/random.js';
import { decideCharge } from '../../../shared/simulated-charge.js';

describe('tokens', () => {
  const tokens = { api: 'aaa', operator: 'ooo', internal: 'iii' };
  test.each([
    ['Bearer aaa', 'api'],
    ['bearer ooo', 'operator'],
    ['Bearer iii', 'internal'],
    ['Bearer aa', null],
    ['Bearer ', null],
    ['aaa', null],
    ['Basic aaa', null],
    ['Bearer aaa ooo', null],
    [undefined, null],
  ])('%s is %s', (header, kind) => {
    expect(tokenKind(tokens, header)).toBe(kind);
  });
});

describe('errors become problems', () => {
  const sent = (error: unknown): ProblemCode => toProblem(error).code;
  test.each<[string, unknown, ProblemCode]>([
    ['a problem', new Problem('NO_CANDIDATE'), 'NO_CANDIDATE'],
    [
      'a body too large',
      Object.assign(new Error(), { type: 'entity.too.large', status: 413 }),
      'BODY_TOO_LARGE',
    ],
    [
      'broken JSON',
      Object.assign(new Error(), { type: 'entity.parse.failed', status: 400 }),
      'BODY_MALFORMED',
    ],
    ['a broken path', Object.assign(new Error(), { status: 400 }), 'VALIDATION_FAILED'],
    ['PostgreSQL shutting down', Object.assign(new Error(), { code: '57P01' }), 'UNAVAILABLE'],
    ['a refused connection', Object.assign(new Error(), { code: 'ECONNREFUSED' }), 'UNAVAILABLE'],
    ['a wrong statement', Object.assign(new Error(), { code: '42601' }), 'INTERNAL'],
    ['anything else', 'a string', 'INTERNAL'],
  ])('%s', (_name, error, code) => {
    expect(sent(error)).toBe(code);
  });

  test('INTERNAL reveals no internals', () => {
    expect(JSON.stringify(toProblem(new Error('password=hunter2')))).not.toContain('hunter2');
  });

  test('the status of every code fits its retryable flag', () => {
    for (const { status, retryable } of Object.values(PROBLEMS)) {
      expect(status).toBeGreaterThanOrEqual(400);
      if (status === 503 || status === 429) expect(retryable).toBe(true);
    }
  });
});

test('currencies: three letters, each once, with the test code XTS, no metals or old codes', () => {
  expect(new Set(CURRENCIES).size).toBe(CURRENCIES.length);
  for (const code of CURRENCIES) expect(code).toMatch(/^[A-Z]{3}$/);
  for (const code of ['XXX', 'XAU', 'ZZZ', 'DEM']) expect(CURRENCIES).not.toContain(code);
  expect(CURRENCIES).toContain(TEST_CURRENCY);
});

describe('seeded randomness', () => {
  const draws = (seed: number, name: string) => {
    const random = seededRandom(seed, name);
    return Array.from({ length: 5 }, () => random.next());
  };
  test('the same seed and name give the same stream; another seed or name gives another stream', () => {
    expect(draws(1, 'a')).toEqual(draws(1, 'a'));
    expect(draws(1, 'a')).not.toEqual(draws(1, 'b'));
    expect(draws(1, 'a')).not.toEqual(draws(2, 'a'));
  });

  test('values are evenly distributed', () => {
    const random = seededRandom(3);
    const counts = [0, 0, 0, 0];
    for (let count = 0; count < 40_000; count += 1) counts[random.below(4)]! += 1;
    for (const count of counts) expect(Math.abs(count - 10_000)).toBeLessThan(400);
  });

  test('the key alone decides a charge, and the declined share matches the setting', () => {
    const options = { seed: 1, declineRatio: 0.2 };
    const usd = (key: string) => ({ key, amountMinor: 100, currency: 'USD' });
    const keys = Array.from({ length: 5_000 }, (_, index) => `key-${index}`);
    const declined = keys.filter((key) => decideCharge(usd(key), options).status === 'declined');
    expect(declined.length / keys.length).toBeCloseTo(0.2, 1);
    expect(decideCharge(usd('key-7'), options)).toEqual(decideCharge(usd('key-7'), options));
    expect(
      keys.some(
        (key) => decideCharge(usd(key), { ...options, declineRatio: 0 }).status === 'declined',
      ),
    ).toBe(false);
  });
});
