/** Which tools the selected tests need, where they are looked for, and what happens where they cannot be had. */
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ROOT } from '../../../local/root.js';
import { adviceOn, findTool, provideTestTools, toolsOf } from '../../../local/setup/test-tools.mjs';

/** Programs of the machine are out of the way: only what is below a folder made here is found. */
const root = mkdtempSync(join(tmpdir(), 'relevo-tools-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

test('a tool belongs to tests that exist, and only these ask for it', () => {
  const files = readdirSync(join(ROOT, 'test'), { recursive: true, encoding: 'utf8' }).map((name) => `test/${name}`);
  expect(toolsOf(files)).toEqual(['chromium', 'prometheus']);
  expect(toolsOf(files.filter((file) => !/^test\/(browser|integration\/metrics)\//.test(file)))).toEqual([]);
  expect(toolsOf(['test/browser/report.test.ts'])).toEqual(['chromium']);
});

test('unpacked programs are found where they were laid; a tool with half of its programs is not', () => {
  const folder = join(root, '.data/tools/prometheus/usr/bin');
  mkdirSync(folder, { recursive: true });
  const lay = (name: string): void => {
    writeFileSync(join(folder, name), '#!/bin/sh\n');
    chmodSync(join(folder, name), 0o755);
  };
  const machine = findTool(join(root, 'elsewhere'), 'prometheus');
  lay('prometheus');
  if (machine === null) expect(findTool(root, 'prometheus')).toBeNull();
  lay('promtool');
  expect(findTool(root, 'prometheus')?.map((path) => path.split('/').at(-1))).toEqual(['prometheus', 'promtool']);
});

test('CHROMIUM names the browser', () => {
  process.env['CHROMIUM'] = '/opt/browser';
  expect(findTool(root, 'chromium')).toEqual(['/opt/browser']);
  delete process.env['CHROMIUM'];
});

test('tests that use no tool have none provided, in CI too', async () => {
  await expect(provideTestTools(root, ['test/unit/docs.test.ts'], true)).resolves.toBeUndefined();
});

test('the advice is a command', () => {
  for (const name of ['chromium', 'prometheus'] as const) expect(adviceOn(name)).toMatch(/apt-get install \w+/);
});
