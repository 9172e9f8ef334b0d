/** Follows a file while other programs move, delete, truncate and replace it. Uses real files. */
import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FileFollower } from '../../../../cli/programs/file-follower.js';

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'relevo-follow-'));
  file = join(folder, 'up.log');
});
afterEach(() => rmSync(folder, { recursive: true }));

it('reads each part once, also when a character arrives in two parts', async () => {
  const follower = new FileFollower(file);
  const dots = Buffer.from('Starting …\n');
  writeFileSync(file, dots.subarray(0, 10));
  expect(await follower.read()).toBe('Starting ');
  appendFileSync(file, dots.subarray(10));
  expect(await follower.read()).toBe('…\n');
  expect(await follower.read()).toBe('');
});

it.each([
  ['moved', () => renameSync(file, `${file}.1`)],
  ['deleted', () => rmSync(file)],
  [
    'replaced by a folder',
    () => {
      rmSync(file);
      mkdirSync(file);
    },
  ],
])(
  'a file that is %s returns no text, and the next file is read from its beginning',
  async (_what, harm) => {
    const follower = new FileFollower(file);
    writeFileSync(file, 'before\n');
    expect(await follower.read()).toBe('before\n');
    harm();
    expect(await follower.read()).toBe('');
    rmSync(file, { recursive: true, force: true });
    writeFileSync(file, 'after, longer than before\n');
    expect(await follower.read()).toBe('after, longer than before\n');
  },
);

it('a file that became shorter is read from its beginning', async () => {
  const follower = new FileFollower(file);
  writeFileSync(file, 'before\n');
  await follower.read();
  truncateSync(file);
  appendFileSync(file, 'new\n');
  expect(await follower.read()).toBe('new\n');
});
