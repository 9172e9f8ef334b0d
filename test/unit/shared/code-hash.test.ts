/**
 * The hash of an authorization code: matches, mismatches, and one scrypt per comparison for every
 * kind of stored text.
 */
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { createHook } from 'node:async_hooks';
import { hashCode, hashCodes, isCodeOf, isPlainCode } from '../../../shared/code-hash.js';

const CODE = 'AUT-012345-0001';
const same = (plain: string): string => plain;

let jobs = 0;
const hook = createHook({ init: (_id, type) => void (jobs += type === 'SCRYPTREQUEST' ? 1 : 0) });
beforeEach(() => {
  jobs = 0;
  hook.enable();
});
afterEach(() => void hook.disable());

test('a hash matches its own code, has its own salt and does not reveal the code', async () => {
  const [one, two] = (await hashCodes([CODE, CODE])) as [string, string];
  expect(one).toMatch(/^scrypt\$14\$[\w-]{22}\$[\w-]{43}$/);
  expect([one === two, one.includes('012345'), isPlainCode(one)]).toEqual([false, false, false]);
  expect(await Promise.all([one, two].map((stored) => isCodeOf(CODE, stored, same)))).toEqual([
    true,
    true,
  ]);
  expect(
    await Promise.all(['AUT-012345-0002', '', 'x'].map((typed) => isCodeOf(typed, one, same))),
  ).toEqual([false, false, false]);
});

test('hashes are returned in the order of the codes', async () => {
  const codes = Array.from({ length: 9 }, (_, index) => `AUT-${index}`);
  const hashes = await hashCodes(codes);
  expect(
    await Promise.all(codes.map((code, index) => isCodeOf(code, hashes[index] ?? '', same))),
  ).toEqual(codes.map(() => true));
});

test('a plain code matches in its normal form', async () => {
  const small = (plain: string): string => plain.toUpperCase();
  expect(isPlainCode('aut-1')).toBe(true);
  expect([
    await isCodeOf('AUT-1', 'aut-1', small),
    await isCodeOf('AUT-2', 'aut-1', small),
  ]).toEqual([true, false]);
});

test('each comparison costs one scrypt: with a hash, a plain code, malformed text, empty text and no patient', async () => {
  const hash = await hashCode(CODE);
  for (const stored of [hash, CODE, 'scrypt$x', '', null]) {
    jobs = 0;
    await isCodeOf(CODE, stored, same);
    expect([stored, jobs]).toEqual([stored, 1]);
  }
});

const [SALT, KEY] = ['A'.repeat(22), 'A'.repeat(43)];

test.each([
  '',
  'scrypt$',
  `scrypt$14$${SALT}`,
  `scrypt$14$${SALT}$`,
  `scrypt$14$$${KEY}`,
  `scrypt$14$${SALT}$${KEY}$`,
  `scrypt$30$${SALT}$${KEY}`,
  `scrypt$99$${SALT}$${KEY}`,
  `scrypt$01$${SALT}$${KEY}`,
  `scrypt$-1$${SALT}$${KEY}`,
  `scrypt$1e9$${SALT}$${KEY}`,
  `scrypt$14$${SALT}$${KEY}\n`,
  `scrypt$14$${SALT}$${KEY}`,
])('the stored text %j never matches, not even itself', async (stored) => {
  for (const typed of [CODE, '', stored]) expect(await isCodeOf(typed, stored, same)).toBe(false);
  expect(isPlainCode(stored)).toBe(false);
});

test('a comparison uses the stored cost when that cost is allowed', async () => {
  const hash = await hashCode(CODE);
  expect(await isCodeOf(CODE, hash.replace('$14$', '$15$'), same)).toBe(false);
});
