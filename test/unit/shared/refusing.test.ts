/**
 * Validation of external input: empty numbers are refused, and error messages about wrong input are
 * bounded.
 */
import { searchQuery } from '../../../monitor/inspect/filters.js';
import { auditQuery } from '../../../monitor/console/filters.js';
import { paymentsQuery } from '../../../patients/http/schemas.js';
import { listedBatchBody } from '../../../shared/contracts/batch.js';
import { tokenKind } from '../../../shared/http/auth.js';
import type { Problem } from '../../../shared/errors.js';
import { parse } from '../../../shared/http/http.js';

const payment = {
  patientId: '00000000-0000-4000-8000-000000000001',
  amountMinor: 100,
  currency: 'USD',
};

function refusal(
  schema: Parameters<typeof parse>[0],
  value: unknown,
  where: 'body' | 'query',
): Problem {
  try {
    parse(schema, value, where);
  } catch (error) {
    return error as Problem;
  }
  throw new Error('This was not refused');
}

describe('a number in a query', () => {
  test.each(['', ' ', '0x10', '1e2', '1.5', '-1', ' 5', 'x', '99999999999999999999'])(
    '%j is refused as a term',
    (term) => {
      expect(refusal(paymentsQuery, { term }, 'query').code).toBe('VALIDATION_FAILED');
    },
  );
  test.each([
    ['0', 0],
    ['5', 5],
    ['007', 7],
  ])('%j is the term %d', (text, term) => {
    expect(parse(paymentsQuery, { term: text }, 'query')).toMatchObject({ term, limit: 50 });
  });
  test('an empty field of a form counts as absent, in the search of the console', () => {
    expect(parse(searchQuery, { term: '', before: '' }, 'query')).toEqual({ limit: 50 });
  });
  test('an empty limit is refused', () => {
    expect(refusal(auditQuery, { limit: '' }, 'query').code).toBe('VALIDATION_FAILED');
  });
});

describe('a list of payments', () => {
  test('a valid list passes', () => {
    expect(parse(listedBatchBody, { payments: [payment, payment] }, 'body')).toEqual({
      payments: [payment, payment],
    });
  });

  test('of 90,000 wrong payments twenty are checked', () => {
    let looks = 0;
    const wrong = {
      ...payment,
      get amountMinor() {
        looks += 1;
        return 'x';
      },
    };
    const { extra } = refusal(listedBatchBody, { payments: Array(90_000).fill(wrong) }, 'body');
    expect(extra.errors?.[0]?.path).toBe('body.payments.0.amountMinor');
    expect(extra.errors).toHaveLength(20);
    expect(looks).toBeLessThanOrEqual(20 * 3);
  });

  test.each([[[]], ['x'], [Array(100_001).fill(payment)]])(
    'an empty list and a list that is too long are refused',
    (payments) => {
      expect(refusal(listedBatchBody, { payments }, 'body').code).toBe('VALIDATION_FAILED');
    },
  );
});

test('unknown field names of any length appear in a bounded text', () => {
  const { detail } = refusal(paymentsQuery, { [`x${'y'.repeat(100_000)}`]: '1' }, 'query');
  expect(detail.length).toBeLessThan(400);
});

test.each([
  ['Bearer api', 'api'],
  ['bearer   api', 'api'],
  ['Bearer api x', null],
  ['Bearer', null],
  [undefined, null],
])('%j is the token of %j', (header, kind) => {
  expect(tokenKind({ api: 'api', operator: 'operator', internal: 'internal' }, header)).toBe(kind);
});
