/** The problem codes in docs/api.md are exactly those of shared/errors.ts. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeErrorsTable, updateErrorsTable } from '../../../generate/errors-table.js';
import { PROBLEMS } from '../../../shared/errors.js';
import { ROOT } from '../../../shared/web/assets.js';

const page = readFileSync(join(ROOT, 'docs/api.md'), 'utf8');

test('every code has a row with its status and whether a retry may succeed', () => {
  for (const [code, { status, retryable }] of Object.entries(PROBLEMS)) {
    expect(makeErrorsTable()).toContain(
      `| \`${code}\` | ${status} | ${retryable ? 'yes' : 'no'} |`,
    );
  }
});

test('the page is up to date (npm run postman)', () => expect(updateErrorsTable(page)).toBe(page));

test('control: a page with another table is outdated, and a page without marks is refused', () => {
  const other = page.replace('| `TOO_BUSY` | 429 |', '| `TOO_BUSY` | 503 |');
  expect(updateErrorsTable(other)).not.toBe(other);
  expect(() => updateErrorsTable('# A page')).toThrow(/has no/);
});
