/** The API of the measurements on a real Redis: its rules, its refusals, its readers. */
import { Redis } from 'ioredis';
import { loadApiConfig } from '../../../measurements/api/config.js';
import { ROUNDS_KEPT } from '../../../shared/contracts/measurements.js';
import { testRedisUrl, uniquePrefix } from '../../support/redis.js';
import { INTERNAL_TOKEN, startTestApi, type Answered, type Api } from './support.js';

/** Epochs are transaction numbers of ZooKeeper: far above 32 bits. */
const EPOCH = 2 ** 32 * 7 + 5;
const LARGEST = Number.MAX_SAFE_INTEGER;

const codeOf = ({ status, body }: Answered): unknown[] => [status, body['code'] ?? 'none'];
const seriesOf = async (api: Api): Promise<Record<string, unknown>[]> =>
  (await api.get('/series')).body['rounds'] as Record<string, unknown>[];

describe('the API of the measurements', () => {
  let api: Api;
  beforeAll(async () => {
    api = await startTestApi({ REDIS_URL: testRedisUrl() });
  });
  afterAll(() => api.stop());

  test('before the first announcement there is no epoch and no round', async () => {
    expect((await api.get('/epochs')).body).toEqual({ epoch: 0, device: null, lastRound: 0 });
    expect(await seriesOf(api)).toEqual([]);
  });

  test('a leader announces its epoch and sends a mean per round; a repetition is accepted', async () => {
    expect((await api.announce(EPOCH)).body).toEqual({ epoch: EPOCH, lastRound: 0 });
    const mean = { dato: 12.3456789012345, round: 1, epoch: EPOCH };
    expect(await api.send(mean)).toEqual({ status: 200, body: { kept: true, round: 1 } });
    expect(await api.send(mean)).toEqual({ status: 200, body: { kept: true, round: 1 } });
    expect((await api.send({ ...mean, dato: 0, round: 3 })).status).toBe(200);
    expect(await seriesOf(api)).toEqual([
      { round: 1, mean: mean.dato, devices: 3, epoch: EPOCH, at: expect.any(String) as string },
      { round: 3, mean: 0, devices: 3, epoch: EPOCH, at: expect.any(String) as string },
    ]);
    expect((await api.get('/series?last=1')).body['rounds']).toHaveLength(1);
    expect((await api.announce(EPOCH)).body).toEqual({ epoch: EPOCH, lastRound: 3 });
    expect((await api.get('/epochs')).body).toEqual({
      epoch: EPOCH,
      device: 'device_1',
      lastRound: 3,
    });
  });

  test.each([
    ['another mean of a kept round', { dato: 99, round: 3, epoch: EPOCH }, 'ROUND_KEPT'],
    [
      'a mean of a missed round, after a later one',
      { dato: 9, round: 2, epoch: EPOCH },
      'ROUND_KEPT',
    ],
    ['an older epoch', { dato: 99, round: 4, epoch: EPOCH - 1 }, 'OLD_EPOCH'],
    ['an older epoch that repeats a kept round', { dato: 0, round: 3, epoch: 1 }, 'OLD_EPOCH'],
  ])('%s is refused and changes nothing', async (_title, mean, code) => {
    const before = await seriesOf(api);
    expect(codeOf(await api.send(mean))).toEqual([409, code]);
    expect(await seriesOf(api)).toEqual(before);
  });

  test('after a higher announcement the former leader changes nothing, and cannot announce', async () => {
    await api.announce(EPOCH + 1, 'device_2');
    expect(codeOf(await api.send({ dato: 5, round: 4, epoch: EPOCH }))).toEqual([409, 'OLD_EPOCH']);
    expect(codeOf(await api.announce(EPOCH))).toEqual([409, 'OLD_EPOCH']);
    expect((await api.get('/epochs')).body).toMatchObject({ epoch: EPOCH + 1, device: 'device_2' });
    expect((await seriesOf(api)).map(({ round }) => round)).toEqual([1, 3]);
  });

  test('a mean of a higher epoch is kept and raises the epoch', async () => {
    expect((await api.send({ dato: 5, round: 4, epoch: LARGEST })).status).toBe(200);
    expect(codeOf(await api.send({ dato: 5, round: 5, epoch: LARGEST - 1 }))).toEqual([
      409,
      'OLD_EPOCH',
    ]);
    expect((await api.get('/epochs')).body).toMatchObject({ epoch: LARGEST, device: null });
  });

  test.each([
    ['is missing', ''],
    ['is empty', 'dato='],
    ['is not a number', 'dato=fast'],
    ['is given twice', 'dato=1&dato=2'],
    ['is infinite', 'dato=Infinity'],
    ['is too large for a number', 'dato=1e999'],
    ['is negative', 'dato=-1'],
    ['is longer than an hour', 'dato=3600001'],
    ['is part of a list', 'dato[]=1'],
  ])('a mean that %s is refused with 400 and changes nothing', async (_title, query) => {
    const before = await seriesOf(api);
    const path = `/nuevo?${query}&round=9&epoch=${LARGEST}&devices=3`;
    expect(codeOf(await api.get(path, INTERNAL_TOKEN))).toEqual([400, 'VALIDATION_FAILED']);
    expect(await seriesOf(api)).toEqual(before);
  });

  test.each([
    'round=0',
    'round=1.5',
    `round=${2 ** 53}`,
    'epoch=0',
    'devices=0',
    'devices=1001',
    'more=1',
  ])('the parameter %s is refused', async (query) => {
    const good = { round: '9', epoch: String(LARGEST), devices: '3', dato: '1' };
    const [name = '', value = ''] = query.split('=');
    const path = `/nuevo?${new URLSearchParams({ ...good, [name]: value }).toString()}`;
    expect(codeOf(await api.get(path, INTERNAL_TOKEN))).toEqual([400, 'VALIDATION_FAILED']);
  });

  test('a HEAD request keeps no mean', async () => {
    const before = await seriesOf(api);
    const path = `/nuevo?dato=1&round=9&epoch=${LARGEST}&devices=3`;
    const headers = { Authorization: `Bearer ${INTERNAL_TOKEN}` };
    expect((await fetch(`${api.url}${path}`, { method: 'HEAD', headers })).status).toBe(200);
    expect(await seriesOf(api)).toEqual(before);
  });

  test('without the internal token no mean is kept', async () => {
    const path = `/nuevo?dato=1&round=9&epoch=${LARGEST}&devices=3`;
    expect(codeOf(await api.get(path))).toEqual([401, 'UNAUTHENTICATED']);
    expect(codeOf(await api.get(path, 'operator'))).toEqual([403, 'FORBIDDEN']);
  });

  test('the document, the viewer and the page answer', async () => {
    expect((await api.get('/openapi.json')).body['paths']).toHaveProperty('/nuevo');
    expect((await fetch(`${api.url}/docs`)).status).toBe(200);
    expect(await (await fetch(api.url)).text()).toContain('Latency of a payment');
  });
});

test('only the newest rounds are kept', async () => {
  const prefix = uniquePrefix();
  const redis = new Redis(testRedisUrl());
  const api = await startTestApi({ REDIS_URL: testRedisUrl(), QUEUE_PREFIX: prefix });
  try {
    const former = Array.from({ length: ROUNDS_KEPT }, (_, index) => {
      const round = { round: index + 1, mean: 1, devices: 3, at: '2026-11-29T10:00:00Z', epoch: 1 };
      return [round.round, JSON.stringify(round)];
    });
    await redis.zadd(`${prefix}:measurements:rounds`, ...former.flat());
    expect((await api.send({ dato: 1, round: ROUNDS_KEPT + 1, epoch: 2 })).status).toBe(200);
    const { body } = await api.get(`/series?last=${ROUNDS_KEPT}`);
    const rounds = (body['rounds'] as { round: number }[]).map(({ round }) => round);
    expect([rounds.length, rounds[0], rounds.at(-1)]).toEqual([ROUNDS_KEPT, 2, ROUNDS_KEPT + 1]);
    expect(codeOf(await api.send({ dato: 1, round: 1, epoch: 2 }))).toEqual([409, 'ROUND_KEPT']);
  } finally {
    await redis.quit();
    await api.stop();
  }
});

test('without the fence every mean is kept: the rules above are those of the fence', async () => {
  const api = await startTestApi({ REDIS_URL: testRedisUrl(), FAULTS: 'on', FENCE: 'off' });
  try {
    await api.announce(EPOCH + 1);
    await api.send({ dato: 1, round: 1, epoch: EPOCH + 1 });
    expect((await api.send({ dato: 99, round: 1, epoch: EPOCH })).status).toBe(200);
    expect(await seriesOf(api)).toHaveLength(2);
  } finally {
    await api.stop();
  }
});

test('the fence cannot be removed without fault switches', () => {
  const env = { API_TOKEN: 'a', OPERATOR_TOKEN: 'o', INTERNAL_TOKEN: 'i', REDIS_URL: 'redis://r' };
  expect(() => loadApiConfig({ ...env, QUEUE_PREFIX: uniquePrefix(), FENCE: 'off' })).toThrow(
    /FENCE=off needs FAULTS=on/,
  );
});
