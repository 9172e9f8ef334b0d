/**
 * Every exit path of every fault: the fault is healed, and no process remains, after Ctrl-C, after
 * the cluster closes, and after the lab itself is killed.
 */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { FAULTS, getFault } from '../../../experiments/faults/faults.js';
import { Injector } from '../../../experiments/faults/injector.js';
import type { Cluster } from '../../../experiments/system/cluster.js';
import { compileLab } from '../../../local/processes/compile.js';
import { isAlive } from '../../../local/processes/process-tree.js';
import { ROOT } from '../../../local/root.js';
import { seededRandom } from '../../../shared/random.js';
import { eventually } from '../../support/eventually.js';
import { openTestCluster } from '../../support/cluster.js';
import { isWhole } from './asking.js';

const TEST_MS = 180_000;
const KINDS = FAULTS.map(({ kind }) => kind);

describe('Ctrl-C in the middle of', () => {
  let cluster: Cluster;
  beforeAll(async () => {
    cluster = await openTestCluster({ links: true, disk: true });
  }, TEST_MS);

  // Skips faults that this machine does not allow; a test below asserts that the lab reports them.
  test.each(KINDS)(
    '%s: it is healed, and a payment succeeds',
    async (kind) => {
      const interruption = new AbortController();
      const injector = new Injector(cluster, interruption.signal);
      const [target] = getFault(kind).targets(cluster);
      if (target === undefined) return;
      const injectFault = async (): Promise<true> => {
        const outcome = await injector.inject(getFault(kind), {
          target,
          durationMs: Infinity,
          random: seededRandom(3, kind),
        });
        if (!outcome.injected) throw new Error(outcome.reason);
        return true;
      };
      // Interrupts half of the kinds after the injection, half during it. A hand-over may first be
      // refused, because it needs calm.
      const first = KINDS.indexOf(kind) % 2 === 0 || getFault(kind).harmless === true;
      const injection = first ? eventually(injectFault, { what: 'the injection' }) : injectFault();
      if (first) await injection;
      interruption.abort();
      await injection;
      expect(await injector.healAll()).toEqual([]);
      expect(cluster.system.processes.filter(({ up }) => !up)).toEqual([]);
      await isWhole(cluster);
    },
    TEST_MS,
  );

  test('every kind has a target in a cluster with links, except those that a machine may not allow', () => {
    const without = FAULTS.filter((fault) => fault.targets(cluster).length === 0).map(
      ({ kind }) => kind,
    );
    expect(without).toEqual(cluster.disk ? [] : ['disk-full']);
  });
});

interface UnderFire {
  injected: string[];
  pids: number[];
  ports: number[];
  folder: string;
}

describe('a cluster with every kind of fault active', () => {
  let child: ChildProcess | null = null;
  let program = '';
  beforeAll(async () => {
    program = join(ROOT, await compileLab('test/support/cluster-under-faults.ts'));
  });
  afterAll(() => void child?.kill('SIGKILL'));

  /** Its output lines, in order. */
  function start(): { running: ChildProcess; next: () => Promise<unknown> } {
    const running = (child = spawn(process.execPath, ['--enable-source-maps', program], {
      cwd: ROOT,
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { ...process.env, NODE_OPTIONS: '' },
    }));
    const lines = createInterface({ input: running.stdout as NodeJS.ReadableStream })[
      Symbol.asyncIterator
    ]();
    return { running, next: async () => JSON.parse(String((await lines.next()).value)) as unknown };
  }

  const refused = (port: number): Promise<boolean> =>
    new Promise((resolve) => {
      const socket = connect({ port, host: '127.0.0.1' });
      socket.once('connect', () => (socket.destroy(), resolve(false)));
      socket.once('error', () => resolve(true));
    });

  async function nothingIsLeft({ pids, ports }: UnderFire): Promise<void> {
    expect(pids.length).toBeGreaterThan(8);
    await eventually(() => pids.every((pid) => !isAlive(pid)), {
      what: 'every process to be gone',
    });
    for (const port of ports) expect(await refused(port)).toBe(true);
  }

  test.each(['SIGINT', 'SIGKILL'] as const)(
    '%s: no process and no proxy remains',
    async (signal) => {
      const { running, next } = start();
      const open = (await next()) as UnderFire;
      const exited = new Promise<[number | null, NodeJS.Signals | null]>((resolve) =>
        running.once('exit', (code, by) => resolve([code, by])),
      );
      expect(open.injected.length).toBeGreaterThan(KINDS.length / 2);
      expect(existsSync(open.folder)).toBe(true);
      expect(open.pids.filter((pid) => !isAlive(pid))).toEqual([]);
      running.kill(signal);
      if (signal === 'SIGINT') expect(await next()).toEqual({ failures: [] });
      expect(await exited).toEqual(signal === 'SIGINT' ? [0, null] : [null, 'SIGKILL']);
      await nothingIsLeft(open);
      // A killed process cannot remove its folder.
      expect(existsSync(open.folder)).toBe(signal === 'SIGKILL');
      rmSync(open.folder, { recursive: true, force: true });
    },
    TEST_MS,
  );
});
