/**
 * Search at the monitor: every filter, pages without losses or repetitions, terms of the search
 * box, and malicious input.
 */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { openInspected, PATIENTS, type Inspected } from './support.js';

interface Found {
  payments: { id: string; seq: number; status: string; acceptedAt: string; document: string }[];
  next: number | null;
  cut: boolean;
}

const BATCH = randomUUID();
let system: Inspected;
/**
 * Oldest first: succeeded in term 1, failed in term 1, declined in term 2, pending in the batch,
 * pending of another instance.
 */
let ids: string[];
let times: Date[];

const found = (query: string): Promise<Found> => system.json<Found>(`/payments.json?${query}`);
const idsOf = ({ payments }: Found): string[] => payments.map(({ id }) => id);

beforeAll(async () => {
  system = await openInspected();
  const { accept, elect, finish, pool } = system;
  const first = await elect('server_1');
  await pool.query(
    `INSERT INTO batch (id, idempotency_key, fingerprint, sent, accepted_by) VALUES ($1, 'batch', 'x', 1, 'patients_1')`,
    [BATCH],
  );
  const accepted = [];
  for (const payment of [{}, {}, { patientId: PATIENTS[1] }, { batchId: BATCH, batchIndex: 0 }]) {
    accepted.push(...(await accept([payment])));
    await pool.query('SELECT pg_sleep(0.003)');
  }
  accepted.push(...(await accept([{}], 'patients_2')));
  ids = accepted.map(({ id }) => id);
  times = accepted.map(({ acceptedAt }) => acceptedAt);
  await finish(ids[0] as string, 'server_1', first);
  await finish(ids[1] as string, 'server_1', first, {
    status: 'FAILED',
    attempts: 5,
    reason: 'GATEWAY_UNAVAILABLE',
    gatewayReference: null,
  });
  const second = await elect('server_2');
  await finish(ids[2] as string, 'server_2', second, {
    status: 'DECLINED',
    reason: 'INSUFFICIENT_FUNDS',
  });
});
afterAll(() => system.close());

describe('filters', () => {
  test.each<[string, () => string, number[]]>([
    ['nothing', () => '', [4, 3, 2, 1, 0]],
    ['an id', () => `id=${ids[1]}`, [1]],
    ['an id in capitals', () => `id=${ids[1]?.toUpperCase()}`, [1]],
    ['an unknown id', () => `id=${randomUUID()}`, []],
    ['a patient', () => `patientId=${PATIENTS[1]}`, [2]],
    ['a document', () => 'document=D0002', [2]],
    ['a document in another spelling', () => 'document=d-00.02', [2]],
    ['a document without letters', () => 'document=--', []],
    ['a batch', () => `batchId=${BATCH}`, [3]],
    ['a replica', () => 'processedBy=server_1', [1, 0]],
    ['an accepting instance', () => 'acceptedBy=patients_2', [4]],
    ['a term', () => 'term=2', [2]],
    ['pending', () => 'status=PENDING', [4, 3]],
    ['failed', () => 'status=FAILED', [1]],
    ['declined', () => 'status=DECLINED', [2]],
    ['pending of a patient', () => `status=PENDING&patientId=${PATIENTS[0]}`, [4, 3]],
    ['failed in another term', () => 'status=FAILED&term=2', []],
    [
      'from a time on',
      () => `from=${encodeURIComponent((times[2] as Date).toISOString())}`,
      [4, 3, 2],
    ],
    ['before a time', () => `to=${(times[2] as Date).toISOString().slice(0, -1)}`, [1, 0]],
    [
      'between two times',
      () => `from=${(times[1] as Date).toISOString()}&to=${(times[3] as Date).toISOString()}`,
      [2, 1],
    ],
    ['from tomorrow on', () => 'from=2126-01-01', []],
    [
      'empty fields, as a form sends them',
      () => 'id=&status=&term=&from=&to=&document=&processedBy=server_2',
      [2],
    ],
  ])('%s', async (_name, query, expected) => {
    expect(idsOf(await found(query()))).toEqual(expected.map((index) => ids[index]));
  });

  test('pages neither lose nor repeat payments', async () => {
    const seen: string[] = [];
    for (let next: number | null = Number.MAX_SAFE_INTEGER; next !== null;) {
      const page: Found = await found(`limit=2&before=${next}`);
      seen.push(...idsOf(page));
      ({ next } = page);
    }
    expect(seen).toEqual([...ids].reverse());
  });

  test('the CSV has the contents of the JSON, and formulas are disarmed', async () => {
    await system.pool.query(
      `UPDATE patient SET full_name = '=HYPERLINK("http://evil")' WHERE id = $1`,
      [PATIENTS[1]],
    );
    const { text, headers } = await system.ask('/payments.csv?document=D0002');
    expect(headers.get('content-type')).toContain('text/csv');
    expect(headers.get('cache-control')).toBe('no-store');
    expect(text.split('\r\n')[1]).toContain(`"'=HYPERLINK(""http://evil"")"`);
    expect(text.split('\r\n')).toHaveLength(3);
  });
});

describe('hostile input', () => {
  const VALUES = [
    `' OR '1'='1`,
    `'; DROP TABLE payment; --`,
    `%' OR 1=1`,
    '%',
    '_',
    '\\',
    `"`,
    '`',
    '$1',
    '../../etc/passwd',
    '..%2f..%2fetc',
    'a\u0000b',
    '\u202Eexe',
    '𝕊𝕢𝕝',
    'ｓｅｒｖｅｒ_1',
    '<script>alert(1)</script>',
    '{{7*7}}',
    'null',
    '-1',
    '1e9',
    '9007199254740993',
    '0x10',
    'NaN',
    'A'.repeat(5_000),
    '00000000-0000-0000-0000-000000000000',
    'pending_payment',
    '__proto__',
    'constructor',
    'toString',
    '\r\nSet-Cookie: a=b',
    '\uD800',
  ];
  const PATHS = ['/payments.json', '/payments.csv', '/payments', '/failed', '/failed.json'];
  const FIELDS = [
    'id',
    'patientId',
    'document',
    'batchId',
    'processedBy',
    'acceptedBy',
    'term',
    'status',
    'from',
    'to',
    'before',
    'limit',
    'q',
    '__proto__',
  ];

  test.each(FIELDS)(
    'in %s: refused or nothing found, never an internal error, never all payments',
    async (field) => {
      const look = async (path: string, value: string): Promise<void> => {
        const { status, text } = await system.ask(
          `${path}?${new URLSearchParams({ [field]: value }).toString()}`,
        );
        expect({ path, value, status: status < 500 }).toEqual({ path, value, status: true });
        expect(text).not.toContain('<script>alert');
        // `before` beyond the newest payment shows all, limited to one; every other field names
        // something that does not exist.
        const isPlainNumber = ['before', 'limit'].includes(field);
        if (status === 200 && path === '/payments.json' && !isPlainNumber)
          expect((JSON.parse(text) as Found).payments).toEqual([]);
      };
      for (const value of VALUES) await Promise.all(PATHS.map((path) => look(path, value)));
      expect((await found('')).payments).toHaveLength(5);
    },
    180_000,
  );

  test.each(VALUES.map((value) => [value.slice(0, 40), value]))(
    'as an id in the path: %j',
    async (_name, value) => {
      const escaped = encodeURIComponent(value.replace(/[\uD800-\uDFFF]/gu, '�'));
      for (const path of [
        `/payments/${escaped}`,
        `/payments/${escaped}.json`,
        `/failed/redrive?ids=${escaped}`,
      ]) {
        const { status, text } = await system.ask(path);
        expect([200, 400, 404]).toContain(status);
        expect(text).not.toContain('<script>alert');
        if (status === 200) expect(path).toContain('redrive');
      }
    },
  );

  test.each([
    '/payments/..%2f..%2fetc%2fpasswd',
    '/payments/%00',
    '/payments/%ff',
    '/payments//',
    '/queues/..%2f..%2fpackage.json',
  ])('the path %s leads nowhere', async (path) => {
    const { status, text } = await system.ask(path);
    expect([400, 404]).toContain(status);
    expect(text).not.toContain('dependencies');
  });

  test.each([
    'status=FAILED&status=PENDING',
    'unknown=1',
    'limit=0',
    'limit=501',
    'term=-1',
    'from=yesterday',
    'from=2026-13-45',
    'before=0',
  ])('%s is refused', async (query) => {
    expect((await system.ask(`/payments.json?${query}`)).status).toBe(400);
    expect((await system.ask(`/payments?${query}`)).status).toBe(400);
  });

  test("a patient's name stays text on every page", async () => {
    await system.pool.query(
      `UPDATE patient SET full_name = '<img src=x onerror=alert(1)>' WHERE id = $1`,
      [PATIENTS[0]],
    );
    for (const path of [
      '/payments',
      `/payments/${ids[1]}`,
      '/failed',
      `/failed/redrive?ids=${ids[1]}`,
    ]) {
      const { text } = await system.ask(path, { headers: { Accept: 'text/html' } });
      expect(text).toContain('&lt;img src=x');
      expect(text).not.toContain('<img');
    }
  });
});

describe('the search box', () => {
  /** The target without the typed words, which the list of payments shows again. */
  async function led(words: string): Promise<string | null> {
    const answer = await system.ask(`/payments?q=${encodeURIComponent(words)}`);
    const location = answer.headers.get('location');
    if (location === null) return null;
    const { pathname, searchParams } = new URL(location, system.base);
    if (pathname === '/payments') expect(searchParams.get('typed')).toBe(words.trim());
    searchParams.delete('typed');
    return searchParams.size === 0 ? pathname : `${pathname}?${searchParams.toString()}`;
  }

  test.each<[string, () => string, () => string]>([
    ['the id of a payment: its story', () => ids[0] as string, () => `/payments/${ids[0]}`],
    ['the id of a batch', () => BATCH, () => `/payments?batchId=${BATCH}`],
    ['the id of a patient', () => PATIENTS[1], () => `/payments?patientId=${PATIENTS[1]}`],
    [
      'a document, which does not stay in the address',
      () => 'D0002',
      () => `/payments?patientId=${PATIENTS[1]}`,
    ],
    ['a document in another spelling', () => 'd-00.02', () => `/payments?patientId=${PATIENTS[1]}`],
    [
      'a replica and a status',
      () => ' server_1  FAILED ',
      () => '/payments?processedBy=server_1&status=FAILED',
    ],
    ['a term', () => 'term:5', () => '/payments?term=5'],
    ['an instance', () => 'patients_1', () => '/payments?acceptedBy=patients_1'],
    ['nothing', () => '', () => ''],
  ])('%s', async (_name, words, to) => {
    expect((await led(words())) ?? '').toBe(to());
  });

  test.each(['nobody', randomUUID(), 'D9999', 'term:x', 'term:1 term:2', `' OR 1=1 --`])(
    '%s: a page that names the term it did not understand',
    async (words) => {
      const { status, text } = await system.ask(`/payments?q=${encodeURIComponent(words)}`);
      expect(status).toBe(404);
      expect(text).toMatch(/role="alert"/);
      expect(text).toMatch(/Not understood|No payment, batch or patient|No patient has/);
    },
  );
});

describe('access', () => {
  test.each([
    '/payments',
    '/payments.json',
    '/payments.csv',
    '/failed',
    '/failed.json',
    '/failed.csv',
    '/failed/redrive',
    '/queues',
    '/queues.json',
    `/payments/${randomUUID()}`,
  ])('%s: without a token 401, with another 403, a browser is asked to sign in', async (path) => {
    const as = async (headers: Record<string, string>): Promise<number> =>
      (
        await fetch(system.base + path, {
          headers: { Connection: 'close', ...headers },
          redirect: 'manual',
        })
      ).status;
    expect(await as({})).toBe(401);
    expect(await as({ Authorization: 'Bearer nobody' })).toBe(401);
    expect(await as({ Authorization: 'Bearer api' })).toBe(403);
    expect(await as({ Authorization: 'Bearer internal' })).toBe(403);
    expect(await as({ Accept: 'text/html' })).toBe(303);
  });

  test('the log contains no patient and no search', () => {
    expect(JSON.stringify(system.hospital.logged)).not.toMatch(/Test Patient|D0002|document=/);
  });
});
