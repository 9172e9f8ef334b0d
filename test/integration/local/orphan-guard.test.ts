/**
 * The guard ends a server without a parent of ours when its owner is killed with -9, and no other
 * process.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { once } from 'node:events';
import { isAlive } from '../../../local/processes/process-tree.js';
import { ROOT } from '../../../local/root.js';
import { eventually } from '../../support/eventually.js';
import { onlyWhere } from '../../support/only-where.js';

const folder = realpathSync(mkdtempSync(join(tmpdir(), 'relevo-guard-')));
const spawned: ChildProcess[] = [];
afterAll(() => {
  spawned.forEach((child) => child.kill('SIGKILL'));
  rmSync(folder, { recursive: true, force: true });
});

const start = (program: string, args: string[], cwd: string): ChildProcess => {
  const child = spawn(program, args, { cwd, stdio: ['ignore', 'pipe', 'inherit'] });
  spawned.push(child);
  return child;
};

/** A server whose pid file is in `named` and that runs in `runsIn`. */
function startServer(named: string, runsIn: string): number {
  [named, runsIn].forEach((name) => mkdirSync(join(folder, name), { recursive: true }));
  const { pid = 0 } = start('sleep', ['600'], join(folder, runsIn));
  writeFileSync(join(folder, named, 'postmaster.pid'), `${pid}\n`);
  return pid;
}

onlyWhere(
  process.platform === 'linux',
  'needs Linux',
  test,
)('a killed owner leaves no server, and a process that only got the pid of one stays', async () => {
  const server = startServer('server', 'server');
  const stranger = startServer('former', 'elsewhere');
  const folders = ['missing', 'former', 'server'].map((name) => join(folder, name));
  const owner = start(
    process.execPath,
    [
      ...['--import', import.meta.resolve('tsx'), '--input-type=module', '-e'],
      `import { guardOrphans } from ${JSON.stringify(join(ROOT, 'local/processes/orphan-guard.ts'))};
         guardOrphans(${JSON.stringify(folders)});
         console.log('guarded');
         setInterval(() => undefined, 1_000);`,
    ],
    ROOT,
  );
  await once(owner.stdout as NonNullable<ChildProcess['stdout']>, 'data');
  expect([server, stranger].every(isAlive)).toBe(true);
  owner.kill('SIGKILL');
  await eventually(() => !isAlive(server), { what: 'the guard ends the server' });
  expect(isAlive(stranger)).toBe(true);
});
