/**
 * Anonymous visitors leave nothing in Redis, and an invalid session value in Redis does no harm.
 * With real engines.
 */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createLogger } from '../../../shared/observability/logger.js';
import { connectRedis } from '../../../shared/queue/queue.js';
import { Visitor } from '../security/visitor.js';
import {
  factsOf,
  field,
  identified,
  patient,
  sessionCookie,
  setup,
  signedIn,
} from './staff-stage.js';
import { TOKENS } from './setup.js';

/** Number of requests for pages with a form. */
const STRANGERS = 1_000;
const AT_ONCE = 50;

let url: string;
let redis: ReturnType<typeof connectRedis>;
beforeAll(async () => {
  redis = connectRedis(setup.redisUrl, 'bounded', createLogger('test', 'test', 'silent'));
  ({ url } = await setup.start());
});
afterAll(() => redis.disconnect());

const keys = () => redis.keys(`${setup.prefix}:session:*`);
const keyOf = (visitor: Visitor): string =>
  `${setup.prefix}:session:${/^s:([^.]+)\./.exec(decodeURIComponent(sessionCookie(visitor) ?? ''))?.[1]}`;

describe('an anonymous visitor', () => {
  test(`${STRANGERS} pages with a form store no session`, async () => {
    const before = await keys();
    for (let asked = 0; asked < STRANGERS; asked += AT_ONCE) {
      const pages = await Promise.all(
        Array.from({ length: AT_ONCE }, () => new Visitor(url).ask('/sign-in')),
      );
      expect(new Set(pages.map(({ status }) => status))).toEqual(new Set([200]));
    }
    expect(await keys()).toEqual(before);
    // Control: a sign-in stores one.
    const visitor = await signedIn(url);
    expect(await keys()).toContain(keyOf(visitor));
  });

  test('must submit the form from a page of the same browser, and keeps the form after a wrong token', async () => {
    const [visitor, other] = [new Visitor(url), new Visitor(url)];
    const own = field(await visitor.ask('/sign-in'), 'csrf');
    const foreign = field(await other.ask('/sign-in'), 'csrf');
    const send = (csrf: string, token: string) =>
      visitor.ask('/sign-in', { method: 'POST', body: new URLSearchParams({ csrf, token }) });
    for (const csrf of ['', 'x', foreign])
      expect((await send(csrf, TOKENS.API_TOKEN)).status).toBe(403);
    const refused = await send(own, 'wrong');
    expect([refused.status, field(refused, 'csrf')]).toEqual([401, own]);
    expect((await send(own, TOKENS.API_TOKEN)).status).toBe(303);
    expect((await send(own, TOKENS.API_TOKEN)).status).toBe(403);
  });
});

describe('a session value in Redis', () => {
  const expires = new Date(Date.now() + 60_000).toISOString();
  const cookie = {
    originalMaxAge: 60_000,
    expires,
    secure: false,
    httpOnly: true,
    path: '/',
    sameSite: 'lax',
  };
  test.each([
    ['text that is not JSON', '{'],
    ['JSON that is not an object', '7'],
    ['an object without a cookie', JSON.stringify({ staff: true })],
    ['an impossible date', JSON.stringify({ staff: true, cookie: { ...cookie, expires: 'soon' } })],
    [
      'a patient that is not an id',
      JSON.stringify({ staff: true, patientId: { $ne: null }, cookie }),
    ],
    ['a list', null],
  ])(
    'that is %s counts as no session, and is replaced at the next sign-in',
    async (_what, value) => {
      const visitor = await identified(url);
      const key = keyOf(visitor);
      expect((await visitor.ask('/bill')).status).toBe(200);
      await redis.del(key);
      if (value === null) await redis.rpush(key, 'x');
      else await redis.set(key, value);
      const { status, headers } = await visitor.ask('/bill');
      expect([status, headers.get('location')]).toEqual([303, '/sign-in']);
      expect(await redis.exists(key)).toBe(0);
      expect(
        (await visitor.submit('/sign-in', { token: TOKENS.API_TOKEN }, '/sign-in')).status,
      ).toBe(303);
      expect(
        (await visitor.submit('/bill/identify', factsOf(patient), '/bill/identify')).status,
      ).toBe(303);
      expect((await visitor.ask('/bill')).status).toBe(200);
    },
  );
});
