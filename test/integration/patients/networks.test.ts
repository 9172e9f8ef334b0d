/**
 * Wrong tokens are counted per network, because one host has 2^64 IPv6 addresses. With real
 * engines.
 */
import { expect, test } from '@jest/globals';
import { Visitor } from '../security/visitor.js';
import { setup } from './staff-stage.js';

const MAX = 4;

test('wrong tokens from addresses of one IPv6 network count together; another network may still sign in', async () => {
  const { url } = await setup.start({
    TRUST_PROXY: 'loopback',
    WRONG_FROM_ADDRESS_MAX: String(MAX),
    QUEUE_PREFIX: `${setup.prefix}-networks`,
  });
  const visitor = new Visitor(url);
  const csrf = await visitor.proof('/sign-in');
  const send = async (from: string): Promise<number> =>
    (
      await visitor.ask('/sign-in', {
        method: 'POST',
        body: new URLSearchParams({ csrf, token: 'wrong' }),
        headers: { 'X-Forwarded-For': from },
      })
    ).status;
  const statuses = [];
  for (let host = 1; host <= MAX + 2; host += 1) statuses.push(await send(`2001:db8:7:7::${host}`));
  expect(statuses).toEqual([...Array.from({ length: MAX }, () => 401), 429, 429]);
  expect(await send('2001:db8:7:8::1')).toBe(401);
});
