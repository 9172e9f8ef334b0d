/**
 * Overload: requests beyond the bound are refused before their body is read, nothing of them is
 * stored, and all others continue. Real PostgreSQL and Redis.
 */
import { jest } from '@jest/globals';
import type { Batch } from '../../../shared/contracts/batch.js';
import type { RunningPatients } from '../../../patients/start.js';
import { requestsUnderWay } from '../../../patients/metrics.js';
import { eventually } from '../../support/eventually.js';
import { call, codeOf, countRows, PAYMENT, TOKENS, type Answered } from './setup.js';
import { accepted, pay, refused, setup } from './backlog-stage.js';

describe('overload', () => {
  const start = (env: NodeJS.ProcessEnv): Promise<RunningPatients> => setup.start(env);
  /** Requests that wait for an outcome that no leader commits. */
  async function waitingOnes(
    running: RunningPatients,
    count: number,
  ): Promise<{ leave(): Promise<void> }> {
    const leaving = new AbortController();
    const { room } = running.deps.outcomes;
    const asked = Array.from({ length: count }, () =>
      call(`${running.url}/api/payments`, {
        body: PAYMENT,
        headers: { Prefer: 'wait=30' },
        signal: leaving.signal,
      }).catch(() => null),
    );
    await eventually(() => running.deps.outcomes.room === room - count, { what: 'those who wait' });
    return {
      async leave() {
        leaving.abort();
        await Promise.all(asked);
      },
    };
  }

  test('payments: 429 before the body is read, nothing stored, health and reads answered; a released place is free', async () => {
    const running = await start({ REQUESTS_MAX: '3' });
    const waiting = await waitingOnes(running, 3);
    const before = await countRows(setup.pool, 'payment');
    const answered = await call(`${running.url}/api/payments`, {
      body: '{"no JSON',
      headers: { 'Idempotency-Key': 'mine' },
    });
    expect([answered.status, codeOf(answered), answered.headers.get('retry-after')]).toEqual([
      429,
      'TOO_BUSY',
      '1',
    ]);
    expect([answered.headers.get('content-type'), answered.headers.get('idempotency-key')]).toEqual(
      ['application/problem+json; charset=utf-8', 'mine'],
    );
    for (const path of ['/livez', '/readyz', '/metrics', '/api/payments'])
      expect((await call(running.url + path)).status).toBe(200);
    expect(
      (await call(`${running.url}/api/batches`, { body: { count: 1, timeoutMs: 0 } })).status,
    ).toBe(200);
    expect(await countRows(setup.pool, 'payment')).toBe(before + 1);
    await waiting.leave();
    await eventually(async () => (await pay(running.url)).status === 202, { what: 'a free place' });
  });

  test('under any load, requests, awaited outcomes and backlog stay within their bounds; and nothing accepted is lost', async () => {
    const { url, deps } = await start({
      REQUESTS_MAX: '20',
      BACKLOG_MAX: '120',
      BACKLOG_LOOK_MS: '50',
    });
    const most = { waiting: 0 };
    const free = deps.config.waitingMax;
    const watching = setInterval(
      () => (most.waiting = Math.max(most.waiting, free - deps.outcomes.room)),
      1,
    );
    // Every reported count, not only samples.
    const told = jest.spyOn(requestsUnderWay, 'set');
    const answers: Answered[] = [];
    const client = async (number: number): Promise<void> => {
      for (let round = 0; round < 6; round += 1)
        answers.push(
          await pay(url, `client-${number}-${round}`, number % 2 ? { Prefer: 'wait=1' } : {}),
        );
    };
    await Promise.all(Array.from({ length: 150 }, (_, number) => client(number)));
    clearInterval(watching);
    expect(Math.max(...told.mock.calls.map((given) => Number(given.at(-1))))).toBe(20);
    told.mockRestore();
    expect(most.waiting).toBeLessThanOrEqual(20);
    const stored = await countRows(setup.pool, 'payment');
    expect([stored <= 120, stored === accepted(answers).length, answers.length]).toEqual([
      true,
      true,
      900,
    ]);
    const codes = new Set(refused(answers).map((one) => `${one.status} ${codeOf(one)}`));
    expect(
      [...codes].filter((code) => code !== '429 TOO_BUSY' && code !== '503 BACKLOG_FULL'),
    ).toEqual([]);
  });

  test('batches: 429, nothing stored; single payments are still admitted', async () => {
    const { url, deps } = await start({ BATCHES_MAX: '1' });
    const leaving = new AbortController();
    const first = call(`${url}/api/batches`, { body: { count: 2 }, signal: leaving.signal }).catch(
      () => null,
    );
    const { room } = deps.outcomes;
    await eventually(() => deps.outcomes.room < room, { what: 'the first batch' });
    const second = await call(`${url}/api/batches`, { body: { count: 2 } });
    expect([second.status, codeOf(second), await countRows(setup.pool, 'batch')]).toEqual([
      429,
      'TOO_BUSY',
      1,
    ]);
    expect((await pay(url)).status).toBe(202);
    leaving.abort();
    await first;
  });

  test('payments in batches: 429 for a batch and for the read of one, nothing stored; small ones are still admitted', async () => {
    const { url, deps } = await start({ BATCH_PAYMENTS_MAX: '50' });
    const fire = (count: number, timeoutMs: number, signal?: AbortSignal): Promise<Answered> =>
      call(`${url}/api/batches`, { body: { count, timeoutMs }, ...(signal ? { signal } : {}) });
    const alone = await fire(80, 0);
    expect(alone.status).toBe(200);
    await eventually(() => deps.batchRoom.taken === 0, { what: 'the end of the first' });
    const leaving = new AbortController();
    const waiting = fire(40, 30_000, leaving.signal).catch(() => null);
    await eventually(
      () => deps.batchRoom.taken === 40 && deps.outcomes.room < deps.config.waitingMax,
      { what: 'the second' },
    );
    const [fired, looked] = [
      await fire(11, 0),
      await call(`${url}/api/batches/${(alone.body as Batch).batchId}`),
    ];
    expect([fired, looked].map((one) => `${one.status} ${codeOf(one)}`)).toEqual([
      '429 TOO_BUSY',
      '429 TOO_BUSY',
    ]);
    expect(await countRows(setup.pool, 'batch')).toBe(2);
    expect((await fire(10, 0)).status).toBe(200);
    leaving.abort();
    await waiting;
    await eventually(() => deps.batchRoom.taken === 0, { what: 'the end of all' });
  });

  test('refused with a large body, the connection stays usable', async () => {
    const running = await start({ REQUESTS_MAX: '1' });
    const waiting = await waitingOnes(running, 1);
    const body = { ...PAYMENT, concept: 'x'.repeat(12_000) };
    for (let round = 0; round < 3; round += 1)
      expect(
        (await call(`${running.url}/api/payments`, { body, token: TOKENS.API_TOKEN })).status,
      ).toBe(429);
    await waiting.leave();
  });
});
