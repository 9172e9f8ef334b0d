/** The last lines of several logs, on real files. */
import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findLogs, LogTails } from '../../../../cli/programs/log-tail.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'relevo-logs-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const write = (process: string, text: string): void =>
  writeFileSync(join(folder, `${process}.log`), text);
const at = (second: number, msg: string): string =>
  `${JSON.stringify({ time: `2026-11-21T18:00:0${second}.000Z`, msg })}\n`;
const everything = (): boolean => true;

test('lists the processes that have a log; without a folder there are none', () => {
  write('server_2', '');
  write('postgres', '');
  writeFileSync(join(folder, 'server_2.log.1'), '');
  expect(findLogs(folder)).toEqual(['postgres', 'server_2']);
  expect(findLogs(join(folder, 'none'))).toEqual([]);
});

test('merges by time; lines without a time stay behind the line before them', async () => {
  write('server_1', at(1, 'a') + at(4, 'd'));
  write('postgres', `${at(2, 'b')}plain\n`);
  const tails = new LogTails(folder, ['server_1', 'postgres']);
  const lines = await tails.read(10, everything);
  expect(lines.map(({ process, line }) => [process, line.slice(-8)])).toEqual([
    ['server_1', '"msg":"a"}'.slice(-8)],
    ['postgres', '"msg":"b"}'.slice(-8)],
    ['postgres', 'plain'],
    ['server_1', '"msg":"d"}'.slice(-8)],
  ]);
});

test('returns the last wanted lines, then only new complete ones', async () => {
  write('server_1', 'one\ntwo\nthree\nfour\n');
  const tails = new LogTails(folder, ['server_1']);
  const read = async (): Promise<string[]> =>
    (await tails.read(2, (line) => line !== 'four')).map(({ line }) => line);
  expect(await read()).toEqual(['two', 'three']);
  appendFileSync(join(folder, 'server_1.log'), 'fi');
  expect(await read()).toEqual([]);
  appendFileSync(join(folder, 'server_1.log'), 've\n');
  expect(await read()).toEqual(['five']);
});
