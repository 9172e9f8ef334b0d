/**
 * Every route of every service, asked by every caller: nobody without the right token reads a bill or changes a state, and who is refused
 * has changed nothing. The routes are read from the apps themselves.
 */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import express from 'express';
import { asking, send, type Answered } from './asking.js';
import { SERVICES, startServices, type Services } from './services.js';
import { surfaceOf } from './surface.js';
import { AROUND, CALLERS, TABLE, type Caller, type Row } from './table.js';

let services: Services;

beforeAll(async () => {
  services = await startServices();
}, 60_000);
afterAll(() => services.stop(), 60_000);

const code = ({ text }: Answered): unknown => (JSON.parse(text) as { code: unknown }).code;

describe.each(SERVICES)('%s', (service) => {
  const ask = (row: Row, caller: Caller): Promise<Answered> =>
    asking(services.url(service), row, row.ask?.(services.subjects) ?? {}, caller);
  const rows = TABLE[service];
  const guarded = rows.filter(({ who }) => who.length < CALLERS.length);

  test('the table has every route, and no other', () => {
    const known = [...rows.map(({ entrance }) => entrance), ...AROUND[service]];
    expect(surfaceOf(services.app(service))).toEqual([...new Set(known)].sort());
  });

  test.each(guarded)('$entrance: who may not is refused, and has changed nothing', async (row) => {
    const before = await services.fingerprint();
    for (const caller of CALLERS.filter((each) => !row.who.includes(each))) {
      const answered = await ask(row, caller);
      const known = caller === 'api' || caller === 'operator' || caller === 'internal';
      // The gateway knows one token; any other is none.
      const expected = known && service !== 'gateway' ? [403, 'FORBIDDEN'] : [401, 'UNAUTHENTICATED'];
      expect([caller, answered.status, code(answered)]).toEqual([caller, ...expected]);
    }
    expect(await services.fingerprint()).toBe(before);
  });

  test.each(rows)('$entrance: who may is answered', async (row) => {
    const before = row.changes === undefined ? '' : await services.fingerprint();
    for (const caller of row.who) expect([caller, (await ask(row, caller)).status]).toEqual([caller, row.answer]);
    // The same request as above: it does change something when it is let in, so that the refusals above were worth something.
    if (row.changes !== undefined) expect(await services.fingerprint()).not.toBe(before);
  });

  test('what is not there is not there, for anybody', async () => {
    for (const path of ['/nothing', '/api/nothing', '/.env', '/package.json', '/shared/auth.ts', '/..%2f..%2fetc/passwd']) {
      for (const caller of CALLERS) {
        const { status, text } = await send(services.url(service) + path, { headers: caller === 'internal' ? { Authorization: 'Bearer internal' } : {} });
        expect([path, status === 404 || (service === 'gateway' && status === 401)]).toEqual([path, true]);
        expect(text).not.toMatch(/root:|"dependencies"/);
      }
    }
  });
});

test('control: the surface of an app shows what is mounted in every way', () => {
  const inner = express.Router();
  inner.get('/deep', () => undefined);
  const app = express();
  app.use(function named() { return undefined; });
  app.use('/inner', inner);
  app.use('/files', express.static('.'));
  app.use('/app', express());
  app.get(['/one', '/two'], () => undefined);
  app.route('/both').get(() => undefined).put(() => undefined);
  app.all('/any', () => undefined);
  expect(surfaceOf(app)).toEqual(['ALL /any', 'GET /both', 'GET /inner/deep', 'GET /one', 'GET /two', 'PUT /both', 'USE * named', 'USE /app', 'USE /files']);
});
