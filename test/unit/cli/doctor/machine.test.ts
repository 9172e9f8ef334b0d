/**
 * The checks of the machine: each with a good and a bad result. Uses real listeners, folders
 * and PATHs where a test can cause a fault.
 */
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { once } from 'node:events';
import { join } from 'node:path';
import {
  clockCheck,
  judgeClock,
  judgeOffsets,
  measureOffset,
} from '../../../../cli/doctor/clock.js';
import { dataFolderCheck, judgeFolder } from '../../../../cli/doctor/data-folder.js';
import { diskCheckWith, judgeDisk } from '../../../../cli/doctor/disk.js';
import { judgePostgresProgram, judgeRedisProgram } from '../../../../cli/doctor/engines.js';
import { installCommand, ok } from '../../../../cli/doctor/finding.js';
import { atLeast } from '../../../../shared/version.js';
import { judgeLimits, limitsCheck } from '../../../../cli/doctor/limits.js';
import { judgeNode, nodeCheck } from '../../../../cli/doctor/node.js';
import { judgePackages } from '../../../../cli/doctor/packages.js';
import { judgePorts, portsCheck } from '../../../../cli/doctor/ports.js';
import { judgeTools } from '../../../../cli/doctor/tools.js';
import { isPortFree } from '../../../../local/processes/ports.js';
import { findBad, toLevels, useDataFolder } from './findings.js';

const { around, getFolder } = useDataFolder();

describe('Node.js and npm', () => {
  it.each([
    ['20.19.0', '11.0.0', ['ok', 'ok']],
    ['20.18.1', '10.0.0', ['problem', 'ok']],
    ['22.1.0', '8.19.0', ['ok', 'warning']],
    ['22.1.0', null, ['ok', 'warning']],
  ])('%s and %s are %j', (node, npm, expected) =>
    expect(toLevels(judgeNode(node, npm))).toEqual(expected),
  );

  it('reports npm as missing when it is not on the PATH', async () => {
    const found = await nodeCheck.look(around({ PATH: getFolder() }));
    expect(findBad(found)).toMatchObject({
      subject: 'npm',
      level: 'warning',
      fix: 'node local/bootstrap.mjs up',
    });
    expect(
      findBad(await nodeCheck.look(around({ PATH: process.env['PATH'] ?? '' }))),
    ).toBeUndefined();
  });

  it.each([
    ['v18.2.1', [18, 2], true],
    ['18.1.9', [18, 2], false],
    ['19', [18, 2], true],
    ['7.0.15', [6, 2], true],
  ])('%s is at least %j: %s', (found, wanted, expected) =>
    expect(atLeast(found, wanted)).toBe(expected),
  );
});

describe('packages', () => {
  it.each([
    [true, true, ['ok', 'ok']],
    [false, true, ['problem', 'ok']],
    [true, false, ['ok', 'warning']],
  ])('installed %s, generated %s: %j', (areInstalled, isGenerated, expected) =>
    expect(toLevels(judgePackages(areInstalled, isGenerated))).toEqual(expected),
  );
  it('recommends npm ci', () => expect(findBad(judgePackages(false, true))?.fix).toBe('npm ci'));
});

describe('engines', () => {
  it.each([
    [null, null, 'problem'],
    ['/usr/bin/redis-server', '7.0.15', 'ok'],
    ['/usr/bin/redis-server', '5.0.7', 'problem'],
    ['/usr/bin/valkey-server', null, 'warning'],
  ])('redis at %s in version %s: %s', (program, version, level) =>
    expect(judgeRedisProgram(program, version).level).toBe(level),
  );
  it('recommends the package manager of the system for a missing program', () => {
    expect(judgeRedisProgram(null, null).fix).toBe(installCommand('redis-server', 'redis'));
    expect(installCommand('redis-server', 'redis', 'darwin')).toBe('brew install redis');
    expect(installCommand('redis-server', 'redis', 'linux')).toMatch(
      /apt-get install -y redis-server$/,
    );
  });
  it('reports why PostgreSQL cannot run', () => {
    expect(judgePostgresProgram('18.4', null).level).toBe('ok');
    expect(judgePostgresProgram(null, 'PostgreSQL cannot run here (no library).')).toMatchObject({
      level: 'problem',
      fix: expect.stringContaining('DATABASE_URL=') as string,
    });
  });
  it('reports a missing tool together with its purpose', () => {
    const tools = [
      { names: ['jq'], for: 'examples', debian: 'jq', brew: 'jq' },
      { names: ['psql'], for: 'queries', debian: 'postgresql-client', brew: 'libpq' },
    ];
    expect(toLevels(judgeTools(['/usr/bin/jq', null], tools))).toEqual(['ok', 'warning']);
    expect(findBad(judgeTools([null, 'x'], tools))?.says).toContain('only examples need it');
  });
});

describe('ports', () => {
  it('reports a port in use with its owner, and suggests an offset with free ports', async () => {
    let offset = 30_000;
    while (!(await isPortFree(5002 + offset))) offset += 100;
    const listener = createServer().listen(5002 + offset, '127.0.0.1');
    await once(listener, 'listening');
    try {
      const found = await portsCheck.look(around({ RELEVO_PORT_OFFSET: String(offset) }));
      const finding = found.find(({ subject }) => subject === `port ${5002 + offset}`);
      expect(finding).toMatchObject({ level: 'problem' });
      expect(finding?.says).toContain('server_2 needs it');
      if (process.platform === 'linux') expect(finding?.says).toContain(`(pid ${process.pid})`);
      expect(finding?.fix).toMatch(
        new RegExp(`^RELEVO_DATA=${getFolder()} RELEVO_PORT_OFFSET=\\d+ npm start`),
      );
    } finally {
      await new Promise((resolve) => listener.close(resolve));
    }
  });
  it('control: free ports are ok', () =>
    expect(judgePorts(7, [], null, {})).toEqual([ok('ports', '7 are free')]));
  it('recommends lsof for an unknown owner', () =>
    expect(judgePorts(7, [{ port: 5000, needs: 'monitor_1', owner: null }], null, {})[0]?.fix).toBe(
      'lsof -i :5000',
    ));
});

describe('data folder', () => {
  it('the check leaves no file, and accepts a missing folder', async () => {
    expect(toLevels(await dataFolderCheck.look(around()))).toEqual(['ok']);
    expect(readdirSync(getFolder())).toEqual([]);
    const later = join(getFolder(), 'not/yet');
    expect(toLevels(await dataFolderCheck.look(around({ RELEVO_DATA: later })))).toEqual(['ok']);
    expect(existsSync(later)).toBe(false);
  });
  it('reports a file instead of a getFolder() as not writable', async () => {
    const file = join(getFolder(), 'file');
    writeFileSync(file, '');
    expect(findBad(await dataFolderCheck.look(around({ RELEVO_DATA: file })))).toMatchObject({
      level: 'problem',
      fix: expect.stringContaining('RELEVO_DATA=') as string,
    });
  });
  it('reports the relevo.json of a killed system, and tokens that other users can read', async () => {
    writeFileSync(join(getFolder(), 'relevo.json'), '{}');
    writeFileSync(join(getFolder(), 'tokens.json'), '{}', { mode: 0o644 });
    const found = await dataFolderCheck.look(around());
    expect(toLevels(found)).toEqual(['ok', 'warning', 'problem']);
    expect(found[2]?.fix).toBe(`chmod 600 ${join(getFolder(), 'tokens.json')}`);
  });
});

describe('disk', () => {
  const GIGABYTE = 1_000_000_000;
  it.each([
    [100 * GIGABYTE, 1_000_000, ['ok']],
    [1.5 * GIGABYTE, null, ['warning']],
    [0.2 * GIGABYTE, null, ['problem']],
    [100 * GIGABYTE, 10_000, ['ok', 'warning']],
    [100 * GIGABYTE, 12, ['ok', 'problem']],
  ])('%d bytes and %s files free: %j', (freeBytes, freeInodes, expected) =>
    expect(toLevels(judgeDisk({ path: '/x', freeBytes, freeInodes }))).toEqual(expected),
  );
  it('a nearly full disk (injected) is a problem; a missing getFolder() is measured at its parent', async () => {
    const asked: string[] = [];
    const check = diskCheckWith(async (path) => {
      asked.push(path);
      return { freeBytes: 1_000_000, freeInodes: 5 };
    });
    expect(toLevels(await check.look(around({ RELEVO_DATA: join(getFolder(), 'later') })))).toEqual(
      ['problem', 'problem'],
    );
    expect(asked).toEqual([getFolder()]);
  });
});

describe('memory and open files', () => {
  const MEGABYTE = 1_000_000;
  it.each([
    [4_000, 20_000, false, ['ok', 'ok']],
    [800, 2_048, false, ['warning', 'warning']],
    [300, 256, false, ['problem', 'problem']],
    [300, 256, true, ['ok', 'problem']],
    [50, null, true, ['problem', 'ok']],
  ])('%d MB, %s files, running %s: %j', (megabytes, descriptors, running, expected) =>
    expect(
      toLevels(judgeLimits({ availableBytes: megabytes * MEGABYTE, descriptors, running })),
    ).toEqual(expected),
  );
  it('are measured on this machine', async () =>
    expect((await limitsCheck.look(around()))[0]?.says).toMatch(/^\d+ MB available/));
});

describe('clock', () => {
  const good = {
    nowMs: Date.parse('2026-11-21T00:00:00Z'),
    newestFileMs: Date.parse('2026-11-20T00:00:00Z'),
    driftMs: 0,
    synchronized: true,
    offsets: [],
  };
  it('is ok, older than the files of the checkout, jumping, or not synchronized', () => {
    expect(toLevels(judgeClock(good))).toEqual(['ok']);
    expect(toLevels(judgeClock({ ...good, synchronized: null }))).toEqual(['ok']);
    expect(toLevels(judgeClock({ ...good, nowMs: 0 }))).toEqual(['problem']);
    expect(toLevels(judgeClock({ ...good, driftMs: -400, synchronized: false }))).toEqual([
      'ok',
      'warning',
      'warning',
    ]);
    expect(judgeClock({ ...good, nowMs: 0 })[0]?.fix).toContain('timedatectl set-ntp true');
  });
  it.each([
    [10, 1, 'ok'],
    [-900, 10, 'warning'],
    [900, 800, 'ok'],
    [-5_000, 10, 'problem'],
  ])('%d ms off, uncertain by %d ms: %s', (aheadMs, uncertainMs, level) =>
    expect(toLevels(judgeOffsets([{ of: 'PostgreSQL', aheadMs, uncertainMs }]))).toEqual([level]),
  );
  it('measures a clock (injected) that is an hour ahead', async () => {
    const offset = await measureOffset('Redis', async () => Date.now() + 3_600_000);
    expect(Math.abs(offset.aheadMs - 3_600_000)).toBeLessThan(1_000);
    expect(judgeOffsets([offset])[0]).toMatchObject({
      level: 'problem',
      says: expect.stringContaining('ahead of this machine') as string,
    });
  });
  it('of this machine is checked', async () =>
    expect((await clockCheck.look(around()))[0]?.subject).toBe('clock'));
});

test.each([
  ['ENOSPC', /^du .* or: RELEVO_DATA=/],
  ['EDQUOT', /^du /],
  ['EROFS', /^RELEVO_DATA=/],
  ['EACCES', /^sudo chown /],
])(
  'a data getFolder() that is not writable because of %s: the command that helps',
  (refusal, fix) => {
    const [finding] = judgeFolder({ path: '/data', refusal, stale: false, tokensMode: null });
    expect(JSON.stringify(finding)).toContain(refusal);
    expect(finding?.fix).toMatch(fix);
  },
);
