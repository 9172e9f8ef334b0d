/**
 * Sessions of the console: the signed-in user, the proof that a changing request needs, and the
 * page after signing in.
 */
import type { Request } from 'express';
import type { EndedSessions } from '../../../monitor/console/ended-sessions.js';
import { COOKIE, cleanName, Sessions } from '../../../monitor/console/session.js';
import { localPath } from '../../../monitor/console/sign-in.js';

interface Told {
  method?: string;
  cookie?: string;
  csrf?: string;
  body?: unknown;
  authorization?: string;
}

const asked = ({ method = 'GET', cookie, csrf, body, authorization }: Told): Request =>
  ({
    method,
    body,
    headers: {
      ...(cookie === undefined ? {} : { cookie: `other=1; ${COOKIE}=${cookie}` }),
      ...(csrf === undefined ? {} : { 'x-csrf-token': csrf }),
      ...(authorization === undefined ? {} : { authorization }),
    },
  }) as unknown as Request;

const noneEnded: EndedSessions = { has: async () => false, end: async () => true };

describe('a session', () => {
  const sessions = new Sessions('the operator token', noneEnded);

  test('is valid only where the operator token is the same', async () => {
    const cookie = await sessions.begin('Ana');
    const elsewhere = await new Sessions('the operator token', noneEnded).read(asked({ cookie }));
    expect(elsewhere).toMatchObject({
      name: 'Ana',
      csrf: (await sessions.read(asked({ cookie })))?.csrf,
    });
    expect(await new Sessions('another token', noneEnded).read(asked({ cookie }))).toBeNull();
  });

  test.each([undefined, '', 'x', 'eyJhbGciOiJub25lIn0.eyJzaWQiOiJ4IiwibmFtZSI6bnVsbH0.'])(
    'the cookie %j is no session',
    async (cookie) => {
      expect(await sessions.read(asked(cookie === undefined ? {} : { cookie }))).toBeNull();
      expect(
        await sessions.kindOf(
          asked({ method: 'POST', ...(cookie === undefined ? {} : { cookie }) }),
        ),
      ).toBeNull();
    },
  );

  test('a cookie with one changed character is no session', async () => {
    const cookie = await sessions.begin(null);
    const [head, claims = '', signature] = cookie.split('.');
    const other = claims.startsWith('e') ? `f${claims.slice(1)}` : `e${claims.slice(1)}`;
    expect(await sessions.read(asked({ cookie: [head, other, signature].join('.') }))).toBeNull();
  });

  test('reading needs no proof; changing needs the CSRF token of the same session', async () => {
    const cookie = await sessions.begin(null);
    const other = (await sessions.read(asked({ cookie: await sessions.begin(null) })))?.csrf ?? '';
    const csrf = (await sessions.read(asked({ cookie })))?.csrf ?? '';
    expect(await sessions.kindOf(asked({ cookie }))).toBe('operator');
    for (const wrong of [
      {},
      { csrf: '' },
      { csrf: 'x' },
      { csrf: other },
      { body: { csrf: other } },
      { body: { csrf: [csrf] } },
      { body: 'csrf' },
    ]) {
      await expect(
        Promise.resolve(sessions.kindOf(asked({ method: 'POST', cookie, ...wrong }))),
      ).rejects.toMatchObject({ code: 'FORBIDDEN' });
    }
    expect(await sessions.kindOf(asked({ method: 'POST', cookie, csrf }))).toBe('operator');
  });

  test('a form sends the CSRF token in a field, which the route does not receive', async () => {
    const cookie = await sessions.begin(null);
    const csrf = (await sessions.read(asked({ cookie })))?.csrf ?? '';
    const request = asked({ method: 'POST', cookie, body: { csrf, reason: 'x' } });
    expect(await sessions.kindOf(request)).toBe('operator');
    expect(request.body).toEqual({ reason: 'x' });
  });

  test('the audit receives the entered name; for a token only the kind', async () => {
    const cookie = await sessions.begin('Ana');
    expect(await sessions.getActor(asked({ cookie }))).toBe('operator: Ana');
    expect(await sessions.getActor(asked({ cookie: await sessions.begin(null) }))).toBe('operator');
    expect(await sessions.getActor(asked({ cookie, authorization: 'Bearer x' }))).toBe('operator');
  });
});

test.each([
  ['  Ana ', 'Ana'],
  ['', null],
  ['\u0000\n', null],
  ['a\nb', 'a b'],
  ['<b>', '<b>'],
  ['x'.repeat(100), 'x'.repeat(60)],
])('the name %j is kept as %j', (typed, kept) => expect(cleanName(typed)).toBe(kept));

describe('after signing in', () => {
  test.each(['/', '/payments', '/payments?status=FAILED&x=%2F', '/elections.html?kind=kill'])(
    '%s is a page of this site',
    (next) => {
      expect(localPath(next)).toBe(next);
    },
  );

  test.each([
    undefined,
    '',
    'payments',
    '//evil.example',
    '///evil.example',
    '/\\evil.example',
    '/\t/evil.example',
    'https://evil.example',
    'javascript:alert(1)',
    '/..//evil.example',
    '/./\\evil.example',
    '/%0d%0aX:y\n',
    ['/payments'],
    '/session',
    '/session/end',
  ])('%j leads to the first page', (next) => {
    expect(localPath(next)).toBe('/');
  });
});

describe('a session and the list of ended ones', () => {
  const answering = (ended: boolean | null): Sessions =>
    new Sessions('the operator token', { has: async () => ended, end: async () => ended !== null });

  test('an ended session is not a session', async () => {
    const sessions = answering(true);
    expect(await sessions.read(asked({ cookie: await sessions.begin('Ana') }))).toBeNull();
  });

  test('a session of unknown state may read and may change nothing', async () => {
    const sessions = answering(null);
    const cookie = await sessions.begin('Ana');
    const session = await sessions.read(asked({ cookie }));
    expect(session).toMatchObject({ name: 'Ana', isConfirmed: false });
    expect(await sessions.kindOf(asked({ cookie }))).toBe('operator');
    const change = asked({ method: 'POST', cookie, csrf: session?.csrf ?? '' });
    await expect(Promise.resolve(sessions.kindOf(change))).rejects.toMatchObject({
      code: 'UNAVAILABLE',
    });
  });
});
