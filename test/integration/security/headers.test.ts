/**
 * The headers of every answer of every service, for every caller and every result: browsers guess
 * no types, pages run only their own scripts, caches store no private answers, and neither scripts
 * nor other sites can use the cookies.
 */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { asking } from './asking.js';
import { send, type Answered } from './sending.js';
import { startServices, type Services } from './services.js';
import { LOOSER_PAGES, TABLE } from './table.js';
import { signedIn, type Visitor } from './visitor.js';
import { CALLERS, SERVICES, type Row } from './vocabulary.js';

const isPage = ({ headers, status }: Pick<Answered, 'headers' | 'status'>): boolean =>
  /text\/html/.test(headers.get('Content-Type') ?? '') && (status < 300 || status >= 400);

/** Every rule that an answer violates, as text. */
function offences(
  { headers, status }: Pick<Answered, 'headers' | 'status'>,
  { isPrivate = false, isLooser = false } = {},
): string[] {
  const says = (name: string): string => headers.get(name) ?? '';
  const policy = says('Content-Security-Policy');
  // A cookie without a value deletes it and holds nothing.
  const cookies = headers.getSetCookie().filter((cookie) => !/^[^=]+=;/.test(cookie));
  const found: Record<string, boolean> = {
    'names its software': headers.has('X-Powered-By') || headers.has('Server'),
    'allows browsers to guess its type': says('X-Content-Type-Options') !== 'nosniff',
    'names no type': status === 200 && says('Content-Type') === '',
    'may be stored by a cache': isPrivate && !/no-store/.test(says('Cache-Control')),
    'has a page without a policy':
      isPage({ headers, status }) && !/default-src 'none'/.test(policy),
    'has a policy with unsafe-*': /unsafe-/.test(policy) && !isLooser,
    'has a page that may be framed':
      isPage({ headers, status }) && !/frame-ancestors 'none'/.test(policy),
    'has a page without limits for base and forms':
      isPage({ headers, status }) && !(/base-uri/.test(policy) && /form-action/.test(policy)),
    'has a page that sends its address to other sites':
      isPage({ headers, status }) && !/same-origin|no-referrer/.test(says('Referrer-Policy')),
    'sets a cookie that scripts can read': cookies.some((cookie) => !/;\s*HttpOnly/i.test(cookie)),
    'sets a cookie that other sites send': cookies.some(
      (cookie) => !/;\s*SameSite=(Lax|Strict)/i.test(cookie),
    ),
    'lets other sites read it': headers.has('Access-Control-Allow-Origin'),
  };
  return Object.keys(found).filter((rule) => found[rule]);
}

describe('the headers of every answer', () => {
  let services: Services;
  beforeAll(async () => {
    services = await startServices();
  }, 180_000);
  afterAll(() => services.stop(), 180_000);

  describe.each(SERVICES)('%s', (service) => {
    let visitor: Visitor;
    beforeEach(async () => {
      visitor = await signedIn(service, services);
    });

    test.each(TABLE[service])('$entrance', async (row: Row) => {
      const isPrivate = row.who.length < CALLERS.length;
      const isLooser = LOOSER_PAGES.some((path) => row.entrance.includes(path));
      for (const caller of CALLERS) {
        const answered = await asking(
          services.url(service),
          row,
          row.ask?.(services.subjects) ?? {},
          caller,
          visitor,
        );
        expect([caller, answered.status, offences(answered, { isPrivate, isLooser })]).toEqual([
          caller,
          answered.status,
          [],
        ]);
      }
    });

    test.each([
      ['GET', '/nothing', undefined, undefined],
      ['GET', '/%', undefined, undefined],
      ['GET', '/%00', undefined, undefined],
      ['OPTIONS', '/livez', undefined, undefined],
      ['DELETE', '/', undefined, undefined],
      ['POST', '/nothing', 'application/json', '{'],
      ['POST', '/nothing', 'application/json', `"${'x'.repeat(200_000)}"`],
      ['POST', '/nothing', 'application/json; charset=nonsense', '{}'],
      ['POST', '/nothing', 'text/html', '<script>'],
    ])('refusals: %s %s %s', async (method, path, type, body) => {
      const headers = {
        Authorization: 'Bearer internal',
        Accept: 'text/html',
        ...(type === undefined ? {} : { 'Content-Type': type }),
      };
      const answered = await send(services.url(service) + path, {
        method,
        headers,
        ...(body === undefined ? {} : { body }),
      });
      expect([answered.status < 500, offences(answered)]).toEqual([true, []]);
    });
  });
});

describe('control', () => {
  const page = {
    'Content-Type': 'text/html',
    'X-Content-Type-Options': 'nosniff',
    'Referrer-Policy': 'same-origin',
  };
  const policy = "default-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";
  const answer = (headers: Record<string, string>) => ({
    status: 200,
    headers: new Headers(headers),
  });

  test('a correct page violates no rule', () =>
    expect(offences(answer({ ...page, 'Content-Security-Policy': policy }))).toEqual([]));

  test.each([
    [{ 'X-Powered-By': 'Express' }, 'names its software'],
    [{ 'X-Content-Type-Options': '' }, 'allows browsers to guess its type'],
    [
      {
        'Content-Security-Policy': policy.replace("'none';", "'none'; script-src 'unsafe-inline';"),
      },
      'has a policy with unsafe-*',
    ],
    [
      { 'Content-Security-Policy': policy.replace('frame-ancestors', 'frames') },
      'has a page that may be framed',
    ],
    [{ 'Set-Cookie': 'a=b; SameSite=Lax' }, 'sets a cookie that scripts can read'],
    [{ 'Set-Cookie': 'a=b; HttpOnly; SameSite=None' }, 'sets a cookie that other sites send'],
    [{ 'Referrer-Policy': 'unsafe-url' }, 'has a page that sends its address to other sites'],
    [{ 'Access-Control-Allow-Origin': '*' }, 'lets other sites read it'],
  ])('%j: %s', (harm: Record<string, string>, rule) =>
    expect(offences(answer({ ...page, 'Content-Security-Policy': policy, ...harm }))).toEqual([
      rule,
    ]),
  );

  test('a private answer that a cache may store', () =>
    expect(
      offences(answer({ ...page, 'Content-Security-Policy': policy }), { isPrivate: true }),
    ).toEqual(['may be stored by a cache']));
});
