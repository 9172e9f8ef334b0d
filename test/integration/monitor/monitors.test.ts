/**
 * Three real monitors, and one without its database; a real PostgreSQL, fake replicas. One monitor
 * alone: monitor.test.ts. Deadlines are generous (the machine is shared); the lab measures the
 * exact times.
 */
import type { RunningMonitor } from '../../../monitor/start.js';
import { eventually } from '../../support/eventually.js';
import { observed, shown } from './showing.js';
import type { FakeReplica } from './fake-replica.js';
import { call, CALM, Hospital } from './support.js';

describe('three monitors', () => {
  let hospital: Hospital;
  let places: { id: string; port: number }[];

  beforeEach(async () => {
    hospital = await Hospital.open();
    await Promise.all(hospital.replicas.map((replica) => replica.start()));
    places = await hospital.plan(3);
  });
  afterEach(() => hospital.close());

  const start = (index: number, env: NodeJS.ProcessEnv = CALM): Promise<RunningMonitor> =>
    hospital.startMonitor(places[index] as { id: string; port: number }, env);
  const leader = (): Promise<FakeReplica> =>
    eventually(() => hospital.leader(), {
      what: 'a leader',
    });

  test('one alone elects no leader; the second completes the majority', async () => {
    const first = await start(0);
    const { pings } = hospital.replica('server_1');
    await eventually(() => pings.length > 3, { what: 'three pings' });
    await eventually(() => first.loop.state.phase.name === 'voting', { what: 'a vote' });
    expect(first.loop.state.leadership).toMatchObject({ term: 0, leader: null });
    await start(1);
    await leader();
    await eventually(() => first.loop.state.leadership?.term === 1, {
      what: 'the first learns it',
    });
  });

  /** The leadership that all monitors watch; null: not the same one. */
  function agreed(): { term: number; leader: string } | null {
    const states = hospital.monitors.map(({ loop }) => loop.state);
    const { term, leader: id } = states[0]?.leadership ?? { term: 0, leader: null };
    const isShared = states.every(
      ({ phase, leadership }) => phase.name === 'watching' && leadership?.term === term,
    );
    return isShared && id ? { term, leader: id } : null;
  }

  test('leader killed: an election, and all three learn the result', async () => {
    for (const index of [0, 1, 2]) await start(index);
    const { term, leader: id } = await eventually(agreed, { what: 'all watching the same leader' });
    await hospital.replica(id).kill();
    // A successor that takes over slowly is replaced, so the term may rise more than once.
    const later = (): ReturnType<typeof agreed> => {
      const now = agreed();
      return now && now.term > term ? now : null;
    };
    const next = await eventually(later, {
      what: 'all watching a later leader',
      deadlineMs: 120_000,
    });
    expect(next.leader).not.toBe(id);
    expect(hospital.replica(next.leader).leads).toBe(true);
  });

  /**
   * Cuts the third monitor off from the leader; waits until it suspects the leader and has voted a
   * few times.
   */
  async function cutOff(
    env: NodeJS.ProcessEnv,
  ): Promise<{ third: RunningMonitor; before: FakeReplica; term: number }> {
    await start(0, CALM);
    await start(1, CALM);
    const { lines, REPLICAS } = await hospital.separateLines();
    const third = await start(2, { ...CALM, REPLICAS, ...env });
    await leader();
    // A replica that takes over slowly is replaced, so the leader is the one that all agree on.
    const { term, leader: id } = await eventually(agreed, { what: 'all watching the same leader' });
    const before = hospital.replica(id);
    // Only the connection to the leader, so that the others remain candidates in its view.
    lines[hospital.replicas.indexOf(before)]?.cut();
    await eventually(() => third.loop.state.replicas[before.id]?.opinion === 'suspect', {
      what: 'the third suspects the leader',
    });
    return { third, before, term };
  }

  test('one cut off from a healthy leader: its votes have no effect, and it reports `suspect`, not `down`', async () => {
    const { third, before, term } = await cutOff({});
    const { pings } = before;
    const seen = pings.length;
    await eventually(() => pings.length > seen + 6, {
      what: 'three more ping intervals of the two others',
    });
    expect(before.leads).toBe(true);
    // Each vote replaces the one before: its answer may be under way.
    const hasOneVote = (): boolean => {
      const { phase } = third.loop.state;
      return phase.name === 'voting' && phase.ballot.votes === 1;
    };
    await eventually(hasOneVote, { what: 'the only vote of the third' });
    expect(third.loop.state.leadership).toMatchObject({ term, leader: before.id });
    expect(await observed(third, before.id)).toBe('suspect');
    expect(await observed(hospital.monitors[0] as RunningMonitor, before.id)).toBe('alive');
  });

  test('control: a cut-off monitor that believes to be the only one deposes the healthy leader', async () => {
    const third = places[2] as { id: string; port: number };
    const { before, term } = await cutOff({
      MONITORS: `${third.id}=http://127.0.0.1:${third.port}`,
    });
    await eventually(() => hospital.leader(before), { what: 'another leader' });
    expect(hospital.monitors[0]?.loop.state.leadership?.term).toBeGreaterThanOrEqual(term);
  });

  test('a monitor dies: the two others are still a majority, and detect it', async () => {
    for (const index of [0, 1, 2]) await start(index);
    const before = await leader();
    const monitors = [...hospital.monitors];
    await eventually(() => monitors.every(({ loop }) => loop.state.phase.name === 'watching'), {
      what: 'all watching',
    });
    const peers = async (): Promise<{ id: string; observed: string }[]> =>
      (await call(monitors[0] as RunningMonitor, 'GET', '/status')).body['monitors'] as {
        id: string;
        observed: string;
      }[];
    await eventually(async () => (await peers()).every((each) => each.observed === 'alive'), {
      what: 'peers alive',
    });
    await hospital.stopMonitor(monitors[2] as RunningMonitor);
    await before.kill();
    await eventually(() => hospital.leader(before), { what: 'another leader' });
    await eventually(
      async () => (await peers()).find(({ id }) => id === 'monitor_3')?.observed === 'suspect',
      {
        what: 'the dead monitor is shown as suspect',
      },
    );
  });
});

describe('a monitor without its database', () => {
  test('only observes, and reports that it is not ready', async () => {
    const hospital = await Hospital.open(1);
    await hospital.replica('server_1').start();
    const [place] = await hospital.plan(1);
    const nowhere = new URL(hospital.database.url);
    nowhere.port = '1';
    const monitor = await hospital.startMonitor(place as { id: string; port: number }, {
      DATABASE_URL: nowhere.href,
    });
    await eventually(async () => (await observed(monitor, 'server_1')) === 'alive', {
      what: 'it observes',
    });
    expect((await call(monitor, 'GET', '/readyz')).status).toBe(503);
    expect(await call(monitor, 'POST', '/handover', 'operator', { reason: 'no' })).toMatchObject({
      status: 503,
      body: { code: 'UNAVAILABLE' },
    });
    expect((await shown(monitor)).partitions[0]).toMatchObject({
      leader: null,
      phase: 'observing',
    });
    await hospital.close();
  });
});
