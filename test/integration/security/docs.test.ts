/**
 * docs/security.md shows the table of the tests. After a change: `UPDATE_DOCS=1 npm test --
 * test/integration/security/docs`.
 */
import { expect, test } from '@jest/globals';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../../../shared/web/assets.js';
import { docsTable } from './docs-table.js';

const PAGE = join(ROOT, 'docs/security.md');
const BLOCK = /(<!-- table: begin -->\n).*?(<!-- table: end -->)/s;

test('the page shows the current table', () => {
  const page = readFileSync(PAGE, 'utf8');
  expect(page).toMatch(BLOCK);
  const wanted = page.replace(
    BLOCK,
    (_whole, begin: string, end: string) => `${begin}\n${docsTable()}\n${end}`,
  );
  if (process.env['UPDATE_DOCS'] === '1') writeFileSync(PAGE, wanted);
  else expect(page).toBe(wanted);
});
