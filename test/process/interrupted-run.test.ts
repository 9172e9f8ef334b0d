/**
 * `npm test` that is ended by a signal, as a separate process with a temporary folder of its own:
 * it leaves no folder and no process behind. After SIGKILL the next run deletes the folder.
 */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findDescendants, isAlive, readStartMark } from '../../local/processes/process-tree.js';
import { createRunFolder } from '../../local/run-folder.js';
import { eventually } from '../support/eventually.js';
import { relevo, type Ran } from '../support/relevo.js';

const DEADLINE_MS = 90_000;
/** A small file that needs engines. */
const INNER = 'test/integration/local/ports.test.ts';

let parent: string;
beforeAll(() => {
  parent = mkdtempSync(join(tmpdir(), 'relevo-interrupted-'));
});
afterAll(() => rmSync(parent, { recursive: true, force: true }));

const runFolders = (): string[] =>
  readdirSync(parent).filter((name) => name.startsWith('relevo-test-'));

const start = (): Ran => relevo(['test', INNER], { TMPDIR: parent, TEST_LOGS: '' });

const untilFolder = (): Promise<unknown> =>
  eventually(() => runFolders().length > 0, { what: 'the folder', deadlineMs: DEADLINE_MS });
let running: Ran;
/** Jest prints its first line when it has found the tests. */
const untilTests = (): Promise<unknown> =>
  eventually(() => /Determining test suites|RUNS|PASS/.test(running.err()), {
    what: 'Jest runs',
    deadlineMs: DEADLINE_MS,
  });

/** Both signals have one handler, so each moment needs only one of them. */
test.each([
  ['SIGINT', 'while the engines start', untilFolder],
  ['SIGTERM', 'while Jest runs', untilTests],
] as const)(
  'a test run that is interrupted by %s %s leaves no folder and no process',
  async (signal, _moment, moment) => {
    running = start();
    await moment();
    const children = findDescendants(running.child.pid ?? 0);
    running.child.kill(signal);
    expect(await running.ended).not.toBe(0);
    expect(runFolders()).toEqual([]);
    expect(children.filter(isAlive)).toEqual([]);
  },
  180_000,
);

describe('the folder of a run', () => {
  let folder: string;
  beforeEach(() => {
    rmSync(parent, { recursive: true, force: true });
    mkdirSync(parent);
    folder = join(parent, 'relevo-test-other');
    mkdirSync(folder);
  });
  const own = (pid: number, mark: string | null): void =>
    writeFileSync(join(folder, 'owner.json'), JSON.stringify({ pid, startMark: mark }));

  test('is deleted by the next run when its owner has ended', () => {
    own(process.pid, 'an earlier process with the same pid');
    createRunFolder(parent, 'test');
    expect(existsSync(folder)).toBe(false);
  });

  test('stays while its owner lives', () => {
    own(process.pid, readStartMark(process.pid));
    createRunFolder(parent, 'test');
    expect(existsSync(folder)).toBe(true);
  });

  test('without an owner stays', () => {
    createRunFolder(parent, 'test');
    expect(existsSync(folder)).toBe(true);
  });

  test('of a run killed with SIGKILL stays until the next run deletes it', async () => {
    running = start();
    await eventually(() => runFolders().length > 1, { what: 'a folder', deadlineMs: DEADLINE_MS });
    const left = runFolders().find((name) => name !== 'relevo-test-other') ?? '';
    await eventually(() => existsSync(join(parent, left, 'owner.json')), { what: 'the owner' });
    const children = findDescendants(running.child.pid ?? 0);
    running.child.kill('SIGKILL');
    await running.ended;
    await eventually(() => !children.some(isAlive), {
      what: 'no process',
      deadlineMs: DEADLINE_MS,
    });
    expect(runFolders()).toContain(left);
    createRunFolder(parent, 'test');
    expect(runFolders()).not.toContain(left);
  }, 180_000);
});
