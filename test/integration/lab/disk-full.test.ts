/**
 * PostgreSQL and the gateway's ledger on a separate disk of the lab that becomes full: writes are
 * refused with the matching code, a server without space for its write-ahead log ends, and both
 * heal. Without namespaces there is no such disk, and the lab reports that.
 */
import { afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { existsSync, mkdtempSync, readFileSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Injector } from '../../../experiments/faults/injector.js';
import type { Cluster } from '../../../experiments/system/cluster.js';
import { MemoryDisk } from '../../../experiments/system/memory-disk.js';
import { GatewayLedger } from '../../../gateway/ledger.js';
import { isAlive } from '../../../local/processes/process-tree.js';
import { runToEnd } from '../../../local/processes/run-to-end.js';
import type { Charge } from '../../../shared/contracts/gateway.js';
import { eventually } from '../../support/eventually.js';
import { openTestCluster } from '../../support/cluster.js';
import { isWhole, pay } from './asking.js';
import { injectFault } from './injecting.js';
import { onlyWhere } from '../../support/only-where.js';

const TEST_MS = 180_000;
const allowed = (await runToEnd(['unshare', '-U', '--map-root-user', '-m', 'true'])).code === 0;
const withMounts = onlyWhere(allowed, 'needs the right to mount a file system', describe);

const disks: { disk: MemoryDisk; folder: string }[] = [];
async function openDisk(): Promise<{ disk: MemoryDisk; folder: string }> {
  const folder = mkdtempSync(join(tmpdir(), 'relevo-disk-'));
  const disk = await MemoryDisk.open(join(folder, 'disk'));
  if (!disk) throw new Error('no disk');
  disks.push({ disk, folder });
  return { disk, folder };
}
afterEach(async () => {
  for (const { disk, folder } of disks.splice(0)) {
    await disk.close();
    rmSync(folder, { recursive: true });
  }
});

withMounts('a disk in memory', () => {
  test('accepts data, is full, has space again, and disappears with its keeper', async () => {
    const { disk, folder } = await openDisk();
    const file = join(disk.window, 'file');
    writeFileSync(file, Buffer.alloc(1_000_000));
    // Visible only inside the namespace.
    expect(existsSync(join(folder, 'disk', 'file'))).toBe(false);
    expect((await runToEnd([...disk.enter, 'ls', join(folder, 'disk')])).output).toBe('file');
    await disk.fill();
    expect(() => writeFileSync(join(disk.window, 'more'), Buffer.alloc(100_000))).toThrow(/ENOSPC/);
    await disk.empty();
    writeFileSync(join(disk.window, 'more'), Buffer.alloc(100_000));
    expect(statfsSync(disk.window).bfree).toBeGreaterThan(0);
    const { pid } = disk;
    await disk.close();
    expect(isAlive(pid)).toBe(false);
  });
});

withMounts('the ledger of the gateway on a full disk', () => {
  const entry = (key: string): Charge => ({
    key,
    status: 'approved',
    reference: 'r'.repeat(150),
    amountMinor: 100,
    currency: 'USD',
    reason: null,
    at: '2026-01-01T00:00:00Z',
  });

  test('refuses movements that it cannot write whole; each recorded one is in the file once, also after the heal', async () => {
    const { disk } = await openDisk();
    const path = join(disk.window, 'ledger');
    let ledger = new GatewayLedger(path);
    const recorded: string[] = [];
    const refused: unknown[] = [];
    const attempt = (key: string): void => {
      try {
        recorded.push(ledger.record(entry(key)).key);
      } catch (error) {
        refused.push(error);
      }
    };
    attempt('before');
    await disk.fill();
    for (let number = 0; number < 100; number += 1) attempt(`full-${number}`);
    expect(refused.length).toBeGreaterThan(0);
    expect(refused[0]).toMatchObject({ code: 'GATEWAY_DOWN' });
    ledger.close();
    ledger = new GatewayLedger(path);
    expect([ledger.cutOffBytes, ledger.all().map(({ key }) => key)]).toEqual([0, recorded]);
    await disk.empty();
    attempt('after');
    ledger.close();
    expect(
      readFileSync(path, 'utf8')
        .trim()
        .split('\n')
        .map((line) => (JSON.parse(line) as Charge).key),
    ).toEqual(recorded);
    expect(recorded.at(-1)).toBe('after');
  });
});

withMounts('disk-full', () => {
  let cluster: Cluster;
  let injector: Injector;
  beforeAll(async () => {
    cluster = await openTestCluster({ disk: true });
    injector = new Injector(cluster, new AbortController().signal);
    await cluster.pool.query('CREATE TABLE filler (text text)');
    // A checkpoint would release log, which the server could use again without more space.
    await cluster.pool.query("ALTER SYSTEM SET max_wal_size = '10GB'");
    await cluster.pool.query("ALTER SYSTEM SET checkpoint_timeout = '1d'");
    await cluster.pool.query('SELECT pg_reload_conf()');
  }, TEST_MS);

  const write = (rows: number): Promise<unknown> =>
    cluster.pool.query(
      `INSERT INTO filler SELECT repeat(md5(n::text), 60) FROM generate_series(1, $1) n`,
      [rows],
    );

  test(
    'a table cannot grow (53100), no payment is lost; after the heal it grows, and a payment succeeds',
    async () => {
      const { heal } = await injectFault(injector, 'disk-full', 'postgres');
      await expect(write(2_000)).rejects.toMatchObject({ code: '53100' });
      await heal();
      await isWhole(cluster);
      await write(2_000);
    },
    TEST_MS,
  );

  test(
    'the heal restarts a server that ended for lack of space',
    async () => {
      const { heal } = await injectFault(injector, 'disk-full', 'postgres');
      const postgres = cluster.system.process('postgres');
      // The server may rewrite existing data without limit, but each rewrite needs write-ahead log.
      await eventually(
        async () => {
          if (!postgres.up) return true;
          await cluster.pool.query('UPDATE filler SET text = reverse(text)').catch(() => undefined);
          await cluster.pool.query('SELECT pg_switch_wal()').catch(() => undefined);
          return !postgres.up;
        },
        { what: 'the server to give up' },
      );
      expect(await pay(cluster, 1)).not.toBe('SUCCEEDED');
      await heal();
      expect(injector.failures).toEqual([]);
      expect(postgres.up).toBe(true);
      await isWhole(cluster);
    },
    TEST_MS,
  );
});
