/**
 * Access to bills: sign-in, sessions that survive their instance or not, and forms of other
 * sessions. With real engines, called as a browser without scripts would.
 */
import { beforeAll, describe, expect, test } from '@jest/globals';
import { Visitor } from '../security/visitor.js';
import { TOKENS } from './setup.js';
import {
  anotherPatient,
  factsOf,
  field,
  identified,
  patient,
  payForm,
  paymentsOf,
  send,
  sessionCookie,
  setup,
  signedIn,
} from './staff-stage.js';

describe('access', () => {
  let url: string;
  beforeAll(async () => {
    ({ url } = await setup.start());
  });

  test('no bill can be read without a sign-in and an identified patient', async () => {
    const stranger = new Visitor(url);
    for (const path of ['/bill', '/bill/identify', '/bill/payments/x', '/bill/payments/x/events']) {
      const { status, headers, text } = await stranger.ask(path);
      expect([path, status, headers.get('location')]).toEqual([path, 303, '/sign-in']);
      expect(text).not.toContain(patient.fullName);
    }
    const staff = await signedIn(url);
    for (const path of ['/bill', '/bill/payments/x'])
      expect((await staff.ask(path)).headers.get('location')).toBe('/bill/identify');
    expect((await staff.ask('/bill/identify')).status).toBe(200);
  });

  test('an anonymous visitor who is redirected, or whose form is refused, leaves no session in the store', async () => {
    for (const path of ['/bill', '/bill/identify', '/bill/payments/x']) {
      expect([path, (await new Visitor(url).ask(path)).headers.get('set-cookie')]).toEqual([
        path,
        null,
      ]);
    }
    for (const path of ['/sign-in', '/sign-out', '/bill/identify', '/bill/pay']) {
      const { status, headers } = await new Visitor(url).ask(path, {
        method: 'POST',
        body: new URLSearchParams({ csrf: 'x' }),
      });
      expect([path, status, headers.get('set-cookie')]).toEqual([path, 403, null]);
    }
    // Control: the page with the sign-in form needs a session.
    expect((await new Visitor(url).ask('/sign-in')).headers.get('set-cookie')).toMatch(
      /^relevo\.sid=/,
    );
  });

  test('a wrong token, and the tokens of other roles, are refused', async () => {
    for (const token of [
      '',
      'guessed',
      TOKENS.OPERATOR_TOKEN,
      TOKENS.INTERNAL_TOKEN,
      `${TOKENS.API_TOKEN}x`,
    ]) {
      const visitor = new Visitor(url);
      expect((await visitor.submit('/sign-in', { token }, '/sign-in')).status).toBe(401);
      expect((await visitor.ask('/bill/identify')).status).toBe(303);
    }
  });

  test('a session gets a new id at sign-in and at identification; the old ids become invalid', async () => {
    const visitor = new Visitor(url);
    await visitor.ask('/sign-in');
    const ids = [sessionCookie(visitor)];
    await visitor.submit('/sign-in', { token: TOKENS.API_TOKEN }, '/sign-in');
    ids.push(sessionCookie(visitor));
    await visitor.submit('/bill/identify', factsOf(patient), '/bill/identify');
    ids.push(sessionCookie(visitor));
    expect([ids.includes(undefined), new Set(ids).size]).toEqual([false, 3]);
    for (const old of ids.slice(0, 2)) {
      const { status } = await new Visitor(url).ask('/bill', {
        headers: { Cookie: `relevo.sid=${old}` },
      });
      expect(status).toBe(303);
    }
    expect((await visitor.ask('/bill')).status).toBe(200);
  });

  test('an id without a valid signature is no session, although /whoami returns ids', async () => {
    const visitor = await identified(url);
    const { id } = JSON.parse((await visitor.ask('/whoami')).text) as { id: string };
    for (const cookie of [id, `s:${id}`, encodeURIComponent(`s:${id}.AAAA`)]) {
      expect(
        (await new Visitor(url).ask('/bill', { headers: { Cookie: `relevo.sid=${cookie}` } }))
          .status,
      ).toBe(303);
    }
  });

  test('after a sign-out the old cookie is invalid as well', async () => {
    const visitor = await identified(url);
    const kept = visitor.cookieHeader;
    expect((await visitor.submit('/sign-out', {}, '/bill')).status).toBe(303);
    expect((await new Visitor(url).ask('/bill', { headers: { Cookie: kept } })).status).toBe(303);
  });

  test('a form that no page of this session made changes nothing', async () => {
    const visitor = await identified(url);
    const form = await payForm(visitor);
    const stranger = await identified(url);
    const foreign = field(await stranger.ask('/bill'), 'csrf');
    for (const csrf of ['', 'x', foreign]) {
      expect((await send(visitor, { ...form, csrf })).status).toBe(403);
      expect(
        (
          await visitor.ask('/bill/identify', {
            method: 'POST',
            body: new URLSearchParams({ ...factsOf(patient), csrf }),
          })
        ).status,
      ).toBe(403);
    }
    expect(await paymentsOf(patient.id)).toEqual([]);
  });

  test('the form of one patient does not pay for the next one', async () => {
    const visitor = await identified(url);
    const form = await payForm(visitor);
    const other = anotherPatient();
    await visitor.submit('/bill/identify', factsOf(other), '/bill/identify');
    const csrf = field(await visitor.ask('/bill'), 'csrf');
    expect((await send(visitor, { ...form, csrf })).status).toBe(409);
    expect([await paymentsOf(patient.id), await paymentsOf(other.id)]).toEqual([[], []]);
  });

  test('STAFF_SIGN_IN=off: identifying the patient is enough, as published', async () => {
    const open = await setup.start({ STAFF_SIGN_IN: 'off' });
    const visitor = new Visitor(open.url);
    expect(
      (await visitor.submit('/bill/identify', factsOf(patient), '/bill/identify')).status,
    ).toBe(303);
    expect((await visitor.ask('/bill')).text).toContain(patient.fullName);
  });
});

describe('sessions', () => {
  test('in Redis: another instance continues the session of a stopped instance, and names itself', async () => {
    const [one, two] = [
      await setup.start({ ID: 'patients_1' }),
      await setup.start({ ID: 'patients_2' }),
    ];
    const visitor = await identified(one.url);
    await one.stop();
    const elsewhere = new Visitor(two.url);
    const bill = await elsewhere.ask('/bill', { headers: { Cookie: visitor.cookieHeader } });
    expect(bill.text).toContain(patient.fullName);
    expect(bill.text).toContain('Served by patients_2');
    const form = Object.fromEntries(
      ['csrf', 'patient', 'key', 'shown'].map((name) => [name, field(bill, name)]),
    );
    const body = new URLSearchParams({ ...form, part: 'part', amount: '1.00' });
    const paid = await elsewhere.ask('/bill/pay', {
      method: 'POST',
      body,
      headers: { Cookie: visitor.cookieHeader },
    });
    expect(paid.status).toBe(303);
    expect(await paymentsOf(patient.id)).toMatchObject([
      { amountMinor: 100, acceptedBy: 'patients_2' },
    ]);
  });

  test('in memory: another instance does not have the session, as published', async () => {
    const [one, two] = [
      await setup.start({ SESSION_STORE: 'memory' }),
      await setup.start({ SESSION_STORE: 'memory' }),
    ];
    const visitor = await identified(one.url);
    expect((await visitor.ask('/bill')).status).toBe(200);
    const Cookie = visitor.cookieHeader;
    expect(
      (await new Visitor(two.url).ask('/bill', { headers: { Cookie } })).headers.get('location'),
    ).toBe('/sign-in');
    expect(
      (
        await new Visitor(two.url).ask('/bill/pay', {
          method: 'POST',
          body: '',
          headers: { Cookie },
        })
      ).status,
    ).toBe(403);
  });

  test('/whoami counts the visits of a session, through any instance', async () => {
    const [one, two] = [
      await setup.start({ ID: 'patients_1' }),
      await setup.start({ ID: 'patients_2' }),
    ];
    const visitor = new Visitor(one.url);
    const first = JSON.parse((await visitor.ask('/whoami')).text) as Record<string, unknown>;
    const again = JSON.parse((await visitor.ask('/whoami')).text) as Record<string, unknown>;
    const there = JSON.parse(
      (await new Visitor(two.url).ask('/whoami', { headers: { Cookie: visitor.cookieHeader } }))
        .text,
    ) as Record<string, unknown>;
    expect(
      [first, again, there].map(({ sessionViews, tag, id }) => [
        sessionViews,
        tag,
        id === first['id'],
      ]),
    ).toEqual([
      [1, 'patients_1', true],
      [2, 'patients_1', true],
      [3, 'patients_2', true],
    ]);
    expect(JSON.parse((await new Visitor(one.url).ask('/whoami')).text)).toMatchObject({
      sessionViews: 1,
    });
  });

  test('with sessions in memory, /whoami of an instance without the session begins another one', async () => {
    const [one, two] = [
      await setup.start({ ID: 'patients_1', SESSION_STORE: 'memory' }),
      await setup.start({ ID: 'patients_2', SESSION_STORE: 'memory' }),
    ];
    const visitor = new Visitor(one.url);
    await visitor.ask('/whoami');
    const again = JSON.parse((await visitor.ask('/whoami')).text) as Record<string, unknown>;
    const there = JSON.parse(
      (await new Visitor(two.url).ask('/whoami', { headers: { Cookie: visitor.cookieHeader } }))
        .text,
    ) as Record<string, unknown>;
    expect([again['sessionViews'], there['sessionViews']]).toEqual([2, 1]);
    expect(there['id']).not.toBe(again['id']);
  });

  test('cookies are HTTP-only and same-site', async () => {
    const { url } = await setup.start();
    const { headers } = await new Visitor(url).ask('/sign-in?lang=es');
    const [session = '', language = ''] = headers.getSetCookie().sort().reverse();
    expect(session).toMatch(/^relevo\.sid=.*; Path=\/; Expires=.*; HttpOnly; SameSite=Lax$/);
    expect(language).toMatch(/^relevo\.lang=es; Path=\/; Max-Age=\d+; HttpOnly; SameSite=Lax$/);
  });

  test('Redis unavailable: pages with a session report it and do not hang; the first page and passes work', async () => {
    const Cookie = (await identified((await setup.start()).url)).cookieHeader;
    const { url } = await setup.start({ REDIS_URL: 'redis://127.0.0.1:1' });
    // The page with a form for an anonymous visitor, and all pages of a session.
    for (const [path, headersOfAsker] of [
      ['/sign-in', {}],
      ['/sign-in', { Cookie }],
      ['/bill', { Cookie }],
      ['/bill/identify', { Cookie }],
    ] as const) {
      const { status, headers, text } = await new Visitor(url).ask(path, {
        headers: headersOfAsker,
      });
      expect([path, status, headers.get('retry-after')]).toEqual([path, 503, '1']);
      expect(text).toContain('Not possible at the moment');
      expect(text).not.toMatch(/ at .*\.[mt]s|Redis|ECONN|stack/);
    }
    expect((await new Visitor(url).ask('/')).status).toBe(200);
    expect(
      (await new Visitor(url).ask('/passes/00000000-0000-4000-8000-000000000000')).status,
    ).toBe(404);
  });
});
