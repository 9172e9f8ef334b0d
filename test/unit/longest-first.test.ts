/** The order of the test files: the list of long files names only files that exist. */
import { expect, test } from '@jest/globals';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../../local/root.js';
import { LISTED } from '../support/longest-first.mjs';

test('every file in the list of long files exists', () => {
  expect(LISTED.length).toBeGreaterThan(20);
  expect(LISTED.filter((file) => !existsSync(join(ROOT, file)))).toEqual([]);
});
