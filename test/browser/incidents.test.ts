/**
 * Incidents of processes and engines on a whole system, as an operator sees them: the leader, an
 * instance, the gateway, Redis, the database, the disk.
 */
import { afterAll, test } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { rmSync, statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeInBrowser, useBrowser } from '../support/browser.js';
import { TEST_MS, useIncidents, type Incident } from './incident-stage.js';

const MEGABYTE = 1_000_000;
/** The test file that fills the disk. The alert fires with half of it, in MB. */
const FILE_MB = 2_000;

const freeMb = (): number => {
  const { bavail, bsize } = statfsSync(tmpdir());
  return Math.floor((bavail * bsize) / MEGABYTE);
};

describeInBrowser('incidents', () => {
  const browser = useBrowser();
  const filler = join(tmpdir(), `relevo-filler-${randomUUID()}`);
  const stage = useIncidents(browser, () => ({
    patients: 2,
    supervise: true,
    env: { DISK_LEAST_MB: String(freeMb() - FILE_MB / 2) },
  }));
  afterAll(() => rmSync(filler, { force: true }));

  async function readOnly(value: string): Promise<void> {
    await stage().sql(`ALTER SYSTEM SET default_transaction_read_only = ${value}`);
    await stage().sql('SELECT pg_reload_conf()');
  }

  test.each<[title: string, incident: Incident]>([
    [
      'the leader is dead',
      {
        alert: /^server_\d does not answer/,
        action: /replica|process/i,
        cause: async () => stage().stop(await stage().leader()),
      },
    ],
    [
      'an instance is lost',
      {
        alert: /^patients_2 does not answer/,
        action: /Read the log/,
        cause: () => stage().stop('patients_2'),
      },
    ],
    [
      'the gateway is down',
      {
        alert: /^No replica reaches the gateway/,
        action: /Check the gateway/,
        cause: async () => {
          await stage().gateway({ down: true });
          return () => stage().gateway({});
        },
      },
    ],
    [
      'Redis refuses writes',
      {
        alert: /^Redis does not answer/,
        action: /free its memory/,
        cause: async () => {
          await stage().redis('CONFIG', 'SET', 'maxmemory', '1');
          return () => stage().redis('CONFIG', 'SET', 'maxmemory', '0');
        },
      },
    ],
    [
      'the database is read-only',
      {
        alert: /refuses writes; no payment is accepted/,
        action: /make it writable/,
        cause: async () => {
          await readOnly('on');
          return () => readOnly('off');
        },
      },
    ],
    [
      'the disk is nearly full',
      {
        alert: /^The disk has less than \d+ MB free/,
        action: /enlarge the disk/,
        cause: async () => {
          execFileSync('fallocate', ['-l', `${FILE_MB}MB`, filler]);
          return async () => rmSync(filler);
        },
      },
    ],
  ])(
    '%s: the overview shows it, one key opens the first action, and it clears by itself',
    (_title, incident) => stage().check(incident),
    TEST_MS,
  );
});
