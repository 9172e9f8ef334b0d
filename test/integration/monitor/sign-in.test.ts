/**
 * Signing in to the console over HTTP: the cookie, its permissions, refusals without a CSRF token,
 * its validity at another monitor, and that wrong tokens are limited.
 */
import { request } from 'node:http';
import type { AddressInfo } from 'node:net';
import pg from 'pg';
import type { RunningMonitor } from '../../../monitor/start.js';
import { eventually } from '../../support/eventually.js';
import { Hospital } from './support.js';

const baseOf = (monitor: RunningMonitor): string =>
  `http://127.0.0.1:${(monitor.server.address() as AddressInfo).port}`;

describe('signing in', () => {
  let hospital: Hospital;
  let base: string;
  let other: string;

  beforeAll(async () => {
    hospital = await Hospital.open();
    await Promise.all(hospital.replicas.map((replica) => replica.start()));
    const places = await hospital.plan(2);
    const monitors: RunningMonitor[] = [];
    for (const place of places) monitors.push(await hospital.startMonitor(place));
    [base, other] = monitors.map(baseOf) as [string, string];
    await eventually(() => monitors.every(({ loop }) => loop.state.phase.name === 'watching'), {
      what: 'a leader, known to both',
    });
  });
  afterAll(() => hospital.close());

  const signIn = (
    fields: Record<string, string>,
    headers: Record<string, string> = {},
  ): Promise<Response> =>
    fetch(`${base}/session`, {
      method: 'POST',
      redirect: 'manual',
      headers,
      body: new URLSearchParams(fields),
    });

  /** @returns the cookie of a session, and its CSRF token as a page shows it. */
  async function session(name = 'Ana'): Promise<{ cookie: string; csrf: string }> {
    const cookie =
      (await signIn({ token: 'operator', name })).headers.get('set-cookie')?.split(';')[0] ?? '';
    const page = await (await fetch(base, { headers: { cookie } })).text();
    return { cookie, csrf: /name="csrf" content="([^"]+)"/.exec(page)?.[1] ?? '' };
  }

  const drain = (
    at: string,
    headers: Record<string, string>,
    body: string | URLSearchParams,
  ): Promise<Response> => fetch(`${at}/replicas/server_9/state`, { method: 'POST', headers, body });

  test('scripts cannot read the cookie, and other sites cannot send it; the browser is redirected to the requested page', async () => {
    const answer = await signIn({ token: 'operator', next: '/payments?status=FAILED' });
    expect([answer.status, answer.headers.get('location')]).toEqual([
      303,
      '/payments?status=FAILED',
    ]);
    expect(answer.headers.get('set-cookie')).toMatch(
      /^relevo\.console=[\w.-]+; Max-Age=28800; Path=\/; Expires=[^;]+; HttpOnly; SameSite=Strict$/,
    );
  });

  test.each(['https://evil.example', '//evil.example', '/\\evil.example'])(
    '%s: never redirects to another site',
    async (next) => {
      expect((await signIn({ token: 'operator', next })).headers.get('location')).toBe('/');
      expect(
        await (await fetch(`${base}/session?next=${encodeURIComponent(next)}`)).text(),
      ).not.toContain('evil');
    },
  );

  test.each(['', 'api', 'internal', 'x'])('the token %j does not sign in', async (token) => {
    const answer = await signIn({ token });
    expect([answer.status, answer.headers.get('set-cookie')]).toEqual([401, null]);
    await signIn({ token: 'operator' });
  });

  test('a form of another site cannot sign in', async () => {
    expect((await signIn({ token: 'operator' }, { Origin: 'http://evil.example' })).status).toBe(
      403,
    );
    expect((await signIn({ token: 'operator' }, { Origin: base })).status).toBe(303);
  });

  test('a session shows addresses at every monitor; without a session they are hidden', async () => {
    const { cookie } = await session();
    for (const at of [base, other]) {
      expect(await (await fetch(`${at}/status`, { headers: { cookie } })).text()).toContain(
        '"pid"',
      );
      expect(await (await fetch(`${at}/status`)).text()).not.toContain('"pid"');
    }
  });

  test('operator actions need the CSRF token of the session, as a header or a field, at every monitor', async () => {
    const { cookie, csrf } = await session();
    const json = { cookie, 'Content-Type': 'application/json' };
    const body = JSON.stringify({ state: 'drain', reason: 'x' });
    expect((await drain(base, json, body)).status).toBe(403);
    expect(
      (await drain(base, { ...json, 'X-CSRF-Token': (await session()).csrf }, body)).status,
    ).toBe(403);
    expect(
      (await drain(base, { cookie }, new URLSearchParams({ state: 'drain', reason: 'x' }))).status,
    ).toBe(403);
    for (const at of [base, other]) {
      expect((await drain(at, { ...json, 'X-CSRF-Token': csrf }, body)).status).toBe(404);
      expect(
        (await drain(at, { cookie }, new URLSearchParams({ state: 'drain', reason: 'x', csrf })))
          .status,
      ).toBe(404);
    }
  });

  test('a session does not replace a wrong bearer token', async () => {
    const { cookie, csrf } = await session();
    const headers = {
      cookie,
      'X-CSRF-Token': csrf,
      'Authorization': 'Bearer x',
      'Content-Type': 'application/json',
    };
    expect((await drain(base, headers, '{}')).status).toBe(401);
  });

  test('signing out also needs the CSRF token, and deletes the cookie', async () => {
    const { cookie, csrf } = await session();
    const end = (fields: Record<string, string>): Promise<Response> =>
      fetch(`${base}/session/end`, {
        method: 'POST',
        redirect: 'manual',
        headers: { cookie },
        body: new URLSearchParams(fields),
      });
    expect((await end({})).status).toBe(403);
    const ended = await end({ csrf });
    expect([ended.status, ended.headers.get('set-cookie')]).toEqual([
      303,
      expect.stringMatching(/^relevo\.console=; .*1970/),
    ]);
  });

  test('a copy of the cookie is invalid at every monitor after the sign-out', async () => {
    const { cookie, csrf } = await session();
    const control = await session();
    expect((await fetch(`${other}/audit`, { headers: { cookie } })).status).toBe(200);
    const ended = await fetch(`${base}/session/end`, {
      method: 'POST',
      redirect: 'manual',
      headers: { cookie },
      body: new URLSearchParams({ csrf }),
    });
    expect(ended.status).toBe(303);
    for (const at of [base, other]) {
      expect((await fetch(`${at}/audit`, { headers: { cookie } })).status).toBe(401);
      expect(await (await fetch(`${at}/status`, { headers: { cookie } })).text()).not.toContain(
        '"pid"',
      );
      expect(
        (await drain(at, { cookie }, new URLSearchParams({ state: 'drain', reason: 'x', csrf })))
          .status,
      ).toBe(401);
      expect((await fetch(`${at}/audit`, { headers: { cookie: control.cookie } })).status).toBe(
        200,
      );
    }
  });

  test('the row of an ended session does not contain its id, and is deleted when it is old', async () => {
    const endOne = async (): Promise<void> => {
      const { cookie, csrf } = await session();
      await fetch(`${base}/session/end`, {
        method: 'POST',
        redirect: 'manual',
        headers: { cookie },
        body: new URLSearchParams({ csrf }),
      });
    };
    const client = new pg.Client({ connectionString: hospital.database.url });
    await client.connect();
    try {
      await endOne();
      await client.query(`UPDATE ended_session SET kept_until = now() - interval '1 minute'`);
      await endOne();
      const { rows } = await client.query<{ digest: Buffer }>('SELECT digest FROM ended_session');
      expect(rows.map(({ digest }) => digest.length)).toEqual([32]);
    } finally {
      await client.end();
    }
  });

  test('the body of a request without a token or a session is not read', async () => {
    const { cookie } = await session();
    const begun = (path: string, headers: Record<string, string>): Promise<number | undefined> =>
      new Promise((resolve, reject) => {
        const sent = request(
          base + path,
          {
            method: 'POST',
            headers: { 'Content-Type': 'application/json', 'Content-Length': '1000', ...headers },
          },
          (answer) => {
            resolve(answer.statusCode);
            sent.destroy();
          },
        );
        sent.on('error', reject);
        sent.write('{');
      });
    for (const path of ['/handover', '/replicas/server_1/state', '/failed/redrive']) {
      expect([path, await begun(path, {})]).toEqual([path, 401]);
      expect([path, await begun(path, { Authorization: 'Bearer api' })]).toEqual([path, 403]);
      expect([path, await begun(path, { cookie: `${cookie}x` })]).toEqual([path, 401]);
    }
  });

  test('a name is text, with any characters', async () => {
    const { cookie } = await session('"><script>alert(1)</script>');
    const page = await (await fetch(base, { headers: { cookie } })).text();
    expect(page).not.toContain('<script>');
    expect(page).toContain('&lt;script&gt;');
  });

  test('bodies that are not a form are refused with a 4xx, not with a 500', async () => {
    const post = (body: string | URLSearchParams, type: string): Promise<Response> =>
      fetch(`${base}/session`, {
        method: 'POST',
        redirect: 'manual',
        headers: { 'Content-Type': type },
        body,
      });
    const form = 'application/x-www-form-urlencoded';
    expect((await post('a=1&'.repeat(2_000), form)).status).toBe(413);
    expect((await post('token=%', form)).status).toBe(401);
    expect((await post('{"token":["operator"]}', 'application/json')).status).toBe(401);
    expect((await post('null', 'application/json')).status).toBe(401);
    await signIn({ token: 'operator' });
  });

  test('wrong tokens are limited per address', async () => {
    const statuses = [];
    for (let tries = 0; tries < 30 && statuses.at(-1) !== 429; tries += 1)
      statuses.push((await signIn({ token: 'x' })).status);
    expect(statuses.at(-1)).toBe(429);
    const answer = await signIn({ token: 'operator' });
    expect([answer.status, Number(answer.headers.get('retry-after'))]).toEqual([
      429,
      expect.any(Number),
    ]);
    expect(answer.headers.get('set-cookie')).toBeNull();
  });
});
