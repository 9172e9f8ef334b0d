/**
 * The HTTP interface of the monitor: permissions, refusals with their codes, the event stream, the
 * console, the OpenAPI document.
 */
import type { AddressInfo } from 'node:net';
import type { RunningMonitor } from '../../../monitor/start.js';
import { eventually } from '../../support/eventually.js';
import { call, Hospital } from './support.js';

describe('the HTTP surface of a monitor', () => {
  let hospital: Hospital;
  let monitor: RunningMonitor;
  let base: string;

  beforeAll(async () => {
    hospital = await Hospital.open();
    await Promise.all(hospital.replicas.map((replica) => replica.start()));
    const [place] = await hospital.plan(1);
    monitor = await hospital.startMonitor(place as { id: string; port: number });
    base = `http://127.0.0.1:${(monitor.server.address() as AddressInfo).port}`;
    await eventually(() => hospital.leader() && monitor.loop.state.phase.name === 'watching', {
      what: 'a leader',
    });
  });
  afterAll(() => hospital.close());

  test('status in full for the operator and for services: addresses, process ids, the queue', async () => {
    for (const token of ['operator', 'internal']) {
      const { status, body } = await call(monitor, 'GET', '/status', token);
      expect(status).toBe(200);
      expect(body).toMatchObject({
        partitions: [
          {
            partition: 0,
            term: 1,
            leader: hospital.leader()?.id,
            since: expect.any(String) as string,
            reason: 'the first election',
          },
        ],
        monitors: [{ id: 'monitor_1', url: base, observed: 'alive' }],
        queue: { waiting: 0, active: 0, pending: 0, failed: 0, oldestPendingSec: null },
      });
      expect((body['replicas'] as object[])[0]).toMatchObject({
        id: 'server_1',
        url: hospital.replica('server_1').url,
        pid: 4_242,
        bootId: 'server_1-1',
        admin: 'ready',
        term: 1,
        lastSeenAt: expect.any(String) as string,
      });
    }
  });

  test.each([undefined, 'api', 'nobody'])(
    'status with the token %s: no address, no process id, no boot id',
    async (token) => {
      const { status, body } = await call(monitor, 'GET', '/status', token);
      expect(status).toBe(200);
      expect(JSON.stringify(body)).not.toMatch(/"(url|pid|bootId)"/);
      expect(body['replicas']).toHaveLength(3);
    },
  );

  test.each([
    ['POST', '/handover', undefined, { reason: 'x' }, 401, 'UNAUTHENTICATED'],
    ['POST', '/handover', 'api', { reason: 'x' }, 403, 'FORBIDDEN'],
    ['POST', '/handover', 'operator', undefined, 400, 'BODY_MISSING'],
    ['POST', '/handover', 'operator', {}, 400, 'VALIDATION_FAILED'],
    ['POST', '/handover', 'operator', { reason: 'x', force: true }, 400, 'VALIDATION_FAILED'],
    ['POST', '/handover', 'operator', { reason: 'x', to: 'server_9' }, 404, 'REPLICA_NOT_FOUND'],
    [
      'POST',
      '/replicas/server_1/state',
      undefined,
      { state: 'drain', reason: 'x' },
      401,
      'UNAUTHENTICATED',
    ],
    [
      'POST',
      '/replicas/server_1/state',
      'internal',
      { state: 'drain', reason: 'x' },
      403,
      'FORBIDDEN',
    ],
    [
      'POST',
      '/replicas/server_1/state',
      'operator',
      { state: 'off', reason: 'x' },
      400,
      'VALIDATION_FAILED',
    ],
    [
      'POST',
      '/replicas/server_9/state',
      'operator',
      { state: 'drain', reason: 'x' },
      404,
      'REPLICA_NOT_FOUND',
    ],
    [
      'POST',
      '/replicas/a%20b/state',
      'operator',
      { state: 'drain', reason: 'x' },
      400,
      'VALIDATION_FAILED',
    ],
    ['GET', '/opinion', 'operator', undefined, 403, 'FORBIDDEN'],
    ['GET', '/elections?limit=0', undefined, undefined, 400, 'VALIDATION_FAILED'],
    ['GET', '/elections?cursor=x', undefined, undefined, 400, 'VALIDATION_FAILED'],
    ['GET', '/nowhere', undefined, undefined, 404, 'NOT_FOUND'],
  ])('%s %s with the token %s and %j: %i %s', async (method, path, token, body, status, code) => {
    const answer = await call(monitor, method, path, token, body);
    expect(answer).toMatchObject({ status, body: { code, status } });
    expect(monitor.loop.state.leadership?.term).toBe(1);
  });

  test('opinion: the suspected replicas', async () => {
    expect(await call(monitor, 'GET', '/opinion', 'internal')).toMatchObject({
      status: 200,
      body: { id: 'monitor_1', suspects: [] },
    });
  });

  test('elections: no boot ids without a token', async () => {
    const open = await call(monitor, 'GET', '/elections');
    expect(open.body).toMatchObject({
      elections: [{ term: 1, kind: 'first', monitor: 'monitor_1', previousLeader: null, votes: 1 }],
      next: null,
    });
    expect(JSON.stringify(open.body)).not.toContain('bootId');
    expect(JSON.stringify((await call(monitor, 'GET', '/elections', 'operator')).body)).toContain(
      'bootId',
    );
  });

  test('readiness and metrics', async () => {
    await eventually(
      async () => {
        expect(await call(monitor, 'GET', '/readyz')).toMatchObject({
          status: 200,
          body: { checks: { postgres: true, leadership: true } },
        });
        return true;
      },
      { what: 'a ready monitor' },
    );
    const metrics = await (await fetch(`${base}/metrics`)).text();
    for (const name of [
      'elections_total',
      'detection_duration_seconds',
      'votes_total',
      'handover_step_duration_seconds',
      'suspicions_total',
      'ping_duration_seconds',
      'queue_parcels',
      'monitor_lateness_seconds',
    ]) {
      expect(metrics).toContain(`relevo_${name}`);
    }
    expect(metrics).toMatch(
      new RegExp(`relevo_leader\\{[^}]*replica="${hospital.leader()?.id}"[^}]*\\} 1`),
    );
  });

  test('the document names every route', async () => {
    const { body } = await call(monitor, 'GET', '/openapi.json');
    expect(body['openapi']).toBe('3.1.0');
    expect(Object.keys(body['paths'] as object)).toEqual(
      expect.arrayContaining([
        '/status',
        '/elections',
        '/events',
        '/opinion',
        '/handover',
        '/replicas/{id}/state',
        '/livez',
      ]),
    );
  });

  test('the console: one page, no external resources, a policy with its own nonce', async () => {
    const pages = await Promise.all([fetch(base), fetch(base)]);
    const nonces = pages.map(
      (page) =>
        /script-src 'nonce-([^']+)'/.exec(page.headers.get('content-security-policy') ?? '')?.[1] ??
        '',
    );
    expect(nonces[0]).not.toBe(nonces[1]);
    const html = await pages[0].text();
    const loaded = [
      ...html.matchAll(/<(?:script|link)[^>]* nonce="([^"]+)" (?:src|href)="([^"]+)"/g),
    ];
    expect(loaded.length).toBeGreaterThan(2);
    for (const [, nonce, path] of loaded) {
      expect(nonce).toBe(nonces[0]);
      const asset = await fetch(base + path);
      expect([asset.status, asset.headers.get('cache-control')]).toEqual([
        200,
        'public, max-age=31536000, immutable',
      ]);
    }
    expect(html).not.toMatch(/(src|href)="https?:/);
    expect(html).toContain('monitor_1');
  });

  test.each(['/assets/x/console.js', '/assets/x/..%2Fpage.ts', '/assets/%00/%00'])(
    '%s is not an asset',
    async (path) => {
      expect((await fetch(base + path)).status).toBe(404);
    },
  );

  test('HEAD of the events is answered, and counts as no reader', async () => {
    for (let round = 0; round < 60; round += 1)
      expect((await fetch(`${base}/events`, { method: 'HEAD' })).status).toBe(200);
    const reader = await follow(base);
    await eventually(() => reader.text().includes('event: status'), { what: 'a snapshot' });
    reader.close();
  });

  test('events: the status at once, without addresses; then events with ids; missed events after a reconnect', async () => {
    const reader = await follow(base);
    await eventually(() => reader.text().includes('event: status'), { what: 'a snapshot' });
    expect(reader.text()).not.toMatch(/"(url|pid|bootId)"/);
    const standby = hospital.replicas.find((replica) => !replica.leads);
    await standby?.kill();
    await eventually(() => reader.text().includes('event: replica:suspected'), {
      what: 'the suspicion',
    });
    const id = /id: (\S+)\nevent: replica:suspected/.exec(reader.text())?.[1] ?? '';
    reader.close();
    await standby?.restart();
    await eventually(() => monitor.loop.state.replicas[standby?.id ?? '']?.opinion === 'alive', {
      what: 'alive again',
    });
    const again = await follow(base, id);
    await eventually(() => again.text().includes('event: replica:recovered'), {
      what: 'the recovery it missed',
    });
    expect(again.text()).not.toContain('event: replica:suspected');
    again.close();
  });
});

/** Reads an event stream. */
async function follow(
  base: string,
  lastEventId?: string,
): Promise<{ text: () => string; close: () => void }> {
  const controller = new AbortController();
  const response = await fetch(`${base}/events`, {
    signal: controller.signal,
    headers: lastEventId === undefined ? {} : { 'Last-Event-ID': lastEventId },
  });
  let text = '';
  const read = async (): Promise<void> => {
    for await (const chunk of response.body ?? [])
      text += Buffer.from(chunk as Uint8Array).toString();
  };
  read().catch(() => undefined); // Aborted at the end.
  return { text: () => text, close: () => controller.abort() };
}
