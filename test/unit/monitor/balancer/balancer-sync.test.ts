/** The runs of a monitor against a balancer in memory: order, errors, log lines. */
import { BalancerSync } from '../../../../monitor/balancer/balancer-sync.js';
import {
  setInstanceState,
  type SetInstanceOptions,
} from '../../../../monitor/balancer/set-instance-state.js';
import type { AdminChange, AdminRow } from '../../../../monitor/cluster/admin-table.js';
import type { MemberState } from '../../../../shared/balancer/control.js';
import type { AdminState } from '../../../../shared/contracts/leadership.js';
import type { Logger } from '../../../../shared/observability/logger.js';

const ORDER = {
  id: 'patients_2',
  state: 'drain',
  reason: 'disk',
  actor: 'Ana',
  until: null,
} as const;

class Scene {
  states = new Map<string, AdminState>([
    ['patients_1', 'ready'],
    ['patients_2', 'ready'],
  ]);
  rows: AdminRow[] = [];
  audits: string[] = [];
  lines: string[] = [];
  sets = 0;
  /** Fails the calls of these kinds. */
  failing = new Set<'read' | 'set' | 'database'>();
  running = 0;
  mostRunning = 0;

  readonly logger = {
    info: (...words: unknown[]) => this.lines.push(`info: ${String(words.at(-1))}`),
    warn: (...words: unknown[]) => this.lines.push(`warn: ${String(words.at(-1))}`),
  } as unknown as Logger;

  readonly store = {
    read: async (): Promise<AdminRow[]> => {
      this.fail('database');
      return Promise.resolve(this.rows);
    },
    set: async ({ id, state: admin, reason }: AdminChange): Promise<void> => {
      this.fail('database');
      const row = { id, admin, reason, changedAt: new Date(0), returnAt: null };
      this.rows = [...this.rows.filter((each) => each.id !== id), row];
      return Promise.resolve();
    },
    audit: async ({ outcome }: { outcome: string }): Promise<void> => {
      this.audits.push(outcome);
      return Promise.resolve();
    },
  };

  readonly sync = new BalancerSync({
    folder: '',
    store: this.store,
    logger: this.logger,
    open: () =>
      Promise.resolve({
        name: 'haproxy',
        control: { read: () => this.read(), set: (member, state) => this.set(member, state) },
      }),
  });

  readonly options: SetInstanceOptions = {
    instances: ['patients_1', 'patients_2'],
    sync: this.sync,
    store: this.store,
    logger: this.logger,
  };

  private fail(kind: 'read' | 'set' | 'database'): void {
    if (this.failing.has(kind)) throw new Error(`${kind} fails`);
  }

  private async read(): Promise<MemberState[]> {
    this.running += 1;
    this.mostRunning = Math.max(this.mostRunning, this.running);
    await new Promise((resolve) => setImmediate(resolve));
    this.running -= 1;
    this.fail('read');
    return [...this.states].map(([name, admin]) => ({ name, admin, observed: 'up', detail: '' }));
  }

  private async set(member: string, state: AdminState): Promise<void> {
    this.fail('set');
    this.sets += 1;
    this.states.set(member, state);
    return Promise.resolve();
  }
}

test('a balancer that forgot a state gets it again, and a run without a difference sets nothing', async () => {
  const scene = new Scene();
  await scene.store.set(ORDER);
  await scene.sync.run();
  await scene.sync.run();
  expect(scene.states.get('patients_2')).toBe('drain');
  expect(scene.sets).toBe(1);
  scene.states.set('patients_2', 'ready');
  await scene.sync.run();
  expect(scene.states.get('patients_2')).toBe('drain');
});

test('while the database is unavailable, the last record counts', async () => {
  const scene = new Scene();
  await setInstanceState(scene.options, ORDER);
  scene.failing.add('database');
  scene.states.set('patients_2', 'ready');
  await scene.sync.run();
  expect(scene.states.get('patients_2')).toBe('drain');
});

test('a silent balancer is logged once, and once more when it answers', async () => {
  const scene = new Scene();
  scene.failing.add('read');
  for (let run = 0; run < 3; run += 1) await expect(scene.sync.run()).rejects.toThrow('read fails');
  expect(scene.sync.view.answers).toBe(false);
  scene.failing.clear();
  await scene.sync.run();
  await scene.sync.run();
  expect(scene.sync.view.answers).toBe(true);
  expect(scene.lines).toEqual([
    'warn: cannot read or set the states of the balancer; retrying every second',
    'info: the balancer answers again',
  ]);
});

test('orders follow one another, so that two of them cannot take both instances out of service', async () => {
  const scene = new Scene();
  const orders = ['patients_1', 'patients_2'].map((id) =>
    setInstanceState(scene.options, { ...ORDER, id }),
  );
  const [first, second] = await Promise.allSettled(orders);
  expect(first).toMatchObject({ status: 'fulfilled', value: { admin: 'drain' } });
  expect(second).toMatchObject({ status: 'rejected', reason: { code: 'LAST_INSTANCE' } });
  expect(scene.mostRunning).toBe(1);
  expect(scene.audits).toEqual(['LAST_INSTANCE']);
});

test.each([
  ['an unknown instance', {}, { id: 'patients_9' }, 'INSTANCE_NOT_FOUND'],
  ['no balancer', { sync: null }, {}, 'NO_BALANCER'],
])('with %s nothing is recorded', async (_what, options, order, code) => {
  const scene = new Scene();
  await expect(
    setInstanceState({ ...scene.options, ...options }, { ...ORDER, ...order }),
  ).rejects.toMatchObject({ code });
  expect([scene.rows, scene.audits, scene.sets]).toEqual([[], [], 0]);
});

test('a silent balancer refuses before the record; a refused state is recorded and applied later', async () => {
  const scene = new Scene();
  scene.failing.add('read');
  await expect(setInstanceState(scene.options, ORDER)).rejects.toMatchObject({
    code: 'UNAVAILABLE',
    detail: expect.stringContaining('nothing was changed') as string,
  });
  expect(scene.rows).toEqual([]);
  scene.failing = new Set(['set']);
  await expect(setInstanceState(scene.options, ORDER)).rejects.toMatchObject({
    code: 'UNAVAILABLE',
    detail: expect.stringContaining('is recorded') as string,
  });
  scene.failing.clear();
  await scene.sync.run();
  expect(scene.states.get('patients_2')).toBe('drain');
});
