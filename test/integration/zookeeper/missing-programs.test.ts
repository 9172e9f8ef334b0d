/**
 * `npm start -- --measurements` on a machine without Java: one line names the package, and nothing
 * starts.
 */
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { findProgram, JAVA } from '../../../local/setup/programs.mjs';
import { canHidePrograms, hidePrograms } from '../../support/hide-programs.js';
import { onlyWhere } from '../../support/only-where.js';
import { runProgram } from '../../support/relevo.js';

const folder = mkdtempSync(join(tmpdir(), 'relevo-no-java-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const java = [findProgram(JAVA.names)];

onlyWhere(
  canHidePrograms(java),
  'needs user namespaces',
  describe,
)('npm start -- --measurements on a machine without Java', () => {
  test('one line names the package, and nothing starts', async () => {
    const start = [process.execPath, 'local/bootstrap.mjs', 'up', '--measurements'];
    const dataDir = join(folder, 'data');
    const ran = runProgram(hidePrograms(java, start), { RELEVO_DATA: dataDir });
    const code = await ran.ended;
    const text = `${ran.out()}${ran.err()}`;
    const sentence: unknown = expect.stringMatching(
      /\bJava (is|are) missing: install .*default-jre-headless.* or start without --measurements\./,
    );
    expect([code, text]).toEqual([3, sentence]);
    expect(existsSync(dataDir)).toBe(false);
  }, 60_000);
});
