/**
 * Every route of every service, called by every caller: only the right token or session reads a
 * bill or changes a state, and a refused request changes nothing. The routes are read from the apps
 * themselves.
 */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import express from 'express';
import { asking } from './asking.js';
import { send, type Answered } from './sending.js';
import { startServices, type Services } from './services.js';
import { surfaceOf } from './surface.js';
import { AROUND, TABLE } from './table.js';
import { signedIn, type Visitor } from './visitor.js';
import { CALLERS, SERVICES, type Caller, type Row, type ServiceName } from './vocabulary.js';

let services: Services;

beforeAll(async () => {
  services = await startServices();
}, 180_000);
afterAll(() => services.stop(), 180_000);

/** A session without proof may read, and change nothing. */
const may = ({ entrance, who }: Row, caller: Caller): boolean =>
  who.includes(caller) ||
  (caller === 'session without proof' && who.includes('session') && entrance.startsWith('GET'));

const KNOWN: readonly Caller[] = ['api', 'operator', 'internal'];

function refusal(service: ServiceName, caller: Caller): [number, string] {
  // The gateway and a device know only one token; a monitor also knows its sessions.
  const isKnown =
    (service !== 'gateway' && service !== 'device' && KNOWN.includes(caller)) ||
    (service === 'monitor' && /^session/.test(caller));
  return isKnown ? [403, 'FORBIDDEN'] : [401, 'UNAUTHENTICATED'];
}

/**
 * Without a session, a page redirects to the sign-in; a form from outside this session is refused.
 */
const refusedPage = ({ entrance }: Row): [number, string | null] =>
  entrance.startsWith('GET') ? [303, '/sign-in'] : [403, null];

const code = ({ text }: Answered): unknown => (JSON.parse(text) as { code: unknown }).code;

describe.each(SERVICES)('%s', (service) => {
  // An identification takes long on purpose, so the tests share a session that none has changed.
  let visitor: Visitor | null = null;
  beforeEach(async () => {
    visitor ??= await signedIn(service, services);
  });
  const ask = (row: Row, caller: Caller): Promise<Answered> =>
    asking(
      services.url(service),
      row,
      row.ask?.(services.subjects) ?? {},
      caller,
      visitor as Visitor,
    );
  const rows = TABLE[service];
  const guarded = rows.filter((row) => !CALLERS.every((caller) => may(row, caller)));

  test('the table has every route, and no other', () => {
    const known = [...rows.map(({ entrance }) => entrance), ...AROUND[service]];
    expect(surfaceOf(services.app(service))).toEqual([...new Set(known)].sort());
  });

  test.each(guarded)('$entrance: other callers are refused and change nothing', async (row) => {
    const before = await services.fingerprint();
    for (const caller of CALLERS.filter((each) => !may(row, each))) {
      const answered = await ask(row, caller);
      const expected = row.page === undefined ? refusal(service, caller) : refusedPage(row);
      expect([
        caller,
        answered.status,
        row.page === undefined ? code(answered) : answered.headers.get('Location'),
      ]).toEqual([caller, ...expected]);
    }
    expect(await services.fingerprint()).toBe(before);
  });

  test.each(rows)('$entrance: permitted callers get an answer', async (row) => {
    const before = row.changes === undefined ? '' : await services.fingerprint();
    for (const caller of CALLERS.filter((each) => may(row, each))) {
      const expected = /^session/.test(caller) ? (row.signedIn ?? row.answer) : row.answer;
      expect([caller, (await ask(row, caller)).status]).toEqual([caller, expected]);
    }
    if (!row.entrance.startsWith('GET')) visitor = null;
    // Control for the refusals above: the same request of a permitted caller does change something.
    if (row.changes !== undefined) expect(await services.fingerprint()).not.toBe(before);
  });

  test('an unknown path is 404 for every caller', async () => {
    const headers = { Authorization: 'Bearer internal' };
    for (const path of [
      '/nothing',
      '/api/nothing',
      '/.env',
      '/package.json',
      '/shared/auth.ts',
      '/..%2f..%2fetc/passwd',
    ]) {
      const { status, text } = await send(services.url(service) + path, { headers });
      expect([path, status]).toEqual([path, 404]);
      expect(text).not.toMatch(/root:|"dependencies"/);
    }
  });
});

test('control: the surface of an app shows routes and routers mounted in every way', () => {
  const inner = express.Router();
  inner.get('/deep', () => undefined);
  const app = express();
  app.use(function named() {
    return undefined;
  });
  app.use('/inner', inner);
  app.use('/files', express.static('.'));
  app.use('/app', express());
  app.get(['/one', '/two'], () => undefined);
  app
    .route('/both')
    .get(() => undefined)
    .put(() => undefined);
  app.all('/any', () => undefined);
  expect(surfaceOf(app)).toEqual([
    'ALL /any',
    'GET /both',
    'GET /inner/deep',
    'GET /one',
    'GET /two',
    'PUT /both',
    'USE * named',
    'USE /app',
    'USE /files',
  ]);
});
