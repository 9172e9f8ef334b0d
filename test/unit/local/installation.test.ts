/** The lock of an installation: who may read its folder, and what happens when the folder is lost while the system runs. */
import { chmodSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { lockInstallation } from '../../../local/installation.js';

const SYSTEM = { addresses: {}, processes: [], databaseUrl: 'postgresql://127.0.0.1/relevo', redisUrl: 'redis://127.0.0.1' };
const modeOf = (path: string): number => statSync(path).mode & 0o777;

describe('the folder of an installation', () => {
  let folder = '';
  beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'relevo-installation-'))));
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('made wider by an earlier version is narrowed at the start, with the files in it', () => {
    chmodSync(folder, 0o755);
    writeFileSync(join(folder, 'up.log'), '', { mode: 0o644 });
    writeFileSync(join(folder, 'gateway-ledger.ndjson'), '', { mode: 0o644 });
    lockInstallation(folder).release();
    expect(modeOf(folder)).toBe(0o700);
    expect(['up.log', 'gateway-ledger.ndjson'].map((name) => modeOf(join(folder, name)))).toEqual([0o600, 0o600]);
  });

  it('lost while the system runs is a failure told, not one thrown into an event handler', () => {
    const lock = lockInstallation(folder);
    expect(lock.write(SYSTEM)).toBeNull();
    rmSync(folder, { recursive: true });
    expect(lock.write(SYSTEM)).toMatch(/ENOENT/);
    expect(() => lock.release()).not.toThrow();
    mkdirSync(folder);
    expect(lock.write(SYSTEM)).toBeNull();
  });
});
