/**
 * The lock of an installation: the modes of its folder, and the loss of the folder while the system
 * runs.
 */
import { chmodSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { lockInstallation } from '../../../local/installation.js';

const SYSTEM = {
  addresses: {},
  processes: [],
  databaseUrl: 'postgresql://127.0.0.1/relevo',
  redisUrl: 'redis://127.0.0.1',
};
const modeOf = (path: string): number => statSync(path).mode & 0o777;

describe('the folder of an installation', () => {
  let folder = '';
  beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'relevo-installation-'))));
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('with the wider modes of an earlier version is corrected at the start, together with its files', () => {
    chmodSync(folder, 0o755);
    writeFileSync(join(folder, 'up.log'), '', { mode: 0o644 });
    writeFileSync(join(folder, 'gateway-ledger.ndjson'), '', { mode: 0o644 });
    lockInstallation(folder).release();
    expect(modeOf(folder)).toBe(0o700);
    expect(['up.log', 'gateway-ledger.ndjson'].map((name) => modeOf(join(folder, name)))).toEqual([
      0o600, 0o600,
    ]);
  });

  it('deleted while the system runs: write() returns the failure instead of throwing into an event handler', () => {
    const lock = lockInstallation(folder);
    expect(lock.write(SYSTEM)).toBeNull();
    rmSync(folder, { recursive: true });
    expect(lock.write(SYSTEM)).toMatch(/ENOENT/);
    expect(() => lock.release()).not.toThrow();
    mkdirSync(folder);
    expect(lock.write(SYSTEM)).toBeNull();
  });
});
