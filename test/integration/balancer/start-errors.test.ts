/**
 * A start with a load balancer that cannot begin: an unknown name, a used port, a missing package.
 * Each ends with one line that contains the remedy.
 */
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { prepareBalancer } from '../../../local/engines/balancer.js';
import { StartError } from '../../../local/errors.js';
import { BALANCER_PROGRAMS, findProgram } from '../../../local/setup/programs.mjs';
import { BALANCERS, createPool, type BalancerName } from '../../../shared/balancer/pool.js';
import { freeOffset } from '../../support/free-offset.js';
import { onlyWhere } from '../../support/only-where.js';
import { relevo, runProgram, type Ran } from '../../support/relevo.js';
import { canHidePrograms, hidePrograms } from '../../support/hide-programs.js';
import { describeWith } from '../../support/tools.js';

const folder = mkdtempSync(join(tmpdir(), 'relevo-start-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const readEnd = async (ran: Ran): Promise<{ code: number | string; text: string }> => ({
  code: await ran.ended,
  text: `${ran.out()}${ran.err()}`,
});

describe('a start with a load balancer', () => {
  test('an unknown name is refused with the known ones', async () => {
    const end = await readEnd(relevo(['up', '--balancer', 'traefik'], { RELEVO_DATA: folder }));
    expect(end.code).toBe(4);
    expect(end.text).toContain('--balancer must be none, haproxy, apache, nginx, not "traefik".');
  });
});

describeWith('balancers', 'a start with an installed load balancer', () => {
  test.each([
    [4000, 'haproxy'],
    [4090, 'balancer page'],
  ])('port %s in use: names its owner', async (fixed, needs) => {
    const offset = await freeOffset();
    const port = fixed + offset;
    const listener = createServer().listen(port, '127.0.0.1');
    await once(listener, 'listening');
    const env = { RELEVO_DATA: folder, RELEVO_PORT_OFFSET: String(offset) };
    const end = await readEnd(relevo(['up', '--balancer', 'haproxy'], env));
    listener.close();
    expect(end.code).not.toBe(0);
    expect(end.text).toContain(`Port ${port}, which ${needs} needs, is taken by `);
    expect(end.text).toContain(`(pid ${process.pid})`);
  });

  test.each(BALANCERS)('%s: a folder that cannot be written is named', async (balancer) => {
    const file = join(folder, 'not-a-folder');
    writeFileSync(file, '');
    const pool = createPool({ host: '127.0.0.1', port: 1, adminPort: 2, members: [] });
    const prepared = prepareBalancer({ balancer, pool, dataDir: file });
    await expect(prepared).rejects.toThrow(StartError);
    await expect(prepared).rejects.toThrow(join(file, balancer));
  });
});

const programs = BALANCERS.map((name) => findProgram(BALANCER_PROGRAMS[name].names));

onlyWhere(
  canHidePrograms(programs),
  'needs user namespaces',
  describe,
)('a missing load balancer', () => {
  test.each(BALANCERS)('%s: one line names the package', async (name: BalancerName) => {
    const start = [process.execPath, 'local/bootstrap.mjs', 'up', '--balancer', name];
    const end = await readEnd(runProgram(hidePrograms(programs, start), { RELEVO_DATA: folder }));
    const { label, packageName } = BALANCER_PROGRAMS[name];
    expect(end).toEqual({
      code: 3,
      text: `${label} is missing: install ${packageName} (Debian: apt-get install ${packageName}), or start without it.\n`,
    });
  });
});
