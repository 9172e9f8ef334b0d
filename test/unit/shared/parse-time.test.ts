/** Times with fractions of any length. */
import { expect, test } from '@jest/globals';
import { parseTime } from '../../../shared/core/parse-time.js';

test.each([
  ['03Z', '03.000Z'],
  ['03.5Z', '03.500Z'],
  ['03.009Z', '03.009Z'],
  ['03.0099Z', '03.009Z'],
  ['03.0090000000Z', '03.009Z'],
  [`03.009${'0'.repeat(200)}Z`, '03.009Z'],
  ['03.0090000000+02:00', null],
])('%s', (seconds, expected) => {
  const iso = parseTime(`2026-11-30T16:22:${seconds}`).toISOString();
  expect(iso).toBe(expected ? `2026-11-30T16:22:${expected}` : '2026-11-30T14:22:03.009Z');
});
