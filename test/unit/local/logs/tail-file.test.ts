/** The end of a log file, on real files: bounds, positions, rotation, truncation. */
import { beforeEach, afterEach, expect, test } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readlinkSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onlyWhere } from '../../../support/only-where.js';
import { tailFile, type FileTail } from '../../../../local/logs/tail-file.js';

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'relevo-tail-'));
  file = join(folder, 'server_1.log');
});
afterEach(() => rmSync(folder, { recursive: true }));

const tail = (after: string | null = null, lines = 100, bytes?: number): Promise<FileTail> =>
  tailFile(file, { lines, after, isWanted: (line) => !line.startsWith('#') }, bytes);

test('returns the last wanted lines, then only newer ones; an incomplete line waits', async () => {
  writeFileSync(file, 'one\n# no\ntwo\r\nthree\nfo');
  const first = await tail(null, 2);
  expect(first).toMatchObject({ lines: ['two', 'three'], skipped: true, restarted: false });
  appendFileSync(file, 'ur\n# no\n');
  const second = await tail(first.position);
  expect(second).toMatchObject({ lines: ['four'], skipped: false, restarted: false });
  expect(await tail(second.position)).toEqual({ ...second, lines: [] });
});

test('reads at most the bytes of the end, from the beginning of a line', async () => {
  // Each line has 2 + 3 + 1 bytes; the bound is inside a character of the third last line.
  writeFileSync(file, ['1é€', '2é€', '3é€', '4é€', '5é€', ''].join('\n'));
  const size = Buffer.byteLength('1é€\n');
  expect(await tail(null, 100, 2 * size + 2)).toMatchObject({
    lines: ['4é€', '5é€'],
    skipped: true,
  });
  expect(await tail(null, 100, 5 * size)).toMatchObject({
    lines: ['1é€', '2é€', '3é€', '4é€', '5é€'],
    skipped: false,
  });
});

test('of a line longer than the bound the end is shown, and the next line follows', async () => {
  writeFileSync(file, `first\n${'é'.repeat(1_000)}end\n`);
  const huge = await tail(null, 100, 100);
  expect(huge.lines).toHaveLength(1);
  expect(huge.lines[0]).toMatch(/^… é+end$/);
  appendFileSync(file, 'x'.repeat(1_000));
  const waiting = await tail(huge.position, 100, 100);
  expect(waiting).toMatchObject({ lines: [], position: huge.position, skipped: false });
  appendFileSync(file, 'y\nlast\n');
  expect(await tail(waiting.position, 100, 100)).toMatchObject({ lines: ['last'], skipped: true });
});

test('a first read that finds only the middle of a line states that it left out lines', async () => {
  writeFileSync(file, `first\n${'x'.repeat(1_000)}`);
  const waiting = await tail(null, 100, 100);
  expect(waiting).toMatchObject({ lines: [], skipped: true });
  // The lines may still come: a follower has missed none so far.
  expect(await tail(waiting.position, 100, 100)).toMatchObject({ lines: [], skipped: false });
  expect(await tail()).toMatchObject({ lines: ['first'], skipped: false });
});

test('after a rotation the rest of the former file comes before the new one', async () => {
  writeFileSync(file, 'one\n');
  const { position } = await tail();
  appendFileSync(file, 'two\n');
  renameSync(file, `${file}.1`);
  const between = await tail(position);
  expect(between).toMatchObject({ lines: ['two'], restarted: false });
  writeFileSync(file, 'three\n');
  expect(await tail(position)).toMatchObject({ lines: ['two', 'three'], restarted: false });
  expect(await tail(between.position)).toMatchObject({ lines: ['three'], restarted: false });
  // The bound holds for both files together.
  expect(await tail(position, 100, 6)).toMatchObject({ lines: ['three'], skipped: true });
});

test('a file that was rotated while it was opened is read once', async () => {
  writeFileSync(file, 'one\n');
  const { position } = await tail();
  appendFileSync(file, 'two\n');
  linkSync(file, `${file}.1`);
  expect(await tail(position)).toMatchObject({ lines: ['two'], restarted: false });
});

test('a first read does not reach into the file of an earlier run', async () => {
  writeFileSync(`${file}.1`, 'former\n');
  writeFileSync(file, 'now\n');
  expect((await tail()).lines).toEqual(['now']);
});

test.each([
  ['became shorter', 'a\n'],
  ['was emptied and has grown beyond the position', 'another\nthird\n'],
])('a file that %s is read anew', async (_what, text) => {
  writeFileSync(file, 'before\n');
  const { position } = await tail();
  truncateSync(file);
  appendFileSync(file, text);
  expect(await tail(position)).toMatchObject({
    lines: text.trim().split('\n'),
    restarted: true,
  });
});

test('an invented position behind the end of the file is no position', async () => {
  writeFileSync(file, 'one\n');
  const [device, inode] = (await tail()).position.split('-');
  // The digest of no bytes.
  const invented = `${device}-${inode}-999999999999999-e3b0c442`;
  expect(await tail(invented)).toMatchObject({ lines: ['one'], restarted: true });
});

test('another file with the same content is another log', async () => {
  writeFileSync(file, 'one\n');
  const { position } = await tail();
  renameSync(file, join(folder, 'moved'));
  writeFileSync(file, 'one\ntwo\n');
  expect(await tail(position)).toMatchObject({ lines: ['one', 'two'], restarted: true });
});

test('without a bound of the caller a read has at most 512 KiB', async () => {
  writeFileSync(file, 'x\n'.repeat(400_000));
  const { lines, skipped } = await tail(null, Infinity);
  expect(lines).toHaveLength(262_143);
  expect(skipped).toBe(true);
});

onlyWhere(
  existsSync('/proc/self/fd'),
  'needs /proc',
  test,
)('closes every file, also a folder and both files of a rotation', async () => {
  const opened = (path: string): number =>
    readdirSync('/proc/self/fd').filter((fd) => {
      try {
        return readlinkSync(join('/proc/self/fd', fd)).startsWith(path);
      } catch {
        return false;
      }
    }).length;
  writeFileSync(file, 'one\n');
  writeFileSync(`${file}.1`, 'zero\n');
  await tail('1-1-9-00000000');
  rmSync(file);
  mkdirSync(file);
  await tail();
  expect(opened(folder)).toBe(0);
});

test('a missing file, a folder, a link and a pipe have no lines', async () => {
  const none = { lines: [], position: '', skipped: false, restarted: false };
  expect(await tail()).toEqual(none);
  mkdirSync(file);
  expect(await tail()).toEqual(none);
  rmSync(file, { recursive: true });
  writeFileSync(join(folder, 'secret'), 'no log\n');
  symlinkSync(join(folder, 'secret'), file);
  expect(await tail()).toEqual(none);
  rmSync(file);
  execFileSync('mkfifo', [file]);
  expect(await tail()).toEqual(none);
});
