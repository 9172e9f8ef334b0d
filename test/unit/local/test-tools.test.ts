/**
 * The tools that the selected tests need, the folders in which they are searched, and the behaviour
 * when a tool is unavailable.
 */
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ROOT } from '../../../local/root.js';
import {
  adviceOn,
  findTool,
  provideTestTools,
  getTools,
} from '../../../local/setup/test-tools.mjs';

/** A new, empty root. findTool searches it in addition to the folders of the machine. */
const root = mkdtempSync(join(tmpdir(), 'relevo-tools-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

test('a tool belongs to existing tests, and only these tests require it', () => {
  const files = readdirSync(join(ROOT, 'test'), { recursive: true, encoding: 'utf8' }).map(
    (name) => `test/${name}`,
  );
  expect(getTools(files)).toEqual([
    'chromium',
    'balancers',
    'patroni',
    'zookeeper',
    'kubectl',
    'prometheus',
  ]);
  expect(
    getTools(
      files.filter(
        (file) =>
          !/^test\/(browser|unit\/kubernetes|integration\/metrics|(integration|process)\/(balancer|standby|zookeeper))\//.test(
            file,
          ) && file !== 'test/integration/cli/deploy-check.test.ts',
      ),
    ),
  ).toEqual([]);
  expect(getTools(['test/browser/report.test.ts'])).toEqual(['chromium']);
  expect(getTools(['test/integration/cli/deploy-check.test.ts'])).toEqual(['kubectl']);
});

test('unpacked programs are found; a tool with only some of its programs is not', () => {
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
  expect(findTool(root, 'prometheus')?.map((path) => path.split('/').at(-1))).toEqual([
    'prometheus',
    'promtool',
  ]);
});

test('CHROMIUM names the browser', () => {
  process.env['CHROMIUM'] = '/opt/browser';
  expect(findTool(root, 'chromium')).toEqual(['/opt/browser']);
  delete process.env['CHROMIUM'];
});

test('tests without tools get none, also in CI', async () => {
  await expect(provideTestTools(root, ['test/unit/docs.test.ts'], true)).resolves.toBeUndefined();
});

test('the advice contains a command', () => {
  for (const name of ['chromium', 'prometheus', 'patroni', 'zookeeper', 'kubectl'] as const)
    expect(adviceOn(name)).toMatch(/apt-get install \w+/);
});

test('a kubectl whose kustomize is too old is not used', () => {
  const folder = join(root, '.data/tools/kubectl/usr/bin');
  const path = process.env['PATH'];
  const lay = (at: string, version: string): void => {
    mkdirSync(at, { recursive: true });
    writeFileSync(join(at, 'kubectl'), `#!/bin/sh\necho '{ "kustomizeVersion": "${version}" }'\n`);
    chmodSync(join(at, 'kubectl'), 0o755);
  };
  const machine = join(root, 'machine');
  process.env['PATH'] = `${machine}:${path}`;
  try {
    lay(machine, 'v4.5.7');
    lay(folder, 'v5.7.1');
    expect(findTool(root, 'kubectl')).toEqual([join(folder, 'kubectl')]);
    lay(folder, 'v4.5.7');
    expect(findTool(root, 'kubectl')).toBeNull();
    lay(machine, 'v5.0.1');
    expect(findTool(root, 'kubectl')).toEqual([join(machine, 'kubectl')]);
  } finally {
    process.env['PATH'] = path;
  }
});
