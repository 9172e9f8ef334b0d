/** The API of the measurements without Redis, and with a Redis that lost everything. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Redis } from 'ioredis';
import { eventually } from '../../support/eventually.js';
import { startOwnRedis, type OwnRedis } from '../../support/own-redis.js';
import { startTestApi, type Api } from './support.js';

describe('the API of the measurements and its Redis', () => {
  let redis: OwnRedis;
  let api: Api;
  beforeAll(async () => {
    redis = await startOwnRedis();
    api = await startTestApi({ REDIS_URL: redis.url });
    await api.announce(10);
    await api.send({ dato: 1, round: 1, epoch: 10 });
  });
  afterAll(async () => {
    await api.stop();
    await redis.remove();
  });

  test('a wiped Redis admits no older epoch and no second mean of a round', async () => {
    const client = new Redis(redis.url);
    await client.flushall();
    await client.quit();
    expect((await api.send({ dato: 9, round: 2, epoch: 9 })).body['code']).toBe('OLD_EPOCH');
    expect((await api.announce(9)).body['code']).toBe('OLD_EPOCH');
    expect((await api.send({ dato: 9, round: 1, epoch: 10 })).body['code']).toBe('ROUND_KEPT');
    expect((await api.get('/epochs')).body).toEqual({
      epoch: 10,
      device: 'device_1',
      lastRound: 1,
    });
    expect((await api.send({ dato: 2, round: 2, epoch: 10 })).status).toBe(200);
    expect((await api.get('/series')).body['rounds']).toHaveLength(1);
  });

  test('without Redis every request is refused with 503, and afterwards it works again', async () => {
    await redis.kill();
    const refused = await eventually(
      async () => {
        const answer = await api.send({ dato: 3, round: 3, epoch: 10 });
        return answer.status === 503 ? answer : null;
      },
      { what: 'a refusal' },
    );
    expect(refused.body).toMatchObject({ code: 'UNAVAILABLE', retryable: true });
    for (const path of ['/series', '/epochs', '/events'])
      expect([path, (await api.get(path)).body['code']]).toEqual([path, 'UNAVAILABLE']);
    expect((await api.announce(11)).body['code']).toBe('UNAVAILABLE');
    expect((await api.get('/readyz')).status).toBe(503);
    expect((await api.get('/livez')).status).toBe(200);
    await redis.server.start();
    await eventually(
      async () => (await api.send({ dato: 3, round: 3, epoch: 10 })).status === 200,
      { what: 'an accepted mean' },
    );
    expect((await api.get('/readyz')).status).toBe(200);
  });
});
