/** The edges of the service with fake dependencies: dispatch, accept, retries, configuration. */
import type { QueryConfig } from 'pg';
import type { ConfigError } from '../../../shared/config.js';
import type { Clock } from '../../../shared/clock.js';
import type { Problem } from '../../../shared/errors.js';
import type { NewPayment } from '../../../shared/postgres/ledger.js';
import { createLogger } from '../../../shared/observability/logger.js';
import type { Queryable } from '../../../shared/postgres/postgres.js';
import {
  createReconnectingQueue,
  type BullQueue,
} from '../../../shared/queue/reconnecting-queue.js';
import type { Parcel } from '../../../shared/queue/queue.js';
import { createAcceptor } from '../../../patients/accept/accept.js';
import { loadPatientsConfig } from '../../../patients/config.js';
import { toAcceptedRecord, type PaymentRecord } from '../../../patients/core/payment-record.js';
import { createDispatch } from '../../../patients/accept/dispatch.js';
import { retryUntil } from '../../../patients/accept/retry-until.js';

const logger = createLogger('test', 'test', 'silent');
const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const passing = (): Error => Object.assign(new Error('gone'), { code: 'ECONNREFUSED' });
const uuid = (number: number): string =>
  `00000000-0000-4000-8000-${String(number).padStart(12, '0')}`;

function manualClock(): Clock & { nowMs: number } {
  const clock = { nowMs: 1_000, now: () => clock.nowMs, wall: () => new Date(clock.nowMs) };
  return clock;
}

const newPayment = (id: string, key = id): NewPayment => ({
  id,
  patientId: uuid(1),
  batchId: null,
  batchIndex: null,
  redriveOf: null,
  idempotencyKey: key,
  fingerprint: 'f',
  answerWaited: false,
  amountMinor: 1,
  currency: 'USD',
  concept: null,
});
const pending = (id: string, key = id): PaymentRecord =>
  toAcceptedRecord(newPayment(id, key), { seq: 1, acceptedAt: new Date(0) }, 'patients_1');

describe('dispatch', () => {
  const create = (status = 'ready') => {
    const sent: Parcel[][] = [];
    const finish: (() => void)[] = [];
    const bull = {
      addBulk: (jobs: { data: Parcel }[]) =>
        new Promise<never[]>((resolve) => {
          sent.push(jobs.map(({ data }) => data));
          finish.push(() => resolve([]));
        }),
      waitUntilReady: async () => undefined,
    } as unknown as BullQueue;
    const dispatch = createDispatch({
      queue: createReconnectingQueue({ status: status as 'ready' }, () => bull),
      logger,
    });
    return { dispatch, sent, finish };
  };

  test('sends in order, one call at a time; ids that arrive during a call travel together', async () => {
    const { dispatch, sent, finish } = create();
    dispatch.send(['a'], ['trace']);
    dispatch.send(['b']);
    dispatch.send(['c', 'd']);
    expect(sent).toEqual([[{ ids: ['a'], traceparent: 'trace' }]]);
    finish[0]?.();
    await settle();
    expect(sent[1]).toEqual([{ ids: ['b', 'c', 'd'] }]);
    finish[1]?.();
    await dispatch.idle();
  });

  test('splits ids that exceed one parcel', async () => {
    const { dispatch, sent, finish } = create();
    dispatch.send(
      Array.from({ length: 1_050 }, (_, index) => String(index)),
      ['trace'],
    );
    expect(sent[0]?.map(({ ids, traceparent }) => [ids.length, traceparent])).toEqual([
      [500, 'trace'],
      [500, 'trace'],
      [50, 'trace'],
    ]);
    finish[0]?.();
    await dispatch.idle();
  });

  test('without Redis, drops its ids and keeps nothing', async () => {
    const { dispatch, sent } = create('reconnecting');
    dispatch.send(['a']);
    await dispatch.idle();
    expect(sent).toEqual([]);
  });
});

describe('accept', () => {
  type Answer = (values: unknown[]) => unknown[] | Error;
  const create = (lane: Answer, reads: Answer = () => []) => {
    const sent: string[] = [];
    const db = (answer: Answer): Queryable => ({
      query: (async ({ values }: QueryConfig) => {
        const rows = answer(values as unknown[]);
        if (rows instanceof Error) throw rows;
        return { rows };
      }) as unknown as Queryable['query'],
    });
    const acceptor = createAcceptor({
      inserts: db(lane),
      reads: db(reads),
      clock: manualClock(),
      dispatch: { send: (ids) => void sent.push(...ids), idle: async () => undefined },
      config: { id: 'patients_1', acceptGroupMax: 500, acceptQueueMax: 10, acceptRetryMs: 3_000 },
    });
    return { acceptor, sent };
  };
  const inserted = (values: unknown[]): unknown[] => {
    const ids = (values[2] as string).slice(1, -1).split(',');
    return [{ ids, seqs: ids.map((_, index) => index + 1), acceptedMs: ids.map(() => 7) }];
  };
  const nothing = [{ ids: null, seqs: null, acceptedMs: null }];

  test('an inserted payment returns its row and is enqueued', async () => {
    const { acceptor, sent } = create(inserted);
    const row = await acceptor.accept({ payment: newPayment('a') });
    expect([row?.id, row?.acceptedAt, row?.acceptedBy, sent]).toEqual([
      'a',
      new Date(7),
      'patients_1',
      ['a'],
    ]);
  });

  test('an existing key returns the earlier row, which is not enqueued again', async () => {
    const { acceptor, sent } = create(
      () => nothing,
      () => [pending('earlier', 'key')],
    );
    expect([(await acceptor.accept({ payment: newPayment('a', 'key') }))?.id, sent]).toEqual([
      'earlier',
      [],
    ]);
  });

  test('an insert whose answer was lost finds its own row and enqueues it', async () => {
    let tries = 0;
    const { acceptor, sent } = create(
      () => ((tries += 1) === 1 ? passing() : nothing),
      () => [pending('a', 'key')],
    );
    expect([(await acceptor.accept({ payment: newPayment('a', 'key') }))?.id, tries, sent]).toEqual(
      ['a', 2, ['a']],
    );
  });

  test('no row after an insert with an unknown result is UNAVAILABLE, because the first insert may still run', async () => {
    let tries = 0;
    const { acceptor } = create(() => ((tries += 1) === 1 ? passing() : nothing));
    const accepted = acceptor.accept({ payment: newPayment('a', 'key') });
    await expect(accepted).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    expect(tries).toBe(2);
  });

  test('no row at all means that the patient does not exist', async () => {
    const { acceptor } = create(() => nothing);
    expect(await acceptor.accept({ payment: newPayment('a') })).toBeNull();
  });
});

describe('retries', () => {
  const create = () => {
    const clock = manualClock();
    const pauses: number[] = [];
    const pause = async (ms: number): Promise<void> => {
      pauses.push(ms);
      clock.nowMs += ms;
    };
    return { patience: { clock, giveUpAtMs: clock.nowMs + 500, pause }, pauses };
  };

  test('end with the first success', async () => {
    const { patience, pauses } = create();
    let tries = 0;
    expect(
      await retryUntil(async () => {
        if ((tries += 1) < 3) throw passing();
        return 'there';
      }, patience),
    ).toBe('there');
    expect(pauses).toEqual([25, 50]);
  });

  test('end with UNAVAILABLE and Retry-After at the deadline', async () => {
    const { patience, pauses } = create();
    const error = await retryUntil(() => Promise.reject(passing()), patience).catch(
      (thrown: unknown) => thrown as Problem,
    );
    expect(error).toMatchObject({ code: 'UNAVAILABLE', extra: { retryAfterSeconds: 1 } });
    expect(pauses).toEqual([25, 50, 100, 200]);
  });

  test('do not repeat an error that is not transient', async () => {
    const { patience, pauses } = create();
    await expect(retryUntil(() => Promise.reject(new Error('wrong')), patience)).rejects.toThrow(
      'wrong',
    );
    expect(pauses).toEqual([]);
  });
});

describe('the configuration', () => {
  const good = {
    DATABASE_URL: 'postgres://x/y',
    REDIS_URL: 'redis://x',
    API_TOKEN: 'a',
    OPERATOR_TOKEN: 'b',
    INTERNAL_TOKEN: 'c',
  };
  const problems = (env: NodeJS.ProcessEnv): readonly string[] => {
    try {
      loadPatientsConfig({ ...good, ...env });
      return [];
    } catch (error) {
      return (error as ConfigError).problems;
    }
  };

  test('requires the two addresses and the three tokens, and names all of them at once', () => {
    expect(() => loadPatientsConfig({})).toThrow(/^Configuration has 5 problem/);
    expect(() => loadPatientsConfig({})).toThrow(
      /DATABASE_URL.*REDIS_URL.*API_TOKEN.*OPERATOR_TOKEN.*INTERNAL_TOKEN/s,
    );
    expect(problems({})).toEqual([]);
  });

  test.each([
    ['postgres://x/y', {}, 3_000],
    ['postgres://user:a,b@x:1/y', {}, 3_000],
    ['postgres://x/y?options=a,b', {}, 3_000],
    ['postgres://a:1,b:2/y?target_session_attrs=read-write', {}, 30_000],
    ['postgres://x/y', { ACCEPT_RETRY_MS: '12000' }, 12_000],
  ])('the patience with %p and %p is %p', (url, given, patienceMs) => {
    const env = { ...good, DATABASE_URL: url, ...given };
    expect(loadPatientsConfig(env).acceptRetryMs).toBe(patienceMs);
  });

  test.each([
    [{ ACCEPT_GROUP_MAX: '100', ACCEPT_QUEUE_MAX: '99' }, 'ACCEPT_GROUP_MAX'],
    [{ STATEMENT_TIMEOUT_MS: '3000', ACCEPT_RETRY_MS: '3000' }, 'STATEMENT_TIMEOUT_MS'],
    [{ OPERATOR_TOKEN: 'a' }, 'API_TOKEN'],
    [{ DEFAULT_CURRENCY: 'XXX' }, 'DEFAULT_CURRENCY'],
    [{ TRUST_PROXY: 'everybody' }, 'TRUST_PROXY'],
    [{ TRUST_PROXY: '10.0.0.0/33' }, 'TRUST_PROXY'],
    [{ PUBLIC_URL: 'javascript:alert(1)' }, 'PUBLIC_URL'],
    [{ PUBLIC_URL: 'https://example.org/path' }, 'PUBLIC_URL'],
  ])('%p is contradictory', (env, named) =>
    expect(problems(env)).toEqual([expect.stringContaining(named)]),
  );
});
