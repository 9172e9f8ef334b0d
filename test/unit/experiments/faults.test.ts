/** Compares the list of faults with its page and its own rules. */
import { expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { FAULTS, getFault } from '../../../experiments/faults/faults.js';

const page = readFileSync(
  new URL('../../../experiments/faults/README.md', import.meta.url),
  'utf8',
);

test('the page has a row for each fault, in the order of the list', () => {
  const rows = [...page.matchAll(/^\| `([a-z-]+)` \|/gm)].map(([, kind]) => kind);
  expect(rows).toEqual(FAULTS.map(({ kind }) => kind));
});

test('each kind is unique, and a word that a schedule can name', () => {
  const kinds = FAULTS.map(({ kind }) => kind);
  expect(new Set(kinds).size).toBe(kinds.length);
  for (const kind of kinds) expect(kind).toMatch(/^[a-z]+(-[a-z]+)*$/);
});

test('each has a sentence about its purpose', () => {
  for (const { purpose } of FAULTS) expect(purpose).toMatch(/^[A-Z].{20,}\.$/);
});

test('a fault is found by its kind; for an unknown kind the error lists the known ones', () => {
  expect(FAULTS.map(({ kind }) => getFault(kind))).toEqual(FAULTS);
  expect(() => getFault('earthquake')).toThrow(
    /There is no fault "earthquake"; there are kill, freeze, /,
  );
});
