/**
 * The attempts of payments, written by the statements that defer and commit: bounded, fenced,
 * counted once, and nothing for a payment that its first attempt decides.
 */
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { ATTEMPTS_KEPT, readAttempts } from '../../../shared/postgres/attempts.js';
import {
  commitOutcomes,
  deferPayments,
  type FencingToken,
  type Outcome,
} from '../../../shared/postgres/ledger.js';
import { eventually } from '../../support/eventually.js';
import { openGateway, type GatewayStage } from './gateway-stage.js';
import { allFinal, enqueue, record, replica } from './replica-stage.js';

const REFUSED = 'gateway answered 503';

async function countAttempts(): Promise<number> {
  const text = 'SELECT count(*)::int AS rows FROM payment_attempt';
  return (await record.pool.query<{ rows: number }>(text)).rows[0]?.rows ?? 0;
}

const succeeded = (id: string, tookMs?: number): Outcome => ({
  id,
  status: 'SUCCEEDED',
  attempts: 1,
  reason: null,
  gatewayReference: 'r',
  ...(tookMs === undefined ? {} : { tookMs }),
});

describe('the statements', () => {
  let token: FencingToken;
  let id: string;
  beforeEach(async () => {
    token = { partition: 0, term: await record.elect('server_1', 'life-1'), leader: 'server_1' };
    [id] = (await record.accept(1)) as [string];
  });

  const fail = (tookMs: number, lastError: string | null = REFUSED) =>
    deferPayments(record.pool, token, [{ id, attempts: 1, waitMs: 0, lastError, tookMs }]);

  test('a failed attempt has its duration, error, replica and term', async () => {
    await fail(12.5);
    expect(await readAttempts(record.pool, id)).toEqual([
      {
        number: 1,
        endedAt: expect.any(Date),
        tookMs: 12.5,
        error: REFUSED,
        replica: 'server_1',
        term: token.term,
      },
    ]);
  });

  test('only the last ones are kept', async () => {
    for (let call = 1; call <= ATTEMPTS_KEPT + 5; call += 1) await fail(call);
    const kept = await readAttempts(record.pool, id);
    expect(kept.map(({ number }) => number)).toEqual(
      Array.from({ length: ATTEMPTS_KEPT }, (_, index) => index + 6),
    );
    expect(kept.map(({ tookMs }) => tookMs)).toEqual(kept.map(({ number }) => number));
  });

  test('a long error is cut', async () => {
    await fail(1, 'x'.repeat(5_000));
    expect((await readAttempts(record.pool, id))[0]?.error).toHaveLength(200);
  });

  test('a statement that is repeated, because its answer was lost, adds no second attempt', async () => {
    await fail(7);
    await fail(7);
    expect(await readAttempts(record.pool, id)).toHaveLength(1);
  });

  test('a deposed leader adds no attempt', async () => {
    await record.elect('server_2', 'life-2');
    expect(await fail(3)).toMatchObject({ held: false });
    expect(await countAttempts()).toBe(0);
  });

  test('a payment that only waits behind an earlier one has no attempt', async () => {
    await fail(3, null);
    expect(await countAttempts()).toBe(0);
  });

  test('the commit of a first attempt adds nothing; that of a later one adds the last attempt', async () => {
    const [other] = (await record.accept(1)) as [string];
    await fail(3);
    await commitOutcomes(record.pool, token, [succeeded(other), succeeded(id, 8)]);
    expect(await readAttempts(record.pool, other)).toEqual([]);
    expect(await readAttempts(record.pool, id)).toMatchObject([
      { number: 1, error: REFUSED },
      { number: 2, error: null, tookMs: 8 },
    ]);
  });

  test('an outcome that was final before adds no attempt', async () => {
    await commitOutcomes(record.pool, token, [succeeded(id, 8)]);
    await commitOutcomes(record.pool, token, [succeeded(id, 9)]);
    expect(await countAttempts()).toBe(1);
  });
});

describe('a replica', () => {
  let gateway: GatewayStage;
  beforeEach(async () => {
    gateway = await openGateway();
  });
  afterEach(() => gateway.close());

  test('notes the refused attempts and the one that succeeds, and no others', async () => {
    await gateway.faults({ refuseCharges: 2 });
    const env = {
      GATEWAY: 'http',
      GATEWAY_URL: gateway.url,
      RETRY_BASE_MS: '20',
      GIVE_UP_AFTER_MS: '60000',
    };
    await (await replica('server_1', env)).lead(record);
    await enqueue(await record.accept(6));
    const found = await allFinal();
    const stories = await Promise.all(found.map(({ id }) => readAttempts(record.pool, id)));
    const noted = stories.filter(({ length }) => length > 0);
    const errors = noted.flat().filter(({ error }) => error !== null);
    expect(errors.map(({ error }) => error)).toEqual([REFUSED, REFUSED]);
    for (const story of noted) {
      expect(story.at(-1)).toMatchObject({ error: null, replica: 'server_1' });
      expect(story.every(({ tookMs }) => (tookMs ?? 0) > 0)).toBe(true);
    }
    const untouched = found.filter((_row, index) => stories[index]?.length === 0);
    expect(untouched.length).toBeGreaterThanOrEqual(4);
    expect(untouched.every(({ attempts }) => attempts === 1)).toBe(true);
  });

  test('reports the calls of the last minute and the error', async () => {
    await gateway.faults({ refuseCharges: 1 });
    const env = { GATEWAY: 'http', GATEWAY_URL: gateway.url, RETRY_BASE_MS: '20' };
    const leader = await replica('server_1', { ...env, GIVE_UP_AFTER_MS: '60000' });
    await leader.lead(record);
    await enqueue(await record.accept(3));
    await allFinal();
    const asked = [...gateway.asked.values()].reduce((sum, calls) => sum + calls, 0);
    const report = await eventually(
      async () => {
        const { gateway: seen } = leader.replica.report();
        return seen?.calls === asked ? seen : null;
      },
      { what: 'the report has all calls' },
    );
    expect(report).toMatchObject({ failed: 1, error: REFUSED });
  });
});
