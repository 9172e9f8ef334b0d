/** The folder of a run: runs that begin in the same second do not share one. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import { claimFolder, claimSubfolder, folderOf } from '../../../../experiments/report/files.js';

const root = mkdtempSync(join(tmpdir(), 'relevo-reports-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

test('three runs with the same name, seed and second keep their results', () => {
  const run = { name: 'chaos', seed: 7, startedAt: '2026-02-03T04:05:06.789Z' };
  const wanted = join(root, folderOf(run));
  const folders = ['one', 'two', 'three'].map((text) => claimFolder(wanted, 'result.json', text));
  expect(folders).toEqual([wanted, `${wanted}-2`, `${wanted}-3`]);
  const texts = folders.map((folder) => readFileSync(join(folder, 'result.json'), 'utf8'));
  expect(texts).toEqual(['one', 'two', 'three']);
});

test('two runs of the same second have a folder of profiles each', () => {
  const wanted = join(
    root,
    folderOf({ name: 'bench', seed: 1, startedAt: '2026-02-03T04:05:06Z' }),
  );
  const folders = [1, 2].map(() => claimSubfolder(wanted, 'profiles'));
  expect(folders).toEqual([wanted, `${wanted}-2`]);
  // The report is beside the profiles.
  expect(folders.map((folder) => claimFolder(folder, 'result.json', ''))).toEqual(folders);
});

test('a folder that cannot be made is an error', () => {
  const file = join(claimFolder(join(root, 'run'), 'result.json', ''), 'result.json');
  expect(() => claimFolder(file, 'result.json', '')).toThrow('EEXIST');
});
