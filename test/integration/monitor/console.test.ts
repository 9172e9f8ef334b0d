/**
 * Requests of the console with three monitors: every operator action leaves an audit row with actor
 * and reason; all monitors show the same leader, history and audit, and the views of the others; no
 * filter can break out of the SQL of the lists.
 */
import type { AddressInfo } from 'node:net';
import type { Status } from '../../../shared/contracts/status.js';
import type { Audit, Election } from '../../../monitor/http/schemas.js';
import type { RunningMonitor } from '../../../monitor/start.js';
import { eventually } from '../../support/eventually.js';
import { call, CALM, Hospital, type Answer } from './support.js';

const HOSTILE = ["'; DROP TABLE audit; --", '%', '_', '\\', '"><script>', '$1', 'a'.repeat(200)];

/** A busy replica answers a call late: the time limit of a call is that of a ping. */
const UNHURRIED = { PING_INTERVAL_MS: '2000', PING_TIMEOUT_MS: '1900', GRAY_MS: '10000' };

describe('the console of three monitors', () => {
  let hospital: Hospital;
  let monitors: RunningMonitor[];

  beforeAll(async () => {
    hospital = await Hospital.open();
    await Promise.all(hospital.replicas.map((replica) => replica.start()));
    monitors = [];
    for (const place of await hospital.plan(3))
      monitors.push(await hospital.startMonitor(place, { ...CALM, ...UNHURRIED, FAULTS: 'on' }));
    await eventually(
      () =>
        monitors.every(
          ({ loop }) => loop.state.phase.name === 'watching' && loop.state.leaderConfirmed,
        ),
      { what: 'a leader' },
    );
  });
  afterAll(() => hospital.close());

  const [ONE, TWO] = [0, 1];
  const at = (index: number): RunningMonitor => monitors[index] as RunningMonitor;
  const post = (index: number, path: string, body: unknown): Promise<Answer> =>
    call(at(index), 'POST', path, 'operator', body);
  const audit = async (query = ''): Promise<Audit[]> =>
    (await call(at(ONE), 'GET', `/audit${query}`, 'operator')).body['rows'] as Audit[];
  const leader = (): string => at(ONE).loop.state.leadership?.leader ?? '';
  const statusOf = async (monitor: RunningMonitor): Promise<Status> =>
    (await call(monitor, 'GET', '/status')).body as unknown as Status;

  test('all show an action at one of them: leader, reason, administrative state, history, audit', async () => {
    const moved = await post(TWO, '/handover', { reason: 'a new kernel' });
    expect(moved.status).toBe(200);
    const standby =
      hospital.replicas.map(({ id }) => id).find((id) => id !== moved.body['leader']) ?? '';
    expect(
      await post(ONE, `/replicas/${standby}/state`, { state: 'maint', reason: 'a new disk' }),
    ).toMatchObject({ status: 200, body: { moved: null } });
    const same = await eventually(
      async () => {
        const shown = await Promise.all(
          monitors.map(async (monitor) => {
            const { partitions, replicas } = await statusOf(monitor);
            const elections = (await call(monitor, 'GET', '/elections')).body;
            const rows = (await call(monitor, 'GET', '/audit', 'operator')).body;
            const admins = replicas.map(({ id, admin, adminReason }) => [id, admin, adminReason]);
            return JSON.stringify([
              partitions[0]?.term,
              partitions[0]?.leader,
              partitions[0]?.reason,
              admins,
              elections,
              rows,
            ]);
          }),
        );
        return new Set(shown).size === 1 ? (JSON.parse(shown[0] as string) as unknown[]) : null;
      },
      { what: 'three monitors that show the same' },
    );
    expect(same.slice(1, 3)).toEqual([moved.body['leader'], 'a new kernel']);
    expect(JSON.stringify(same[3])).toContain('"maint","a new disk"');
    await post(ONE, `/replicas/${standby}/state`, { state: 'ready', reason: 'done' });
  });

  test('each shows the views of the others, and the terms that they know', async () => {
    await eventually(
      async () => {
        const { replicas, monitors: known } = await statusOf(at(TWO));
        expect(replicas.map(({ opinions }) => opinions)).toEqual(
          replicas.map(() => ({ monitor_1: 'alive', monitor_2: 'alive', monitor_3: 'alive' })),
        );
        expect(known.map(({ leader: name }) => name)).toEqual([leader(), leader(), leader()]);
        return true;
      },
      { what: 'opinions of all' },
    );
  });

  test('every action and every refusal leaves a row: actor, action, reason, outcome', async () => {
    const before = (await audit())[0]?.id ?? 0;
    const name = leader();
    const { body } = await post(ONE, `/replicas/${name}/state`, { state: 'drain', reason: 'one' });
    const { leader: next } = body['moved'] as { leader: string };
    await post(ONE, '/handover', { to: 'server_9', reason: 'two' });
    // A drained replica cannot be elected again meanwhile.
    await post(ONE, `/replicas/${name}/freeze`, { reason: 'three', freezeMs: 100 });
    await post(ONE, `/replicas/${name}/state`, { state: 'ready', reason: 'four' });
    const rows = (await audit()).filter(({ id }) => id > before).reverse();
    expect(
      rows.map(({ actor, action, target, reason, outcome }) => [
        actor,
        action,
        target,
        reason,
        outcome,
      ]),
    ).toEqual([
      [
        'operator',
        'handover',
        next,
        `${name} is set to drain: one`,
        expect.stringMatching(/^term \d+$/),
      ],
      ['operator', 'state', name, 'one', 'drain'],
      ['operator', 'handover', 'server_9', 'two', 'REPLICA_NOT_FOUND'],
      ['operator', 'freeze', name, 'three', `${name} was frozen for 100 ms; it did not lead`],
      ['operator', 'state', name, 'four', 'ready'],
    ]);
  });

  test('a kill reports the successor; an unreachable replica is a refusal with a row', async () => {
    const killed = hospital.replica(leader());
    const answer = post(ONE, `/replicas/${killed.id}/kill`, { reason: 'a test' });
    // The fake accepts the order and does not end: the test kills it.
    await killed.kill();
    const { status, body } = await answer;
    if (status === 200)
      expect(body['words']).toMatch(
        new RegExp(`^${killed.id} was killed; server_\\d leads in term \\d+$`),
      );
    await eventually(() => leader() !== killed.id, { what: 'another leader' });
    expect(await post(ONE, `/replicas/${killed.id}/kill`, { reason: 'again' })).toMatchObject({
      status: 503,
      body: { code: 'UNAVAILABLE' },
    });
    expect((await audit('?action=kill'))[0]).toMatchObject({
      reason: 'again',
      outcome: 'UNAVAILABLE',
    });
    await killed.restart();
    await eventually(
      () => monitors.every(({ loop }) => loop.state.replicas[killed.id]?.opinion === 'alive'),
      { what: 'it is back' },
    );
    const { replicas } = await statusOf(at(ONE));
    expect(replicas.find(({ id }) => id === killed.id)?.lastFailure?.words).toMatch(
      /closed its connection/,
    );
  });

  test.each([
    [{ reason: '' }],
    [{ reason: ' ' }],
    [{}],
    [{ reason: 'a\u0000b' }],
    [{ reason: 'x'.repeat(501) }],
    [{ reason: 'x', more: 1 }],
  ])('a kill with %j is refused and does nothing', async (body) => {
    const before = (await audit())[0]?.id;
    expect((await post(ONE, `/replicas/${leader()}/kill`, body)).status).toBe(400);
    expect((await audit())[0]?.id).toBe(before);
  });

  test('a preview matches the action', async () => {
    const name = leader();
    const preview = await call(at(ONE), 'GET', `/preview?action=drain&replica=${name}`, 'operator');
    expect(preview).toMatchObject({
      status: 200,
      body: { moves: true, refusal: null, leader: name },
    });
    // A monitor that runs late on a busy machine answers 503, and does nothing.
    const { body } = await eventually(
      async () => {
        const wish = { state: 'drain', reason: 'as previewed' };
        const answer = await post(ONE, `/replicas/${name}/state`, wish);
        return answer.status === 503 ? null : answer;
      },
      { what: 'an answer other than 503' },
    );
    expect(preview.body['candidates']).toContain((body['moved'] as { leader: string }).leader);
    await post(ONE, `/replicas/${name}/state`, { state: 'ready', reason: 'back' });
    expect((await call(at(ONE), 'GET', '/preview?action=drain', 'operator')).body).toMatchObject({
      refusal: { code: 'REPLICA_NOT_FOUND' },
    });
    expect((await call(at(ONE), 'GET', '/preview?action=explode', 'operator')).status).toBe(400);
  });

  test.each(HOSTILE)('the filter %j finds matching rows and breaks no query', async (text) => {
    await post(ONE, `/replicas/${hospital.replicas[0]?.id}/state`, {
      state: 'ready',
      reason: text,
    });
    const query = `?text=${encodeURIComponent(text)}`;
    expect((await audit(query)).every(({ reason }) => reason.includes(text))).toBe(true);
    expect((await audit(query)).length).toBeGreaterThan(0);
    for (const name of ['actor', 'target'])
      expect(await audit(`?${name}=${encodeURIComponent(text)}`)).toEqual([]);
    const elections = (await call(at(ONE), 'GET', `/elections${query}`)).body[
      'elections'
    ] as Election[];
    expect(elections.every(({ reason }) => reason.includes(text))).toBe(true);
  });

  test('pages of a list follow each other without a gap', async () => {
    const all = (await audit('?limit=200')).map(({ id }) => id);
    const first = (await call(at(ONE), 'GET', '/audit?limit=2', 'operator')).body as {
      rows: Audit[];
      next: string;
    };
    const second = await audit(`?limit=2&cursor=${first.next}`);
    expect([...first.rows, ...second].map(({ id }) => id)).toEqual(all.slice(0, 4));
  });

  test('keeps one sample per second, with the same length in every column', async () => {
    const {
      at: times,
      committed,
      p99,
    } = await eventually(
      async () => {
        const { body } = await call(at(ONE), 'GET', '/series?minutes=1');
        return (body['at'] as number[]).length > 1 ? (body as Record<string, number[]>) : null;
      },
      { what: 'two samples' },
    );
    expect([committed?.length, p99?.length]).toEqual([times?.length, times?.length]);
    expect((await call(at(ONE), 'GET', '/series?minutes=16')).status).toBe(400);
  });

  test('a browser without a session is sent to the sign-in page; a program receives 401', async () => {
    const url = `http://127.0.0.1:${(at(ONE).server.address() as AddressInfo).port}/audit.html?action=state`;
    const page = await fetch(url, { headers: { Accept: 'text/html' }, redirect: 'manual' });
    expect([page.status, page.headers.get('location')]).toEqual([
      303,
      '/session?next=%2Faudit.html%3Faction%3Dstate',
    ]);
    expect((await fetch(url, { headers: { Accept: 'application/json' } })).status).toBe(401);
  });
});
