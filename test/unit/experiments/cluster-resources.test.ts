/** The folder of a cluster is deleted on every exit path. */
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, expect, jest, test } from '@jest/globals';
import { Links } from '../../../experiments/network/links.js';
import { openResources } from '../../../experiments/system/cluster-resources.js';
import { RELEVO } from '../../../experiments/system/system-under-test.js';

const parent = mkdtempSync(join(tmpdir(), 'relevo-resources-'));
const shape = {
  ...RELEVO.shape({ replicas: 1, monitors: 1, patients: 1, balancer: null }),
  gateway: 'simulated' as const,
};
const findFolders = (): string[] =>
  readdirSync(parent).filter((name) => name.startsWith('relevo-lab-'));

afterEach(() => void jest.restoreAllMocks());
afterAll(() => rmSync(parent, { recursive: true, force: true }));

test('an error of one resource: the others are closed, and the folder is deleted', async () => {
  const { dataDir, log, logs, tearDown } = await openResources(RELEVO, shape, {
    parent,
    links: true,
  });
  expect(existsSync(dataDir)).toBe(true);
  jest.spyOn(log, 'close').mockRejectedValue(new Error('the log'));
  const closed = jest.spyOn(logs, 'close');
  await expect(tearDown()).rejects.toThrow('the log');
  expect(closed).toHaveBeenCalled();
  expect(findFolders()).toEqual([]);
});

test('a resource that cannot be opened leaves no folder', async () => {
  jest.spyOn(Links, 'open').mockRejectedValue(new Error('no port'));
  await expect(openResources(RELEVO, shape, { parent, links: true })).rejects.toThrow('no port');
  expect(findFolders()).toEqual([]);
});

test('the folder of a run that was killed is deleted by the next run', async () => {
  const left = join(parent, 'relevo-lab-killed');
  mkdirSync(left);
  const owner = { pid: process.pid, startMark: 'an earlier process with the same pid' };
  writeFileSync(join(left, 'owner.json'), JSON.stringify(owner));
  const { dataDir, tearDown } = await openResources(RELEVO, shape, { parent });
  expect(existsSync(left)).toBe(false);
  // The folder of a run that lives stays.
  const other = await openResources(RELEVO, shape, { parent, copy: 2 });
  expect(existsSync(dataDir)).toBe(true);
  await tearDown();
  await other.tearDown();
});
