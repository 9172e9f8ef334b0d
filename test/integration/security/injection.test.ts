/**
 * Hostile values in every field of every route, and in every header that is read. They never cause
 * a 500, sent markup in a returned page, a header of the attacker, or a change of a row by a
 * refused or reading request. The fields come from the documents and the table; controls show that
 * the harm would be found.
 */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { connect } from 'node:net';
import { asking, pathOf } from './asking.js';
import {
  HEADER_TEXTS,
  HOSTILE_BODIES,
  HOSTILE_TEXTS,
  HOSTILE_VALUES,
  MARK,
  READ_HEADERS,
} from './corpus.js';
import { fieldsOf, withField, type Field } from './fields.js';
import { encode, send, type Answered } from './sending.js';
import { startServices, type Services } from './services.js';
import { TABLE } from './table.js';
import { signedIn, type FormField, type Visitor } from './visitor.js';
import { SERVICES, type Ask, type Caller, type Row, type ServiceName } from './vocabulary.js';

let services: Services;
beforeAll(async () => {
  services = await startServices();
}, 180_000);
afterAll(() => services.stop(), 180_000);

const ATTACKERS_MARKUP = new RegExp(
  `<[^>]*=[^"'>]*alert\\('${MARK}|<(script|svg|img|base)[^>]*${MARK}`,
  'i',
);
const ATTACKERS_SITE = new RegExp(`^(https?:)?[/\\\\]{2}${MARK}`);

/** The harm in an answer to a hostile request, as text. @param value the value that was sent. */
function harm({ status, headers, text }: Answered, value: unknown = ''): string[] {
  const sent = typeof value === 'string' ? value : JSON.stringify(value);
  const isPage = /html/.test(headers.get('Content-Type') ?? '');
  const found: Record<string, boolean> = {
    [`status ${status}`]: status >= 500,
    'a page with the sent value as markup': isPage && /[<>"]/.test(sent) && text.includes(sent),
    'a page with a script or an event of the attacker': isPage && ATTACKERS_MARKUP.test(text),
    'a link that runs code': isPage && /(href|src|action)="\s*(javascript|data:text)/i.test(text),
    'a header of the attacker': headers.has('X-Injected'),
    'a redirect to another site': ATTACKERS_SITE.test(headers.get('Location') ?? ''),
    'a file or a secret': /root:x:0|"devDependencies"/.test(text),
    'internals of the program': /\bat [\w.<>]+ \(|node_modules|syntax error at or near/.test(text),
  };
  return Object.keys(found).filter((what) => found[what]);
}

const names = (fields: readonly FormField[]): Record<string, string> =>
  Object.fromEntries(fields.map(({ name }) => [name, '']));

const describeField = ({ place, name }: Field): string => `${place} ${name}`;

/** Number of routes that share the texts for headers. */
const SHARES = 5;

/** Requests at the same time, each from its own visitor, because some requests end a session. */
const LANES = 6;

/**
 * The caller with the most rights: an attacker with fewer rights is refused before anything is
 * read.
 */
const mostPowerful = ({ who }: Row): Caller =>
  (['session', 'operator', 'api', 'internal', 'no token'] as const).find((caller) =>
    who.includes(caller),
  ) ?? 'api';

describe.each(SERVICES)('%s', (service: ServiceName) => {
  let visitors: Visitor[];
  let document: Record<string, unknown> | null = null;
  beforeAll(async () => {
    visitors = await Promise.all(Array.from({ length: LANES }, () => signedIn(service, services)));
    const { status, text } = await send(`${services.url(service)}/openapi.json`, {
      headers: { Authorization: 'Bearer internal' },
    });
    document = status === 200 ? (JSON.parse(text) as Record<string, unknown>) : null;
  });

  const first = (): Visitor => visitors[0] as Visitor;
  const askOf = (row: Row): Ask => row.ask?.(services.subjects) ?? {};
  const tell = (row: Row, ask: Ask, visitor: Visitor): Promise<Answered> =>
    asking(services.url(service), row, ask, mostPowerful(row), visitor);

  /** Tries the values; each visitor sends one request at a time. @returns the harmful values. */
  async function tryAll(
    values: readonly unknown[],
    attempt: (value: unknown, visitor: Visitor) => Promise<Answered>,
  ): Promise<string[]> {
    const harmed: string[] = [];
    const waiting = values.values();
    const tryOneByOne = async (visitor: Visitor): Promise<void> => {
      for (const value of waiting)
        harmed.push(
          ...harm(await attempt(value, visitor), value).map(
            (what) => `${JSON.stringify(value).slice(0, 80)}: ${what}`,
          ),
        );
    };
    await Promise.all(visitors.map(tryOneByOne));
    return harmed;
  }

  test.each(TABLE[service])(
    '$entrance: every field',
    async (row) => {
      const ask = askOf(row);
      const before =
        row.changes === undefined && row.entrance.startsWith('GET')
          ? await services.fingerprint()
          : '';
      const shown =
        ask.form !== undefined && ask.proofAt !== undefined
          ? await first().form(ask.proofAt, pathOf(row.entrance, ask))
          : [];
      for (const field of fieldsOf(document, row, {
        ...ask,
        ...(ask.form ? { form: { ...names(shown), ...ask.form } } : {}),
      })) {
        const values =
          field.place === 'body' ? [...HOSTILE_TEXTS, ...HOSTILE_VALUES] : HOSTILE_TEXTS;
        const harmed = await tryAll(values, (value, visitor) =>
          tell(row, withField(ask, field, value), visitor),
        );
        expect([describeField(field), harmed]).toEqual([describeField(field), []]);
      }
      // A reading request changes nothing, with any content of its fields.
      if (before !== '') expect(await services.fingerprint()).toBe(before);
    },
    240_000,
  );

  test.each(TABLE[service])(
    '$entrance: unknown names',
    async (row) => {
      const ask = askOf(row);
      const harmed = await tryAll(HOSTILE_TEXTS, (value, visitor) => {
        const name = encode(String(value) || 'x');
        const query = `?${name}=1&id[]=1&id[a]=2&next=${name}&lang=${name}`;
        return tell(row, { ...ask, query }, visitor);
      });
      expect(harmed).toEqual([]);
    },
    240_000,
  );

  test('whole bodies', async () => {
    for (const row of TABLE[service].filter(({ entrance }) => !entrance.startsWith('GET'))) {
      const ask = askOf(row);
      const proof = ask.proofAt === undefined ? '' : await first().proof(ask.proofAt);
      const url = services.url(service) + pathOf(row.entrance, ask);
      const token = row.who.includes('operator')
        ? 'operator'
        : row.who.includes('api')
          ? 'api'
          : 'internal';
      for (const type of [
        'application/json',
        'application/x-www-form-urlencoded',
        'text/plain',
        'multipart/form-data; boundary=x',
      ]) {
        const headers = {
          'Content-Type': type,
          'Authorization': `Bearer ${token}`,
          'X-CSRF-Token': proof,
          'Idempotency-Key': 'bodies',
        };
        const harmed = await tryAll(HOSTILE_BODIES, (body) =>
          send(url, { method: 'POST', headers, body: String(body) }),
        );
        expect([row.entrance, type, harmed]).toEqual([row.entrance, type, []]);
      }
    }
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
  }, 240_000);

  test.each(READ_HEADERS.map((group) => [group.join(', '), group] as const))(
    'the header %s',
    async (_title, group) => {
      for (const [index, row] of TABLE[service].entries()) {
        const ask = askOf(row);
        // Every header is tried with every text, but not at every route.
        const texts = HEADER_TEXTS.filter((_text, at) => at % SHARES === index % SHARES);
        const harmed = await tryAll(texts, (text, visitor) => {
          const hostile = Object.fromEntries(group.map((name) => [name, String(text)]));
          return tell(row, { ...ask, headers: { ...ask.headers, ...hostile } }, visitor);
        });
        expect([row.entrance, harmed]).toEqual([row.entrance, []]);
      }
    },
    240_000,
  );

  test('paths that are not valid', async () => {
    const tricks = [
      '/%',
      '/%zz',
      '/%c0%ae%c0%ae/',
      '//',
      '/./',
      '/..;/',
      '/api/../../etc/passwd',
      '/assets/../package.json',
      '/assets/x/..%2f..%2fpackage.json',
    ];
    const prefixes = [
      ...new Set(
        TABLE[service].map(({ entrance }) => entrance.split(' ')[1]?.split(/[:*]/)[0] ?? '/'),
      ),
    ];
    const paths = [
      ...tricks,
      ...prefixes.flatMap((prefix) =>
        HOSTILE_TEXTS.slice(0, 20).map((text) => prefix + encode(text)),
      ),
    ];
    const harmed = await tryAll(paths, (path) =>
      send(services.url(service) + String(path), {
        headers: { Authorization: 'Bearer internal', Accept: 'text/html' },
      }),
    );
    expect(harmed).toEqual([]);
  }, 240_000);

  test('requests that no client sends: broken lines, two lengths, a foreign Host', async () => {
    const { port } = new URL(services.url(service));
    const heads = [
      'GET / HTTP/1.1\r\nHost: a\rX-Injected: yes\r\n\r\n',
      'GET / HTTP/1.1\r\nHost: x\r\nIdempotency-Key: a\nX-Injected: yes\r\nConnection: close\r\n\r\n',
      'POST /session HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nContent-Length: 30\r\n\r\nabc',
      'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
      `GET / HTTP/1.1\r\nHost: "><script>alert('${MARK}')</script>\r\nConnection: close\r\n\r\n`,
      `GET //${MARK}.example/%2f.. HTTP/1.1\r\nHost: ${MARK}.example\r\nAccept: text/html\r\nConnection: close\r\n\r\n`,
    ];
    for (const head of heads) {
      const answer = await raw(Number(port), head);
      expect(answer).toMatch(/^HTTP\/1\.1 [2-4]\d\d /);
      expect(answer).not.toMatch(/^X-Injected|<script>alert|^Location: (https?:)?[/\\]{2}/im);
    }
  });
});

/**
 * Writes raw bytes, then reads until the other side closes the connection, or is silent after some
 * output.
 */
function raw(port: number, text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let answer = '';
    const socket = connect(port, '127.0.0.1', () => void socket.write(text));
    socket.setEncoding('utf8').setTimeout(20_000, () => socket.destroy());
    socket.on('data', (piece: string) => {
      answer += piece;
      socket.setTimeout(1_000);
    });
    socket.once('error', reject).once('close', () => resolve(answer));
  });
}

test('the rows are unchanged at the end: patients, charges, final payments', async () => {
  const { rows } = await services.pool.query<{ patients: number; succeeded: string; term: string }>(
    `SELECT (SELECT count(*)::int FROM patient) AS patients, (SELECT status::text FROM payment WHERE id = $1) AS succeeded,
            (SELECT term FROM leadership WHERE partition = 0) AS term`,
    [services.subjects.succeeded],
  );
  expect(rows).toEqual([{ patients: 100, succeeded: 'SUCCEEDED', term: expect.anything() }]);
  expect(Number(rows[0]?.term)).toBeLessThan(900);
});

describe('control: harm is found', () => {
  const page = (text: string, more: Record<string, string> = {}): Answered => ({
    status: 200,
    headers: new Headers({ 'Content-Type': 'text/html', ...more }),
    text,
  });

  test.each(HOSTILE_TEXTS.filter((text) => /<.*=|<script/.test(text)))(
    '%s unescaped in a page',
    (text) => expect(harm(page(`<p title="${text}">${text}</p>`), text)).not.toEqual([]),
  );

  test.each<[string, Answered]>([
    ['status 500', { ...page(''), status: 500 }],
    ['a link that runs code', page('<a href="javascript:alert(1)">')],
    ['a header of the attacker', page('', { 'X-Injected': 'yes' })],
    ['a redirect to another site', page('', { Location: `//${MARK}.example/` })],
    ['a file or a secret', page('root:x:0:0:root')],
    ['internals of the program', page('Error\n    at handle (/srv/app.js:1:1)')],
  ])('%s', (what, answered) => expect(harm(answered)).toContain(what));

  test('escaped text causes no harm', () =>
    expect(
      harm(page('<p>&lt;script&gt;alert(&#39;guard7&#39;)&lt;/script&gt;</p>'), HOSTILE_TEXTS[0]),
    ).toEqual([]));
});
