/** The program that opens addresses: found on PATH, only with a desktop. */
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findOpener, openAddress } from '../../../../cli/programs/open-browser.js';
import { eventually } from '../../../support/eventually.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'relevo-open-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

function addProgram(name: string, script: string): string {
  const file = join(folder, name);
  writeFileSync(file, `#!/bin/sh\n${script}\n`);
  chmodSync(file, 0o755);
  return file;
}

test('needs a desktop and a program that can be run', () => {
  const file = addProgram('xdg-open', 'true');
  expect(findOpener({ PATH: folder, DISPLAY: ':0' }, 'linux')).toBe(file);
  expect(findOpener({ PATH: folder }, 'linux')).toBeNull();
  expect(findOpener({ PATH: join(folder, 'none'), DISPLAY: ':0' }, 'linux')).toBeNull();
  chmodSync(file, 0o644);
  expect(findOpener({ PATH: folder, DISPLAY: ':0' }, 'linux')).toBeNull();
  expect(findOpener({ PATH: folder, DISPLAY: ':0' }, 'aix')).toBeNull();
});

test('starts it with the address, as one argument', async () => {
  const got = join(folder, 'got');
  const file = addProgram('xdg-open', `printf '%s|' "$@" > ${got}.new && mv ${got}.new ${got}`);
  expect(await openAddress(file, 'http://127.0.0.1:1/?a=b c')).toBe(true);
  await eventually(() => existsSync(got), { what: 'the call' });
  expect(readFileSync(got, 'utf8')).toBe('http://127.0.0.1:1/?a=b c|');
});

test('a program that cannot be started is no exception', async () =>
  expect(await openAddress(join(folder, 'none'), 'http://127.0.0.1:1/')).toBe(false));
