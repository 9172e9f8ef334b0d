/**
 * Readers of external text take time in proportion to its length: 1 MB of the worst character costs
 * little. A pattern that backtracks would need minutes. Measures processor time, so that a busy
 * machine changes nothing.
 */
import type { Request } from 'express';
import { cleanName } from '../../monitor/console/session.js';
import { localPath } from '../../monitor/console/sign-in.js';
import { parseAmount } from '../../shared/core/amount.js';
import { isClientKey } from '../../patients/core/idempotency.js';
import { codeForm, documentForm, nameForm } from '../../patients/core/identification.js';
import { waitSeconds } from '../../patients/core/prefer.js';
import { publicAddress } from '../../patients/web/public-address.js';
import { tokenKind } from '../../shared/http/auth.js';
import { members } from '../../shared/config.js';
import { redisUrl } from '../../shared/queue/redis-address.js';
import { parseJson } from '../../shared/http/json-bodies.js';
import { measureCost } from '../support/processor-time.js';
import { validTraceparent } from '../../shared/observability/traceparent.js';

const LENGTH = 1_000_000;
const MOST_MS = 5_000;
const TOKENS = { api: 'api', operator: 'operator', internal: 'internal' };
const HOSPITAL = { publicUrl: null, host: '127.0.0.1', port: 4000 };

/** A reader that refuses the text has ended too. @returns processor time in ms. */
const costOf = (read: () => unknown): number =>
  measureCost(() => {
    try {
      read();
    } catch {
      return;
    }
  }).costMs;

const READERS: Readonly<Record<string, (text: string) => unknown>> = {
  'Prefer': (text) => waitSeconds(text),
  'Prefer, quoted': (text) => waitSeconds(`"${text}`),
  'Authorization': (text) => tokenKind(TOKENS, `Bearer ${text}\u0000`),
  'Idempotency-Key': (text) => isClientKey(text),
  'traceparent': (text) => validTraceparent(text),
  'next of the sign-in': (text) => localPath(`/${text}`),
  'name of the sign-in': (text) => cleanName(text),
  'Host': (text) =>
    publicAddress(HOSPITAL, { host: text, protocol: 'http' } as Pick<Request, 'host' | 'protocol'>),
  'document': documentForm,
  'name of a patient': nameForm,
  'authorization code': codeForm,
  'amount': (text) => parseAmount(text, 2),
  'JSON text': (text) => parseJson(Buffer.from(JSON.stringify(text))),
  'names and addresses': (text) => members('T', { doc: '' }).parse(`a=b${text}c`),
  'Sentinels': (text) => redisUrl({ doc: '' }).parse(`redis+sentinel://${text}`),
};
const WORST = [
  ' ',
  '\t',
  '\\',
  '\\u',
  '"',
  ',',
  ';',
  '=',
  '; ',
  'a',
  'a.',
  '0',
  '-',
  '/',
  '\u0001',
  'é',
];

describe.each(Object.keys(READERS))('%s', (name) => {
  test.each(WORST)('finishes with 1 MB of %j', (worst) => {
    const text = worst.repeat(LENGTH / worst.length);
    expect(costOf(() => READERS[name]?.(text))).toBeLessThan(MOST_MS);
  });
});

test('control: a pattern that backtracks would not pass', () => {
  const length = 10_000;
  const cost = costOf(() => /\s+$/.test(`${' '.repeat(length)}x`));
  expect(cost * (LENGTH / length) ** 2).toBeGreaterThan(MOST_MS);
});
