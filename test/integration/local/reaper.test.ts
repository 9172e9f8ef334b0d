/**
 * A program below the reaper keeps the processes that it leaves behind as descendants of the
 * managed process, and they vanish at once when they end. PostgreSQL is such a process of Patroni.
 */
import { ManagedProcess } from '../../../local/processes/processes.js';
import { findDescendants, isAlive } from '../../../local/processes/process-tree.js';
import { addReaper, findReaped } from '../../../local/engines/reaper.js';
import { findProgram } from '../../../local/setup/programs.mjs';
import { eventually } from '../../support/eventually.js';
import { onlyWhere } from '../../support/only-where.js';

/** Leaves a process behind, prints its pid, and continues. The last argument marks the program. */
const SCRIPT = 'sh -c \'sleep 600 > /dev/null & echo "left $!"\'; while :; do sleep 1; done';
const MARK = 'reaper-test-program';
const PROGRAM = ['sh', '-c', SCRIPT, MARK] as const;

const started: { manager: ManagedProcess; left: number }[] = [];
afterEach(async () => {
  for (const { manager, left } of started.splice(0)) {
    manager.kill('SIGKILL');
    await manager.exited;
    if (isAlive(left)) process.kill(left, 'SIGKILL');
  }
});

async function start(
  command: ManagedProcess['spec']['command'],
): Promise<{ manager: ManagedProcess; left: number }> {
  let left = 0;
  const manager = new ManagedProcess({
    name: 'leaver',
    kind: 'patroni',
    port: 0,
    url: '',
    command,
    deathSignal: 'KILL',
    tree: true,
    ready: () => Promise.resolve(left > 0),
    readyDeadlineMs: 20_000,
    stopSignal: 'SIGTERM',
    stopDeadlineMs: 5_000,
  });
  manager.on('line', (line) => (left = Number(/left (\d+)/.exec(line)?.[1] ?? left)));
  await manager.start();
  started.push({ manager, left });
  return { manager, left };
}

const exists = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

onlyWhere(
  findProgram(['tini']) !== null,
  'needs tini',
  describe,
)('the reaper', () => {
  it('adopts a process that the program left behind; without it the process is an orphan', async () => {
    const below = await start(addReaper(PROGRAM));
    const alone = await start(PROGRAM);
    await eventually(() => findDescendants(below.manager.pid ?? 0).includes(below.left), {
      what: 'the reaper adopts the process',
    });
    await eventually(() => !findDescendants(alone.manager.pid ?? 0).includes(alone.left), {
      what: 'the process without a reaper is an orphan',
    });
  });

  it('leaves no zombie when the adopted process is killed', async () => {
    const { left, manager } = await start(addReaper(PROGRAM));
    process.kill(left, 'SIGKILL');
    await eventually(() => !exists(left), { what: 'the process is reaped' });
    expect(manager.up).toBe(true);
  });

  it('finds the program, whose end ends the managed process', async () => {
    const { manager } = await start(addReaper(PROGRAM));
    const pid = findReaped(manager.pid ?? 0, MARK);
    expect(pid).not.toBe(manager.pid);
    process.kill(pid, 'SIGKILL');
    await expect(manager.exited).resolves.toMatchObject({ asked: false });
  });

  it('ends the program when only the reaper is killed', async () => {
    const { manager } = await start(addReaper(PROGRAM));
    const pid = findReaped(manager.pid ?? 0, MARK);
    process.kill(manager.pid ?? 0, 'SIGKILL');
    await eventually(() => !isAlive(pid), { what: 'the program ends' });
  });

  it('passes the stop signal on to the program', async () => {
    const { manager } = await start(addReaper(PROGRAM));
    const pid = findReaped(manager.pid ?? 0, MARK);
    await manager.stop();
    expect(isAlive(pid)).toBe(false);
  });
});
