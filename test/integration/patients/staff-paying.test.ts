/**
 * The bill as staff pay it: one payment for repeated submissions, receipts and passes, and
 * malformed or malicious input. With real engines, called as a browser without scripts would.
 */
import { beforeAll, describe, expect, test } from '@jest/globals';
import { maskName } from '../../../patients/core/pass.js';
import { eventually } from '../../support/eventually.js';
import type { Answered } from '../security/sending.js';
import { Visitor } from '../security/visitor.js';
import { TOKENS } from './setup.js';
import {
  factsOf,
  field,
  identified,
  nextPatient,
  patient,
  payForm,
  paymentsOf,
  send,
  setup,
  somebodyLeads,
  totalOf,
} from './staff-stage.js';

describe('paying', () => {
  let url: string;
  beforeAll(async () => {
    ({ url } = await setup.start({ ID: 'patients_7' }));
  });

  test('the bill adds up, by kind and in total', async () => {
    const visitor = await identified(url);
    const { text } = await visitor.ask('/bill');
    const money = new Intl.NumberFormat('en-US', { style: 'currency', currency: 'USD' });
    for (const kind of ['exam', 'medicine', 'procedure', 'consultation']) {
      const own = patient.charges.filter((charge) => charge.kind === kind);
      const subtotal = money.format(
        own.reduce((sum, { amountMinor }) => sum + amountMinor, 0) / 100,
      );
      expect(text).toMatch(
        new RegExp(
          `aria-labelledby="${kind}"[^]*?<tfoot>.*?${subtotal.replace(/[$.]/g, '\\$&')}</td>`,
        ),
      );
    }
    expect(text).toContain(`<dt>Due</dt><dd>${money.format(totalOf(patient) / 100)}</dd>`);
  });

  test('double click, reload and a second tab pay once', async () => {
    const visitor = await identified(url);
    const form = await payForm(visitor);
    const second = await payForm(visitor);
    const answers = await Promise.all([
      send(visitor, form),
      send(visitor, form),
      send(visitor, second),
    ]);
    answers.push(await send(visitor, form));
    expect(
      new Set(answers.map(({ status, headers }) => `${status} ${headers.get('location')}`)).size,
    ).toBe(1);
    expect(answers[0]?.headers.get('location')).toMatch(/^\/bill\/payments\/[0-9a-f-]{36}$/);
    expect(await paymentsOf(patient.id)).toMatchObject([
      { amountMinor: totalOf(patient), acceptedBy: 'patients_7' },
    ]);
  });

  test('an older form with another amount pays nothing: the bill has changed', async () => {
    const visitor = await identified(url);
    const old = await payForm(visitor, { part: 'part', amount: '20.00' });
    expect((await send(visitor, { ...old, amount: '10,00' })).status).toBe(303);
    expect((await send(visitor, old)).status).toBe(409);
    expect((await send(visitor, { ...old, key: `bill:${patient.id}:999999` })).status).toBe(409);
    expect((await send(visitor, { ...old, key: 'made up' })).status).toBe(409);
    expect(await paymentsOf(patient.id)).toMatchObject([{ amountMinor: 1_000 }]);
  });

  test('a fresh form does not pay a pending amount again, and more than the due amount is refused', async () => {
    const visitor = await identified(url);
    expect((await send(visitor, await payForm(visitor))).status).toBe(303);
    expect((await visitor.ask('/bill')).text).toContain('Everything that is due is on its way');
    nextPatient();
    const another = await identified(url);
    const most = totalOf(patient);
    for (const amount of [((most + 1) / 100).toFixed(2), '0', '-5', '1e3', '', 'abc', '1.234']) {
      expect([
        amount,
        (await send(another, await payForm(another, { part: 'part', amount }))).status,
      ]).toEqual([amount, 422]);
    }
    expect((await send(another, await payForm(another, { shown: String(most + 1) }))).status).toBe(
      422,
    );
    expect(await paymentsOf(patient.id)).toEqual([]);
    expect(
      (
        await send(
          another,
          await payForm(another, { part: 'part', amount: (most / 100).toFixed(2) }),
        )
      ).status,
    ).toBe(303);
  });

  test('an outcome becomes a receipt and a pass; the pass is public and shows a first name', async () => {
    await somebodyLeads();
    const visitor = await identified(url);
    const { headers } = await send(
      visitor,
      await payForm(visitor, { part: 'part', amount: '150,00' }),
    );
    const path = headers.get('location') ?? '';
    const receipt = await eventually(
      async () => {
        const page = await visitor.ask(path);
        return page.text.includes('Exit pass') ? page : null;
      },
      { what: 'the receipt' },
    );
    expect(receipt.text).toMatch(/\$150\.00[^]*by patients_7/);
    const pass = `/passes/${path.split('/').at(-1)}`;
    const shown = await new Visitor(url).ask(pass);
    expect([
      shown.status,
      shown.text.includes('This patient may leave'),
      shown.text.includes(maskName(patient.fullName)),
    ]).toEqual([200, true, true]);
    for (const secret of [patient.fullName, patient.document, patient.id])
      expect(shown.text).not.toContain(secret);
    expect(shown.text).toContain('<svg');
    const found = await new Visitor(url).ask(
      `/passes?id=${encodeURIComponent(`https://elsewhere.example${pass}`)}`,
    );
    expect(found.headers.get('location')).toBe(pass);
    await setup.pool.query(`ALTER TABLE payment DISABLE TRIGGER USER`);
    await setup.pool.query(
      `UPDATE payment SET completed_at = completed_at - interval '25 hours' WHERE id = $1`,
      [pass.slice(8)],
    );
    await setup.pool.query(`ALTER TABLE payment ENABLE TRIGGER USER`);
    const expired = await new Visitor(url).ask(pass);
    expect([
      expired.status,
      expired.text.includes('Expired'),
      expired.text.includes('may leave'),
    ]).toEqual([200, true, false]);
  });

  test('only the staff of its own patient can follow a payment; the stream ends with the outcome', async () => {
    await somebodyLeads();
    const visitor = await identified(url);
    const { headers } = await send(visitor, await payForm(visitor));
    const path = headers.get('location') ?? '';
    const stream = await fetch(`${url}${path}/events`, {
      headers: { Cookie: visitor.cookieHeader },
      signal: AbortSignal.timeout(20_000),
    });
    const lines = (await stream.text()).split('\n\n').filter((line) => line.startsWith('data: '));
    const last = JSON.parse(lines.at(-1)?.slice(6) ?? '{}') as { html: string; final: boolean };
    expect([
      stream.headers.get('content-type'),
      last.final,
      last.html.includes('The payment succeeded.'),
    ]).toEqual(['text/event-stream; charset=utf-8', true, true]);
    nextPatient();
    const other = await identified(url);
    for (const id of [path, `${path}/events`]) expect((await other.ask(id)).status).toBe(404);
  });

  test('an instance that stops ends its streams', async () => {
    const ending = await setup.start({ QUEUE_PREFIX: `${setup.prefix}-nobody` });
    const visitor = await identified(ending.url);
    const { headers } = await send(visitor, await payForm(visitor));
    const address = `${ending.url}${headers.get('location')}/events`;
    const stream = await fetch(address, {
      headers: { Cookie: visitor.cookieHeader },
      signal: AbortSignal.timeout(20_000),
    });
    const [text] = await Promise.all([stream.text(), ending.stop()]);
    expect(text).toMatch(/^data: .*"final":false/);
  });
});

describe('malformed input', () => {
  const SCRIPT = `"><script>alert(1)</script>`;
  const SQL = `' OR 1=1; DROP TABLE payment; --`;
  let url: string;
  beforeAll(async () => {
    ({ url } = await setup.start({
      WRONG_CODES_MAX: '1000',
      WRONG_FROM_ADDRESS_MAX: '10000',
      QUEUE_PREFIX: `${setup.prefix}-odd`,
    }));
  });
  /** The answer contains no markup from the input and no internals. */
  const harmless = ({ status, text }: Answered): void => {
    expect(status).toBeLessThan(500);
    expect(text).not.toMatch(/<script>|syntax error|prisma|node_modules/i);
  };

  test.each([
    ['a script', SCRIPT],
    ['SQL', SQL],
    ['a NUL', '\u0000'],
    ['a path', '../../etc/passwd'],
    ['an escape', '%00'],
    ['beyond 16 bits', '💊'.repeat(30)],
    ['a text that is far too long', 'x'.repeat(5_000)],
  ])('%s in every field of every form', async (_name, odd) => {
    const staff = await identified(url);
    const csrf = field(await staff.ask('/bill'), 'csrf');
    const facts = factsOf(patient);
    for (const name of Object.keys(facts)) {
      const body = new URLSearchParams({ ...facts, csrf, [name]: odd });
      const answered = await staff.ask('/bill/identify', { method: 'POST', body });
      harmless(answered);
      expect(answered.status).not.toBe(303);
    }
    const form = await payForm(staff, { part: 'part', amount: '1' });
    for (const name of Object.keys(form).filter((each) => each !== 'part')) {
      const answered = await send(staff, { ...form, [name]: odd });
      harmless(answered);
      if (name !== 'shown') expect([name, answered.status]).not.toEqual([name, 303]);
    }
    harmless(await new Visitor(url).submit('/sign-in', { token: odd }, '/sign-in'));
    harmless(await new Visitor(url).ask(`/passes?id=${encodeURIComponent(odd)}`));
    harmless(await new Visitor(url).ask(`/?lang=${encodeURIComponent(odd)}`));
  });

  test.each([
    ['a script', SCRIPT],
    ['SQL', SQL],
    ['a path', '..%2f..%2f..%2fetc%2fpasswd'],
    ['a NUL', '%00'],
    ['half a character', '%E0%A4%A'],
    ['a name of JavaScript', 'constructor'],
    ['another one', '__proto__'],
    ['a number', '1'],
    ['a text that is far too long', 'x'.repeat(3_000)],
  ])('%s as an id', async (_name, odd) => {
    const staff = await identified(url);
    const id = odd.includes('%') ? odd : encodeURIComponent(odd);
    for (const path of [
      `/passes/${id}`,
      `/bill/payments/${id}`,
      `/bill/payments/${id}/events`,
      `/assets/${id}`,
    ]) {
      const answered = await staff.ask(path);
      harmless(answered);
      expect([path, [400, 404].includes(answered.status)]).toEqual([path, true]);
    }
  });

  test('lists, objects and files where text is expected', async () => {
    const staff = await identified(url);
    const csrf = field(await staff.ask('/bill'), 'csrf');
    const bodies: [string, string][] = [
      [
        'application/x-www-form-urlencoded',
        `csrf=${csrf}&document=1&document=2&name[a]=b&birthDate=&authorizationCode=`,
      ],
      [
        'application/json',
        JSON.stringify({
          csrf,
          document: { $gt: '' },
          name: [],
          birthDate: 1,
          authorizationCode: null,
        }),
      ],
      ['application/json', '{"csrf":'],
      ['text/plain', 'csrf'],
      ['application/x-www-form-urlencoded', 'a=1&'.repeat(100)],
      ['application/x-www-form-urlencoded', `csrf=${csrf}&name=${'x'.repeat(20_000)}`],
    ];
    for (const [type, body] of bodies) {
      const answered = await staff.ask('/bill/identify', {
        method: 'POST',
        body,
        headers: { 'Content-Type': type },
      });
      harmless(answered);
      expect([body.slice(0, 20), answered.status >= 400]).toEqual([body.slice(0, 20), true]);
    }
  });

  test('the concept from an API client is text on the pages', async () => {
    const staff = await identified(url);
    await fetch(`${url}/api/payments`, {
      method: 'POST',
      headers: {
        'Authorization': `Bearer ${TOKENS.API_TOKEN}`,
        'Content-Type': 'application/json',
      },
      body: JSON.stringify({
        patientId: patient.id,
        amountMinor: 100,
        currency: 'USD',
        concept: SCRIPT,
      }),
    });
    const bill = await staff.ask('/bill');
    const path = /\/bill\/payments\/[0-9a-f-]{36}/.exec(bill.text)?.[0] ?? '';
    for (const page of [bill, await staff.ask(path)]) expect(page.text).not.toContain('<script>');
    await setup.pool.query(`UPDATE patient SET full_name = $2 WHERE id = $1`, [patient.id, SCRIPT]);
    expect((await staff.ask('/bill')).text).not.toContain('<script>');
  });

  test('every page has the headers of a page; a browser with an unknown path gets a page too', async () => {
    const staff = await identified(url);
    for (const path of [
      '/',
      '/sign-in',
      '/bill/identify',
      '/bill',
      '/passes/x',
      '/nothing',
      '/bill/payments/x',
    ]) {
      const { headers, text } = await staff.ask(path);
      if (headers.get('location')) continue;
      const nonce =
        /'nonce-([^']+)'/.exec(headers.get('content-security-policy') ?? '')?.[1] ?? 'none';
      expect([
        path,
        text.split(`nonce="${nonce}"`).length,
        text.match(/<(script|style|link rel="stylesheet)/g)?.length,
      ]).toEqual([path, 3, 2]);
      expect(headers.get('content-security-policy')).toMatch(
        /default-src 'none'.*frame-ancestors 'none'/,
      );
      expect(headers.get('content-security-policy')).not.toContain('unsafe');
      expect(
        ['x-content-type-options', 'referrer-policy', 'cache-control'].map((name) =>
          headers.get(name),
        ),
      ).toEqual(['nosniff', 'same-origin', 'no-store']);
    }
    const json = await fetch(`${url}/nothing`);
    expect(json.headers.get('content-type')).toMatch(/problem\+json/);
  });

  test('Spanish: by address, by cookie, by browser; and back to English', async () => {
    const visitor = new Visitor(url);
    const titles = async (
      path: string,
      headers: Record<string, string> = {},
    ): Promise<string | undefined> =>
      /<h1>([^<]+)/.exec((await visitor.ask(path, { headers })).text)?.[1];
    expect(await titles('/', { 'Accept-Language': 'es-CO,es;q=0.9' })).toBe(
      'Facturación hospitalaria',
    );
    expect(await titles('/', { 'Accept-Language': 'de' })).toBe('Hospital billing');
    expect(await titles('/?lang=es')).toBe('Facturación hospitalaria');
    expect(await titles('/sign-in', { 'Accept-Language': 'en' })).toBe('Ingreso del personal');
    expect(await titles('/sign-in?lang=en')).toBe('Staff sign-in');
  });
});
