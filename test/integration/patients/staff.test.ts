/**
 * The staff's pages on real engines, asked as a browser without scripts would: who may read a bill, sessions that survive their instance or
 * not, locks, one payment however often a form is sent, and what people type that is no such thing.
 */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { maskedName } from '../../../patients/core/pass.js';
import { seedPatient, type SeedPatient } from '../../../prisma/seed-data.js';
import { eventually } from '../../support/eventually.js';
import type { Answered } from '../security/sending.js';
import { Visitor } from '../security/visitor.js';
import { startFakeLeader, type FakeLeader } from './fake-leader.js';
import { createSetup, TOKENS, type Setup } from './setup.js';

const factsOf = ({ document, fullName: name, birthDate, authorizationCode }: SeedPatient) =>
  ({ document, name, birthDate, authorizationCode });

/** A field of the page's form. */
const field = (page: Answered, name: string): string => new RegExp(`name="${name}" value="([^"]*)"`).exec(page.text)?.[1] ?? '';
const sessionCookie = (visitor: Visitor): string | undefined => /relevo\.sid=([^;]+)/.exec(visitor.cookieHeader)?.[1];

let setup: Setup;
let leader: FakeLeader | undefined;
/** Each test has a patient of its own. */
let next = 10;
let patient: SeedPatient;

beforeAll(async () => {
  setup = await createSetup();
}, 60_000);
beforeEach(() => {
  patient = seedPatient((next += 1));
});
afterAll(async () => {
  await leader?.stop();
  await setup.end();
}, 60_000);

async function signedIn(base: string): Promise<Visitor> {
  const visitor = new Visitor(base);
  expect((await visitor.submit('/sign-in', { token: TOKENS.API_TOKEN }, '/sign-in')).status).toBe(303);
  return visitor;
}

async function identified(base: string): Promise<Visitor> {
  const visitor = await signedIn(base);
  const answered = await visitor.submit('/bill/identify', factsOf(patient), '/bill/identify');
  expect([answered.status, answered.headers.get('location')]).toEqual([303, '/bill']);
  return visitor;
}

/** The bill's form with these fields changed, sent as it is. */
async function payForm(visitor: Visitor, changes: Record<string, string> = {}): Promise<Record<string, string>> {
  const bill = await visitor.ask('/bill');
  const names = ['csrf', 'patient', 'key', 'shown'];
  return { ...Object.fromEntries(names.map((name) => [name, field(bill, name)])), part: 'whole', amount: '', ...changes };
}
const send = (visitor: Visitor, form: Record<string, string>): Promise<Answered> =>
  visitor.ask('/bill/pay', { method: 'POST', body: new URLSearchParams(form) });

async function paymentsOf(patientId: string): Promise<{ amountMinor: number; acceptedBy: string; status: string }[]> {
  const text = 'SELECT amount_minor AS "amountMinor", accepted_by AS "acceptedBy", status FROM payment WHERE patient_id = $1 ORDER BY seq';
  return (await setup.pool.query<{ amountMinor: number; acceptedBy: string; status: string }>(text, [patientId])).rows;
}

const totalOf = ({ charges }: SeedPatient): number => charges.reduce((sum, { amountMinor }) => sum + amountMinor, 0);

describe('who may', () => {
  let url: string;
  beforeAll(async () => {
    ({ url } = await setup.start());
  });

  test('nobody reads a bill without having signed in and identified a patient', async () => {
    const stranger = new Visitor(url);
    for (const path of ['/bill', '/bill/identify', '/bill/payments/x', '/bill/payments/x/events']) {
      const { status, headers, text } = await stranger.ask(path);
      expect([path, status, headers.get('location')]).toEqual([path, 303, '/sign-in']);
      expect(text).not.toContain(patient.fullName);
    }
    const staff = await signedIn(url);
    for (const path of ['/bill', '/bill/payments/x']) expect((await staff.ask(path)).headers.get('location')).toBe('/bill/identify');
    expect((await staff.ask('/bill/identify')).status).toBe(200);
  });

  test('a wrong token, and the tokens of others, are not the staff\'s', async () => {
    for (const token of ['', 'guessed', TOKENS.OPERATOR_TOKEN, TOKENS.INTERNAL_TOKEN, `${TOKENS.API_TOKEN}x`]) {
      const visitor = new Visitor(url);
      expect((await visitor.submit('/sign-in', { token }, '/sign-in')).status).toBe(401);
      expect((await visitor.ask('/bill/identify')).status).toBe(303);
    }
  });

  test('the id of the session is new at sign-in and at identification; the old ones are worth nothing', async () => {
    const visitor = new Visitor(url);
    await visitor.ask('/sign-in');
    const ids = [sessionCookie(visitor)];
    await visitor.submit('/sign-in', { token: TOKENS.API_TOKEN }, '/sign-in');
    ids.push(sessionCookie(visitor));
    await visitor.submit('/bill/identify', factsOf(patient), '/bill/identify');
    ids.push(sessionCookie(visitor));
    expect([ids.includes(undefined), new Set(ids).size]).toEqual([false, 3]);
    for (const old of ids.slice(0, 2)) {
      const { status } = await new Visitor(url).ask('/bill', { headers: { Cookie: `relevo.sid=${old}` } });
      expect(status).toBe(303);
    }
    expect((await visitor.ask('/bill')).status).toBe(200);
  });

  test('an id without our signature is no session, though /whoami tells ids', async () => {
    const visitor = await identified(url);
    const { id } = JSON.parse((await visitor.ask('/whoami')).text) as { id: string };
    for (const cookie of [id, `s:${id}`, encodeURIComponent(`s:${id}.AAAA`)]) {
      expect((await new Visitor(url).ask('/bill', { headers: { Cookie: `relevo.sid=${cookie}` } })).status).toBe(303);
    }
  });

  test('who signs out is out, with the cookie that was kept as well', async () => {
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
      expect((await visitor.ask('/bill/identify', { method: 'POST', body: new URLSearchParams({ ...factsOf(patient), csrf }) })).status).toBe(403);
    }
    expect(await paymentsOf(patient.id)).toEqual([]);
  });

  test('the form of one patient does not pay for the next one', async () => {
    const visitor = await identified(url);
    const form = await payForm(visitor);
    const other = seedPatient((next += 1));
    await visitor.submit('/bill/identify', factsOf(other), '/bill/identify');
    const csrf = field(await visitor.ask('/bill'), 'csrf');
    expect((await send(visitor, { ...form, csrf })).status).toBe(409);
    expect([await paymentsOf(patient.id), await paymentsOf(other.id)]).toEqual([[], []]);
  });

  test('STAFF_SIGN_IN=off: to identify the patient is enough, as published', async () => {
    const open = await setup.start({ STAFF_SIGN_IN: 'off' });
    const visitor = new Visitor(open.url);
    expect((await visitor.submit('/bill/identify', factsOf(patient), '/bill/identify')).status).toBe(303);
    expect((await visitor.ask('/bill')).text).toContain(patient.fullName);
  });
});

describe('sessions', () => {
  test('in Redis: another instance goes on where the first one stopped, and says who it is', async () => {
    const [one, two] = [await setup.start({ ID: 'patients_1' }), await setup.start({ ID: 'patients_2' })];
    const visitor = await identified(one.url);
    await one.stop();
    const elsewhere = new Visitor(two.url);
    const bill = await elsewhere.ask('/bill', { headers: { Cookie: visitor.cookieHeader } });
    expect(bill.text).toContain(patient.fullName);
    expect(bill.text).toContain('Served by patients_2');
    const form = Object.fromEntries(['csrf', 'patient', 'key', 'shown'].map((name) => [name, field(bill, name)]));
    const body = new URLSearchParams({ ...form, part: 'part', amount: '1.00' });
    const paid = await elsewhere.ask('/bill/pay', { method: 'POST', body, headers: { Cookie: visitor.cookieHeader } });
    expect(paid.status).toBe(303);
    expect(await paymentsOf(patient.id)).toMatchObject([{ amountMinor: 100, acceptedBy: 'patients_2' }]);
  });

  test('in memory: another instance does not know it, as published', async () => {
    const [one, two] = [await setup.start({ SESSION_STORE: 'memory' }), await setup.start({ SESSION_STORE: 'memory' })];
    const visitor = await identified(one.url);
    expect((await visitor.ask('/bill')).status).toBe(200);
    const Cookie = visitor.cookieHeader;
    expect((await new Visitor(two.url).ask('/bill', { headers: { Cookie } })).headers.get('location')).toBe('/sign-in');
    expect((await new Visitor(two.url).ask('/bill/pay', { method: 'POST', body: '', headers: { Cookie } })).status).toBe(403);
  });

  test('/whoami counts the visits of a session, through any instance', async () => {
    const [one, two] = [await setup.start({ ID: 'patients_1' }), await setup.start({ ID: 'patients_2' })];
    const visitor = new Visitor(one.url);
    const first = JSON.parse((await visitor.ask('/whoami')).text) as Record<string, unknown>;
    const again = JSON.parse((await visitor.ask('/whoami')).text) as Record<string, unknown>;
    const there = JSON.parse((await new Visitor(two.url).ask('/whoami', { headers: { Cookie: visitor.cookieHeader } })).text) as Record<string, unknown>;
    expect([first, again, there].map(({ sessionViews, tag, id }) => [sessionViews, tag, id === first['id']]))
      .toEqual([[1, 'patients_1', true], [2, 'patients_1', true], [3, 'patients_2', true]]);
    expect(JSON.parse((await new Visitor(one.url).ask('/whoami')).text)).toMatchObject({ sessionViews: 1 });
  });

  test('cookies are for HTTP alone and for this site', async () => {
    const { url } = await setup.start();
    const { headers } = await new Visitor(url).ask('/sign-in?lang=es');
    const [session = '', language = ''] = headers.getSetCookie().sort().reverse();
    expect(session).toMatch(/^relevo\.sid=.*; Path=\/; Expires=.*; HttpOnly; SameSite=Lax$/);
    expect(language).toMatch(/^relevo\.lang=es; Path=\/; Max-Age=\d+; HttpOnly; SameSite=Lax$/);
  });

  test('Redis is away: pages with a session say so and do not hang; the first page and passes are there', async () => {
    const { url } = await setup.start({ REDIS_URL: 'redis://127.0.0.1:1' });
    for (const path of ['/sign-in', '/bill', '/bill/identify']) {
      const { status, headers, text } = await new Visitor(url).ask(path);
      expect([path, status, headers.get('retry-after')]).toEqual([path, 503, '1']);
      expect(text).toContain('Not possible at the moment');
      expect(text).not.toMatch(/ at .*\.[mt]s|Redis|ECONN|stack/);
    }
    expect((await new Visitor(url).ask('/')).status).toBe(200);
    expect((await new Visitor(url).ask('/passes/00000000-0000-4000-8000-000000000000')).status).toBe(404);
  });
});

describe('wrong facts', () => {
  const wrong = () => ({ ...factsOf(patient), authorizationCode: 'AUT-000000-0000' });
  const identify = (visitor: Visitor, facts: Record<string, string>) => visitor.submit('/bill/identify', facts, '/bill/identify');
  const sentence = ({ text }: Answered): string | undefined => /<p class="alert"[^>]*>([^<.]+)/.exec(text)?.[1];

  test('whichever is wrong, the answer is the same', async () => {
    const { url } = await setup.start({ WRONG_CODES_MAX: '50', WRONG_FROM_ADDRESS_MAX: '1000', QUEUE_PREFIX: `${setup.prefix}-same` });
    const visitor = await signedIn(url);
    const right = factsOf(patient);
    const attempts = [
      { ...right, document: '1' }, { ...right, name: 'Somebody Else' }, { ...right, birthDate: '1900-01-01' }, { ...right, authorizationCode: 'x' },
    ];
    const answers = [];
    for (const attempt of attempts) answers.push(await identify(visitor, attempt));
    expect(answers.map(({ status }) => status)).toEqual([422, 422, 422, 422]);
    expect(new Set(answers.map(sentence))).toEqual(new Set(['These details do not belong to one patient']));
    expect(answers.map(({ text }) => text).join()).not.toContain(right.authorizationCode);
  });

  test('after five the patient is locked, through every instance, from every address, and for the right code too', async () => {
    const env = { QUEUE_PREFIX: `${setup.prefix}-locked`, TRUST_PROXY: 'loopback' };
    const [one, two] = [await setup.start(env), await setup.start(env)];
    const visitor = await signedIn(one.url);
    const statuses = [];
    for (let attempt = 1; attempt <= 5; attempt += 1) statuses.push((await identify(visitor, wrong())).status);
    expect(statuses).toEqual([422, 422, 422, 422, 429]);
    const elsewhere = await signedIn(two.url);
    const csrf = await elsewhere.proof('/bill/identify');
    const { status, headers, text } = await elsewhere.ask('/bill/identify', {
      method: 'POST', body: new URLSearchParams({ ...factsOf(patient), csrf }), headers: { 'X-Forwarded-For': '203.0.113.9' },
    });
    expect([status, Number(headers.get('retry-after')) > 800, Number(headers.get('retry-after')) <= 900]).toEqual([429, true, true]);
    expect(text).toMatch(/Try again after <time datetime="/);
    patient = seedPatient((next += 1));
    expect((await identify(elsewhere, factsOf(patient))).status).toBe(303);
  });

  test('many at once do not get past the lock', async () => {
    const { url } = await setup.start({ QUEUE_PREFIX: `${setup.prefix}-burst` });
    const visitor = await signedIn(url);
    const csrf = await visitor.proof('/bill/identify');
    const burst = Array.from({ length: 20 }, (_, index) => {
      const body = new URLSearchParams({ ...factsOf(patient), authorizationCode: `AUT-${index}`, csrf });
      return visitor.ask('/bill/identify', { method: 'POST', body });
    });
    const statuses = (await Promise.all(burst)).map(({ status }) => status);
    expect(statuses.filter((status) => status === 422).length).toBeLessThan(5);
    expect(statuses.filter((status) => status === 429).length).toBeGreaterThanOrEqual(16);
  });

  test('who was wrong and then right starts anew', async () => {
    const { url } = await setup.start({ QUEUE_PREFIX: `${setup.prefix}-anew`, WRONG_CODES_MAX: '2' });
    const visitor = await signedIn(url);
    for (let round = 0; round < 3; round += 1) {
      expect((await identify(visitor, wrong())).status).toBe(422);
      expect((await identify(visitor, factsOf(patient))).status).toBe(303);
    }
  });

  test('one address is locked whatever the patients; whose word counts for addresses is TRUST_PROXY\'s to say', async () => {
    const limited = { WRONG_FROM_ADDRESS_MAX: '3', WRONG_CODES_MAX: '50' };
    const deaf = await setup.start({ ...limited, QUEUE_PREFIX: `${setup.prefix}-deaf` });
    const trusting = await setup.start({ ...limited, QUEUE_PREFIX: `${setup.prefix}-trusting`, TRUST_PROXY: 'loopback' });
    const statusesAt = async (url: string): Promise<number[]> => {
      const visitor = await signedIn(url);
      const csrf = await visitor.proof('/bill/identify');
      const statuses = [];
      for (let turn = 1; turn <= 5; turn += 1) {
        const body = new URLSearchParams({ ...wrong(), document: `9999${turn}`, csrf });
        statuses.push((await visitor.ask('/bill/identify', { method: 'POST', body, headers: { 'X-Forwarded-For': `203.0.113.${turn}` } })).status);
      }
      return statuses;
    };
    expect(await statusesAt(deaf.url)).toEqual([422, 422, 422, 429, 429]);
    expect(await statusesAt(trusting.url)).toEqual([422, 422, 422, 422, 422]);
  });

  test('wrong tokens lock an address too', async () => {
    const { url } = await setup.start({ WRONG_FROM_ADDRESS_MAX: '2', QUEUE_PREFIX: `${setup.prefix}-tokens` });
    const tokens = ['a', 'b', TOKENS.API_TOKEN];
    const statuses = [];
    for (const token of tokens) statuses.push((await new Visitor(url).submit('/sign-in', { token }, '/sign-in')).status);
    expect(statuses).toEqual([401, 401, 429]);
  });

  test('what is missing is named, and costs no attempt', async () => {
    const { url } = await setup.start({ QUEUE_PREFIX: `${setup.prefix}-missing`, WRONG_CODES_MAX: '1' });
    const visitor = await signedIn(url);
    for (let turn = 0; turn < 3; turn += 1) {
      const { status, text } = await identify(visitor, { ...factsOf(patient), name: ' ' });
      expect([status, text.includes('Full name: fill this in')]).toEqual([422, true]);
    }
    expect((await identify(visitor, factsOf(patient))).status).toBe(303);
  });
});

describe('paying', () => {
  let url: string;
  beforeAll(async () => {
    ({ url } = await setup.start({ ID: 'patients_7' }));
  });

  test('the bill adds up, by kind and in all', async () => {
    const visitor = await identified(url);
    const { text } = await visitor.ask('/bill');
    const money = new Intl.NumberFormat('en-US', { style: 'currency', currency: 'USD' });
    for (const kind of ['exam', 'medicine', 'procedure', 'consultation']) {
      const own = patient.charges.filter((charge) => charge.kind === kind);
      const subtotal = money.format(own.reduce((sum, { amountMinor }) => sum + amountMinor, 0) / 100);
      expect(text).toMatch(new RegExp(`aria-labelledby="${kind}"[^]*?<tfoot>.*?${subtotal.replace(/[$.]/g, '\\$&')}</td>`));
    }
    expect(text).toContain(`<dt>Due</dt><dd>${money.format(totalOf(patient) / 100)}</dd>`);
  });

  test('double click, reload and a second tab pay once', async () => {
    const visitor = await identified(url);
    const form = await payForm(visitor);
    const second = await payForm(visitor);
    const answers = await Promise.all([send(visitor, form), send(visitor, form), send(visitor, second)]);
    answers.push(await send(visitor, form));
    expect(new Set(answers.map(({ status, headers }) => `${status} ${headers.get('location')}`)).size).toBe(1);
    expect(answers[0]?.headers.get('location')).toMatch(/^\/bill\/payments\/[0-9a-f-]{36}$/);
    expect(await paymentsOf(patient.id)).toMatchObject([{ amountMinor: totalOf(patient), acceptedBy: 'patients_7' }]);
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

  test('what is on its way is not paid again from a fresh form, and more than due is refused', async () => {
    const visitor = await identified(url);
    expect((await send(visitor, await payForm(visitor))).status).toBe(303);
    expect((await visitor.ask('/bill')).text).toContain('Everything that is due is on its way');
    patient = seedPatient((next += 1));
    const another = await identified(url);
    const most = totalOf(patient);
    for (const amount of [((most + 1) / 100).toFixed(2), '0', '-5', '1e3', '', 'abc', '1.234']) {
      expect([amount, (await send(another, await payForm(another, { part: 'part', amount }))).status]).toEqual([amount, 422]);
    }
    expect((await send(another, await payForm(another, { shown: String(most + 1) }))).status).toBe(422);
    expect(await paymentsOf(patient.id)).toEqual([]);
    expect((await send(another, await payForm(another, { part: 'part', amount: (most / 100).toFixed(2) }))).status).toBe(303);
  });

  test('an outcome becomes a receipt and a pass; the pass is public and shows a first name', async () => {
    leader ??= await startFakeLeader({ databaseUrl: setup.databaseUrl, redisUrl: setup.redisUrl, prefix: setup.prefix });
    const visitor = await identified(url);
    const { headers } = await send(visitor, await payForm(visitor, { part: 'part', amount: '150,00' }));
    const path = headers.get('location') ?? '';
    const receipt = await eventually(async () => {
      const page = await visitor.ask(path);
      return page.text.includes('Exit pass') ? page : null;
    }, { what: 'the receipt', deadlineMs: 20_000 });
    expect(receipt.text).toMatch(/\$150\.00[^]*by patients_7[^]*by server_1, term 1/);
    const pass = `/passes/${path.split('/').at(-1)}`;
    const shown = await new Visitor(url).ask(pass);
    expect([shown.status, shown.text.includes('This patient may leave'), shown.text.includes(maskedName(patient.fullName))]).toEqual([200, true, true]);
    for (const secret of [patient.fullName, patient.document, '150.00', patient.id]) expect(shown.text).not.toContain(secret);
    expect(shown.text).toContain('<svg');
    const found = await new Visitor(url).ask(`/passes?id=${encodeURIComponent(`https://elsewhere.example${pass}`)}`);
    expect(found.headers.get('location')).toBe(pass);
    await setup.pool.query(`ALTER TABLE payment DISABLE TRIGGER USER`);
    await setup.pool.query(`UPDATE payment SET completed_at = completed_at - interval '25 hours' WHERE id = $1`, [pass.slice(8)]);
    await setup.pool.query(`ALTER TABLE payment ENABLE TRIGGER USER`);
    const expired = await new Visitor(url).ask(pass);
    expect([expired.status, expired.text.includes('Expired'), expired.text.includes('may leave')]).toEqual([200, true, false]);
  });

  test('a payment is followed by its own patient\'s staff alone; the stream ends with the outcome', async () => {
    leader ??= await startFakeLeader({ databaseUrl: setup.databaseUrl, redisUrl: setup.redisUrl, prefix: setup.prefix });
    const visitor = await identified(url);
    const { headers } = await send(visitor, await payForm(visitor));
    const path = headers.get('location') ?? '';
    const stream = await fetch(`${url}${path}/events`, { headers: { Cookie: visitor.cookieHeader }, signal: AbortSignal.timeout(20_000) });
    const lines = (await stream.text()).split('\n\n').filter((line) => line.startsWith('data: '));
    const last = JSON.parse(lines.at(-1)?.slice(6) ?? '{}') as { html: string; final: boolean };
    expect([stream.headers.get('content-type'), last.final, last.html.includes('The payment succeeded.')])
      .toEqual(['text/event-stream; charset=utf-8', true, true]);
    patient = seedPatient((next += 1));
    const other = await identified(url);
    for (const id of [path, `${path}/events`]) expect((await other.ask(id)).status).toBe(404);
  });

  test('an instance that ends lets its streams go', async () => {
    const ending = await setup.start({ QUEUE_PREFIX: `${setup.prefix}-nobody` });
    const visitor = await identified(ending.url);
    const { headers } = await send(visitor, await payForm(visitor));
    const address = `${ending.url}${headers.get('location')}/events`;
    const stream = await fetch(address, { headers: { Cookie: visitor.cookieHeader }, signal: AbortSignal.timeout(20_000) });
    const [text] = await Promise.all([stream.text(), ending.stop()]);
    expect(text).toMatch(/^data: .*"final":false/);
  });
});

describe('what is no such thing', () => {
  const SCRIPT = `"><script>alert(1)</script>`;
  const SQL = `' OR 1=1; DROP TABLE payment; --`;
  let url: string;
  beforeAll(async () => {
    ({ url } = await setup.start({ WRONG_CODES_MAX: '1000', WRONG_FROM_ADDRESS_MAX: '10000', QUEUE_PREFIX: `${setup.prefix}-odd` }));
  });
  /** Nothing of it is markup, and nothing of the inside is told. */
  const harmless = ({ status, text }: Answered): void => {
    expect(status).toBeLessThan(500);
    expect(text).not.toMatch(/<script>|syntax error|prisma|node_modules/i);
  };

  test.each([
    ['a script', SCRIPT], ['SQL', SQL], ['a NUL', '\u0000'], ['a path', '../../etc/passwd'], ['an escape', '%00'], ['beyond 16 bits', '💊'.repeat(30)],
    ['far too long a text', 'x'.repeat(5_000)],
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
    ['a script', SCRIPT], ['SQL', SQL], ['a path', '..%2f..%2f..%2fetc%2fpasswd'], ['a NUL', '%00'], ['half a character', '%E0%A4%A'],
    ['a name of JavaScript', 'constructor'], ['another one', '__proto__'], ['a number', '1'], ['far too long a text', 'x'.repeat(3_000)],
  ])('%s as an id', async (_name, odd) => {
    const staff = await identified(url);
    const id = odd.includes('%') ? odd : encodeURIComponent(odd);
    for (const path of [`/passes/${id}`, `/bill/payments/${id}`, `/bill/payments/${id}/events`, `/assets/${id}`]) {
      const answered = await staff.ask(path);
      harmless(answered);
      expect([path, [400, 404].includes(answered.status)]).toEqual([path, true]);
    }
  });

  test('lists, objects and files where text is expected', async () => {
    const staff = await identified(url);
    const csrf = field(await staff.ask('/bill'), 'csrf');
    const bodies: [string, string][] = [
      ['application/x-www-form-urlencoded', `csrf=${csrf}&document=1&document=2&name[a]=b&birthDate=&authorizationCode=`],
      ['application/json', JSON.stringify({ csrf, document: { $gt: '' }, name: [], birthDate: 1, authorizationCode: null })],
      ['application/json', '{"csrf":'], ['text/plain', 'csrf'], ['application/x-www-form-urlencoded', 'a=1&'.repeat(100)],
      ['application/x-www-form-urlencoded', `csrf=${csrf}&name=${'x'.repeat(20_000)}`],
    ];
    for (const [type, body] of bodies) {
      const answered = await staff.ask('/bill/identify', { method: 'POST', body, headers: { 'Content-Type': type } });
      harmless(answered);
      expect([body.slice(0, 20), answered.status >= 400]).toEqual([body.slice(0, 20), true]);
    }
  });

  test('what an API client stored as concept is text on the pages', async () => {
    const staff = await identified(url);
    await fetch(`${url}/api/payments`, {
      method: 'POST',
      headers: { Authorization: `Bearer ${TOKENS.API_TOKEN}`, 'Content-Type': 'application/json' },
      body: JSON.stringify({ patientId: patient.id, amountMinor: 100, currency: 'USD', concept: SCRIPT }),
    });
    const bill = await staff.ask('/bill');
    const path = /\/bill\/payments\/[0-9a-f-]{36}/.exec(bill.text)?.[0] ?? '';
    for (const page of [bill, await staff.ask(path)]) expect(page.text).not.toContain('<script>');
    await setup.pool.query(`UPDATE patient SET full_name = $2 WHERE id = $1`, [patient.id, SCRIPT]);
    expect((await staff.ask('/bill')).text).not.toContain('<script>');
  });

  test('every page has the headers of a page; a browser that looks elsewhere gets one too', async () => {
    const staff = await identified(url);
    for (const path of ['/', '/sign-in', '/bill/identify', '/bill', '/passes/x', '/nothing', '/bill/payments/x']) {
      const { headers, text } = await staff.ask(path);
      if (headers.get('location')) continue;
      const nonce = /'nonce-([^']+)'/.exec(headers.get('content-security-policy') ?? '')?.[1] ?? 'none';
      expect([path, text.split(`nonce="${nonce}"`).length, text.match(/<(script|style|link rel="stylesheet)/g)?.length]).toEqual([path, 3, 2]);
      expect(headers.get('content-security-policy')).toMatch(/default-src 'none'.*frame-ancestors 'none'/);
      expect(headers.get('content-security-policy')).not.toContain('unsafe');
      expect(['x-content-type-options', 'referrer-policy', 'cache-control'].map((name) => headers.get(name))).toEqual(['nosniff', 'same-origin', 'no-store']);
    }
    const json = await fetch(`${url}/nothing`);
    expect(json.headers.get('content-type')).toMatch(/problem\+json/);
  });

  test('Spanish: by address, by cookie, by browser; and back', async () => {
    const visitor = new Visitor(url);
    const titles = async (path: string, headers: Record<string, string> = {}): Promise<string | undefined> =>
      /<h1>([^<]+)/.exec((await visitor.ask(path, { headers })).text)?.[1];
    expect(await titles('/', { 'Accept-Language': 'es-CO,es;q=0.9' })).toBe('Facturación hospitalaria');
    expect(await titles('/', { 'Accept-Language': 'de' })).toBe('Hospital billing');
    expect(await titles('/?lang=es')).toBe('Facturación hospitalaria');
    expect(await titles('/sign-in', { 'Accept-Language': 'en' })).toBe('Ingreso del personal');
    expect(await titles('/sign-in?lang=en')).toBe('Staff sign-in');
  });
});
