/**
 * One real monitor, a real PostgreSQL, fake replicas; several monitors: monitors.test.ts. Checks
 * that each failure in the table of README.md has the documented consequence in time. Deadlines are
 * generous (the machine is shared); the lab measures the exact times.
 */
import pg from 'pg';
import type { RunningMonitor } from '../../../monitor/start.js';
import { eventually } from '../../support/eventually.js';
import { observed, shown } from './showing.js';
import type { FakeReplica } from './fake-replica.js';
import { call, CALM, Hospital } from './support.js';

describe('one monitor', () => {
  let hospital: Hospital;
  let monitor: RunningMonitor;

  const leaderOtherThan = (before?: FakeReplica, deadlineMs = 20_000): Promise<FakeReplica> =>
    eventually(
      () => {
        const leader = hospital.leader(before);
        return leader && leader.id === monitor.loop.state.leadership?.leader ? leader : null;
      },
      { what: `a leader other than ${before?.id ?? 'nobody'}`, deadlineMs },
    );

  beforeEach(async () => {
    hospital = await Hospital.open();
    await startMonitor(CALM);
  });
  const startMonitor = async (env: NodeJS.ProcessEnv): Promise<void> => {
    const [place] = await hospital.plan(1);
    monitor = await hospital.startMonitor(place as { id: string; port: number }, env);
  };
  afterEach(() => hospital.close());

  const up = async (): Promise<FakeReplica> => {
    await Promise.all(hospital.replicas.map((replica) => replica.start()));
    const leader = await leaderOtherThan();
    await eventually(
      async () => (await shown(monitor)).replicas.every((each) => each.observed === 'alive'),
      { what: 'all alive' },
    );
    return leader;
  };

  test('started before every replica: no leader, all unknown; the first replica is elected', async () => {
    expect((await shown(monitor)).replicas.map((each) => each.observed)).toEqual([
      'unknown',
      'unknown',
      'unknown',
    ]);
    await hospital.replica('server_2').start();
    const leader = await leaderOtherThan();
    expect(leader.id).toBe('server_2');
    expect(monitor.loop.state.leadership?.term).toBe(1);
    await eventually(() => hospital.logged.some(({ msg }) => msg === 'The leader is server_2'), {
      what: 'the published line',
    });
    await eventually(() => hospital.logged.some(({ msg }) => msg === 'I AM ALIVE from server 2'), {
      what: 'the published line',
    });
    await eventually(() => hospital.logged.some(({ msg }) => msg === 'I AM OFF from server 1'), {
      what: 'the published line',
    });
  });

  test('leader killed: the closed connection reveals it, and the next leader is notified', async () => {
    const leader = await up();
    const others = hospital.replicas.filter((replica) => replica !== leader);
    await leader.kill();
    const next = await leaderOtherThan(leader);
    expect(others).toContain(next);
    expect(monitor.loop.state.leadership?.term).toBe(2);
    expect(await observed(monitor, leader.id)).toBe('down');
    // Missing beats would have made it a `freeze`, missing pings a `ping`.
    expect(
      ((await call(monitor, 'GET', '/elections?limit=1')).body['elections'] as unknown[])[0],
    ).toMatchObject({ kind: 'kill', previousLeader: leader.id, leader: next.id });
    await eventually(() => others.every((replica) => replica.heard.at(-1)?.term === 2), {
      what: 'the other standby knows too',
    });
  });

  test('killed repeatedly: each time another leader, each time the next term', async () => {
    let leader = await up();
    for (let term = 2; term <= 5; term += 1) {
      await leader.kill();
      const next = await leaderOtherThan(leader);
      expect(monitor.loop.state.leadership?.term).toBe(term);
      const back = leader;
      await back.restart();
      await eventually(async () => (await observed(monitor, back.id)) === 'alive', {
        what: `${back.id} alive again`,
      });
      leader = next;
    }
  });

  test('silent leader: suspected by its heartbeat and replaced; when it beats again it is alive and a standby', async () => {
    await hospital.stopMonitor(monitor);
    await startMonitor({});
    const leader = await up();
    leader.speaks = false;
    const next = await leaderOtherThan(leader);
    expect((await shown(monitor)).replicas.find(({ id }) => id === leader.id)).toMatchObject({
      observed: 'down',
      layer: 'heartbeat',
    });
    leader.speaks = true;
    await eventually(() => leader.heard.at(-1)?.leader === next.id, {
      what: 'the woken one hears who leads',
    });
    await eventually(async () => (await observed(monitor, leader.id)) === 'alive', {
      what: 'alive again',
    });
    expect(leader.leads).toBe(false);
    expect(monitor.loop.state.leadership?.leader).toBe(next.id);
  });

  test('leader restarted within one ping interval: its leadership is void', async () => {
    const leader = await up();
    await leader.restart();
    await eventually(() => monitor.loop.state.leadership?.term === 2 && hospital.leader(), {
      what: 'term 2',
    });
    expect(monitor.loop.state.leadership?.leader).not.toBe(leader.id);
  });

  test('the only replica, restarted: elected again under a new term and its new life', async () => {
    const only = await hospital.replica('server_1').start();
    await leaderOtherThan();
    await only.restart();
    await eventually(() => only.leads && monitor.loop.state.leadership?.term === 2, {
      what: 'term 2 for the new life',
    });
    expect(monitor.loop.state.leadership?.bootId).toBe('server_1-2');
  });

  test('leader that sends a goodbye: replaced at once, shown as left', async () => {
    const leader = await up();
    await leader.leave();
    await leaderOtherThan(leader);
    expect(await observed(monitor, leader.id)).toBe('left');
  });

  test('leader cannot reach the gateway while others can: handed over; when no replica can, nothing moves', async () => {
    const leader = await up();
    const nowhere = { postgres: true, redis: true, gateway: false };
    leader.reaches = nowhere;
    const next = await leaderOtherThan(leader);
    expect(leader.standDowns).toBe(1);
    for (const replica of hospital.replicas) replica.reaches = nowhere;
    const pings = next.pings.length;
    await eventually(() => next.pings.length > pings + 3, { what: 'three more ping intervals' });
    expect(monitor.loop.state.leadership).toMatchObject({ term: 2, leader: next.id });
  });

  test('planned hand-over: the leader stands down first, then the term moves to the replica that the operator named', async () => {
    const leader = await up();
    const to = hospital.replicas.find((replica) => replica !== leader) as FakeReplica;
    const { status, body } = await call(monitor, 'POST', '/handover', 'operator', {
      to: to.id,
      reason: 'update',
    });
    expect(status).toBe(200);
    expect(body).toMatchObject({
      partition: 0,
      term: 2,
      leader: to.id,
      previous: leader.id,
      drained: true,
    });
    expect(body['tookMs']).toEqual(expect.any(Number));
    expect(leader.standDowns).toBe(1);
    await leaderOtherThan(leader);
    expect(
      await call(monitor, 'POST', '/handover', 'operator', { to: to.id, reason: 'again' }),
    ).toMatchObject({
      status: 200,
      body: { term: 2, leader: to.id, previous: to.id },
    });
  });

  test('drain of the leader hands over and keeps it out; ready lets it in again', async () => {
    const leader = await up();
    const drained = await call(monitor, 'POST', `/replicas/${leader.id}/state`, 'operator', {
      state: 'drain',
      reason: 'new disk',
    });
    expect(drained).toMatchObject({
      status: 200,
      body: { id: leader.id, admin: 'drain', reason: 'new disk', term: 2 },
    });
    expect(drained.body['leader']).not.toBe(leader.id);
    expect(
      await call(monitor, 'POST', '/handover', 'operator', { to: leader.id, reason: 'no' }),
    ).toMatchObject({
      status: 409,
      body: { code: 'NO_CANDIDATE' },
    });
    const next = await leaderOtherThan(leader);
    await next.kill();
    await leaderOtherThan(next);
    expect(monitor.loop.state.leadership?.leader).not.toBe(leader.id);
    await call(monitor, 'POST', `/replicas/${leader.id}/state`, 'operator', {
      state: 'ready',
      reason: 'done',
    });
    expect(
      await call(monitor, 'POST', '/handover', 'operator', { to: leader.id, reason: 'yes' }),
    ).toMatchObject({ status: 200 });
  });

  test('drain of the leader without a candidate: refused, and nothing changes', async () => {
    const only = await hospital.replica('server_1').start();
    await leaderOtherThan();
    expect(
      await call(monitor, 'POST', '/replicas/server_1/state', 'operator', {
        state: 'maint',
        reason: 'no',
      }),
    ).toMatchObject({
      status: 409,
      body: { code: 'NO_CANDIDATE' },
    });
    expect((await shown(monitor)).replicas[0]).toMatchObject({ admin: 'ready', role: 'leading' });
    expect(only.leads).toBe(true);
  });

  test('a leader that is drained directly in the database is replaced', async () => {
    const leader = await up();
    const client = new pg.Client({ connectionString: hospital.database.url });
    await client.connect();
    await client.query(`INSERT INTO replica (id, admin, reason) VALUES ($1, 'maint', 'by hand')`, [
      leader.id,
    ]);
    await client.end();
    await leaderOtherThan(leader);
  });

  test('restarted: it reads the same term and moves nothing', async () => {
    const leader = await up();
    await hospital.stopMonitor(monitor);
    await startMonitor(CALM);
    await eventually(
      async () => (await shown(monitor)).replicas.every((each) => each.observed === 'alive'),
      { what: 'all alive' },
    );
    const pings = leader.pings.length;
    await eventually(() => leader.pings.length > pings + 2, { what: 'two more ping intervals' });
    expect(monitor.loop.state).toMatchObject({
      leadership: { term: 1, leader: leader.id },
      phase: { name: 'watching' },
    });
  });
});
