/**
 * Log files while other programs move, delete, truncate and replace them, and while the disk is
 * full. Uses real files.
 */
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LogFiles } from '../../../local/processes/log-files.js';
import { eventually } from '../../support/eventually.js';
import { onlyWhere } from '../../support/only-where.js';

const SOON = { lookMs: 1, largestBytes: 10_000 };
const LINE = 'x'.repeat(99);

describe('a log file', () => {
  let folder = '';
  let logs: LogFiles;
  const path = (name = 'server.log'): string => join(folder, name);
  const text = (name?: string): string =>
    existsSync(path(name)) ? readFileSync(path(name), 'utf8') : '';
  const sizeOf = (name?: string): number =>
    statSync(path(name), { throwIfNoEntry: false })?.size ?? 0;
  const arrived = (line: string, name?: string): Promise<unknown> =>
    eventually(() => text(name).includes(`${line}\n`), {
      what: `${line} is in ${name ?? 'the log'}`,
    });
  /**
   * Writes until the file at the path has the line. Directly after a fault, a line may still go to
   * the old file, or be lost.
   */
  const arrivesAgain = (line: string): Promise<unknown> =>
    eventually(
      () => {
        logs.write('server', line);
        return text().includes(`${line}\n`);
      },
      { what: `the log has ${line} again` },
    );

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'relevo-logs-'));
    logs = new LogFiles(folder, SOON);
  });
  afterEach(async () => {
    await logs.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it('has every line in order after close()', async () => {
    const lines = Array.from({ length: 90 }, (_, index) => `line ${index}`);
    lines.forEach((line) => logs.write('server', line));
    await logs.close();
    expect(text()).toBe(`${lines.join('\n')}\n`);
  });

  it('starts empty at each start', async () => {
    writeFileSync(path(), 'of the previous start\n');
    logs.write('server', 'first');
    await logs.close();
    expect(text()).toBe('first\n');
  });

  it('that was moved is created again, and respects its size limit', async () => {
    logs.write('server', 'before');
    await arrived('before');
    renameSync(path(), path('elsewhere.log'));
    for (let round = 0; round < 400; round += 1) logs.write('server', LINE);
    await arrivesAgain('after');
    // The waiting lines may make a rotation due, which renames the file at any moment until then.
    await logs.close();
    expect(text('elsewhere.log')).toMatch(/^before\n/);
    expect(Math.max(sizeOf(), sizeOf('server.log.1'))).toBeLessThan(60_000);
  });

  it('that was moved is created again, also when its rotation is due', async () => {
    await logs.close();
    logs = new LogFiles(folder, { ...SOON, lookMs: 60_000 });
    logs.write('server', 'before');
    await arrived('before');
    renameSync(path(), path('elsewhere.log'));
    for (let round = 0; round < 150; round += 1) logs.write('server', LINE);
    await arrivesAgain('after');
    expect(statSync(path('elsewhere.log')).size).toBeGreaterThan(SOON.largestBytes);
  });

  it('that was deleted is created again', async () => {
    logs.write('server', 'before');
    await arrived('before');
    rmSync(path());
    await arrivesAgain('after');
  });

  it('whose folder was deleted loses lines, and continues when the folder exists again', async () => {
    logs.write('server', 'before');
    await arrived('before');
    rmSync(folder, { recursive: true });
    for (let round = 0; round < 200; round += 1) logs.write('server', LINE);
    await new Promise(setImmediate);
    mkdirSync(folder);
    await arrivesAgain('after');
  });

  it('that was truncated (copytruncate) continues at its beginning, without a hole', async () => {
    for (let round = 0; round < 50; round += 1) logs.write('server', LINE);
    logs.write('server', 'before');
    await arrived('before');
    truncateSync(path());
    logs.write('server', 'after');
    await arrived('after');
    expect(text()).toBe('after\n');
    expect(existsSync(path('server.log.1'))).toBe(false);
  });

  it('is rotated when it is long: at most two files of that size are kept', async () => {
    for (let round = 0; round < 1_000; round += 1) {
      logs.write('server', LINE);
      if (round % 20 === 0) await new Promise(setImmediate);
    }
    await logs.close();
    await eventually(() => existsSync(path('server.log.1')), { what: 'the long file is renamed' });
    expect(statSync(path('server.log.1')).size).toBeLessThan(150_000);
  });

  it('that cannot be renamed is emptied: the size stays bounded', async () => {
    mkdirSync(path('server.log.1'));
    logs.write('server', 'x'.repeat(20_000));
    await eventually(() => existsSync(path()) && statSync(path()).size === 0, {
      what: 'the file is emptied',
    });
    logs.write('server', 'after');
    await arrived('after');
    expect(text()).toBe('after\n');
  });

  it('is readable by its owner only, also an older file', async () => {
    writeFileSync(path('old.log'), 'old', { mode: 0o644 });
    logs = new LogFiles(folder, SOON);
    logs.write('server', 'line');
    await arrived('line');
    expect(['server.log', 'old.log'].map((name) => statSync(path(name)).mode & 0o777)).toEqual([
      0o600, 0o600,
    ]);
    expect(statSync(folder).mode & 0o777).toBe(0o700);
  });

  const onLinux = onlyWhere(existsSync('/dev/full'), 'needs /dev/full', it);
  onLinux(
    'on a full disk loses lines and reports their number, without another failure',
    async () => {
      symlinkSync('/dev/full', path()); // Every write to it fails with ENOSPC.
      for (let round = 0; round < 100; round += 1) {
        logs.write('server', `lost ${round}`);
        await new Promise(setImmediate);
      }
      await eventually(() => logs.lost > 0, { what: 'a line that could not be written' });
      rmSync(path());
      await arrivesAgain('after');
      expect(text()).toMatch(/^\d+ lines are missing here: they could not be written \(ENOSPC\)\n/);
    },
  );
});
