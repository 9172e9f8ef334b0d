/** The edges with everything outside of them faked: outcomes, dispatch, accept, retries, sessions, configuration. */
import type { QueryConfig } from 'pg';
import type { ConfigError } from '../../../shared/config.js';
import type { Clock } from '../../../shared/clock.js';
import type { Problem } from '../../../shared/errors.js';
import type { NewPayment } from '../../../shared/ledger.js';
import { createLogger } from '../../../shared/logger.js';
import type { Queryable } from '../../../shared/postgres.js';
import { createHealingQueue, type BullQueue } from '../../../shared/healing-queue.js';
import type { Parcel } from '../../../shared/queue.js';
import { createAcceptor } from '../../../patients/accept.js';
import { loadPatientsConfig } from '../../../patients/config.js';
import { acceptedRecord, type PaymentRecord } from '../../../patients/core/payment-record.js';
import { Countdown } from '../../../patients/countdown.js';
import { createDispatch } from '../../../patients/dispatch.js';
import { Outcomes } from '../../../patients/outcomes.js';
import { whilePassing } from '../../../patients/retry.js';
import { InMemorySessionStore } from '../../../patients/sessions.js';

const logger = createLogger('test', 'test', 'silent');
const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const passing = (): Error => Object.assign(new Error('gone'), { code: 'ECONNREFUSED' });
const stays = (): AbortSignal => new AbortController().signal;
const uuid = (number: number): string => `00000000-0000-4000-8000-${String(number).padStart(12, '0')}`;

function manualClock(): Clock & { nowMs: number } {
  const clock = { nowMs: 1_000, now: () => clock.nowMs, wall: () => new Date(clock.nowMs) };
  return clock;
}

const newPayment = (id: string, key = id): NewPayment => ({
  id, patientId: uuid(1), batchId: null, batchIndex: null, redriveOf: null, idempotencyKey: key, fingerprint: 'f', answerWaited: false,
  amountMinor: 1, currency: 'USD', concept: null,
});
const pending = (id: string, key = id): PaymentRecord => acceptedRecord(newPayment(id, key), { seq: 1, acceptedAt: new Date(0) }, 'patients_1');
const paid = (id: string): PaymentRecord => ({ ...pending(id), status: 'SUCCEEDED', completedAt: new Date(5), term: 1, processedBy: 's' });

describe('outcomes', () => {
  const create = (waitingMax = 10) => {
    const clock = manualClock();
    const finals = new Set<string>();
    const reads: string[][] = [];
    const outcomes = new Outcomes({
      readFinal: async (ids) => {
        reads.push([...ids]);
        return ids.filter((id) => finals.has(id)).map(paid);
      },
      clock, logger, config: { waitingMax, outcomePollMs: 250 },
    });
    const hint = (...ids: string[]): Promise<void> => outcomes.hinted(JSON.stringify({ payments: ids.map((id) => ({ id })) }));
    return { outcomes, clock, finals, reads, hint };
  };

  test('an event makes the row be read, and the row is what is told', async () => {
    const { outcomes, finals, hint } = create();
    const waiting = outcomes.wait(uuid(1), 10_000, stays());
    finals.add(uuid(1));
    await hint(uuid(1), uuid(2));
    expect((await waiting)?.status).toBe('SUCCEEDED');
  });

  test('an event without a final row tells nobody anything', async () => {
    const { outcomes, hint } = create();
    let told = 0;
    outcomes.watch(uuid(1), () => (told += 1));
    await hint(uuid(1));
    expect(told).toBe(0);
  });

  test('an event about payments nobody waits for reads nothing; one that cannot be read is ignored', async () => {
    const { outcomes, reads, hint } = create();
    outcomes.watch(uuid(1), () => undefined);
    await hint(uuid(7));
    await outcomes.hinted('no json');
    await outcomes.hinted('{"payments":"none"}');
    expect(reads).toEqual([]);
  });

  test('a lost event is healed by a look, but only for who has waited long enough', async () => {
    const { outcomes, clock, finals, reads } = create();
    const waiting = outcomes.wait(uuid(1), 10_000, stays());
    finals.add(uuid(1));
    clock.nowMs += 249;
    await outcomes.look();
    expect(reads).toEqual([]);
    clock.nowMs += 1;
    await outcomes.look();
    expect((await waiting)?.id).toBe(uuid(1));
  });

  test('a read that fails heals at the next look', async () => {
    const clock = manualClock();
    let reads = 0;
    const outcomes = new Outcomes({
      readFinal: async (ids) => {
        if ((reads += 1) === 1) throw passing();
        return ids.map(paid);
      },
      clock, logger, config: { waitingMax: 10, outcomePollMs: 250 },
    });
    const waiting = outcomes.wait(uuid(1), 10_000, stays());
    clock.nowMs += 250;
    await outcomes.look();
    await outcomes.look();
    expect((await waiting)?.id).toBe(uuid(1));
  });

  test('several who wait for one payment are all told', async () => {
    const { outcomes, finals, hint } = create();
    const waiting = [outcomes.wait(uuid(1), 10_000, stays()), outcomes.wait(uuid(1), 10_000, stays())];
    finals.add(uuid(1));
    await hint(uuid(1));
    expect((await Promise.all(waiting)).map((record) => record?.id)).toEqual([uuid(1), uuid(1)]);
  });

  test('who leaves, has no time, finds no room, or is released gets null, and nothing is kept', async () => {
    const { outcomes } = create(1);
    const leaving = new AbortController();
    const left = outcomes.wait(uuid(1), 10_000, leaving.signal);
    expect(await outcomes.wait(uuid(2), 10_000, stays())).toBeNull();
    leaving.abort();
    expect([await left, outcomes.room]).toEqual([null, 1]);
    expect(await outcomes.wait(uuid(3), 0, stays())).toBeNull();
    expect(await outcomes.wait(uuid(4), 1, stays())).toBeNull();
    const released = outcomes.wait(uuid(5), 10_000, stays());
    outcomes.release();
    expect([await released, outcomes.room]).toEqual([null, 0]);
  });

  test('a countdown ends with the last of its payments', async () => {
    const { outcomes, finals, hint } = create();
    const countdown = new Countdown(outcomes);
    for (const number of [1, 2]) countdown.add(uuid(number));
    let ended = false;
    const done = countdown.done(10_000, stays()).then(() => (ended = true));
    finals.add(uuid(1)).add(uuid(2));
    await hint(uuid(1));
    await settle();
    expect(ended).toBe(false);
    await hint(uuid(2));
    await done;
    expect(outcomes.room).toBe(10);
  });

  test('a countdown whose time is up watches nothing any more', async () => {
    const { outcomes } = create();
    const countdown = new Countdown(outcomes);
    countdown.add(uuid(1));
    await countdown.done(1, stays());
    expect(outcomes.room).toBe(10);
  });
});

describe('dispatch', () => {
  const create = (status = 'ready') => {
    const sent: Parcel[][] = [];
    const finish: (() => void)[] = [];
    const bull = {
      addBulk: (jobs: { data: Parcel }[]) => new Promise<never[]>((resolve) => {
        sent.push(jobs.map(({ data }) => data));
        finish.push(() => resolve([]));
      }),
      waitUntilReady: async () => undefined,
    } as unknown as BullQueue;
    const dispatch = createDispatch({ queue: createHealingQueue({ status: status as 'ready' }, () => bull), logger });
    return { dispatch, sent, finish };
  };

  test('sends in order, one call at a time; what comes meanwhile travels together', async () => {
    const { dispatch, sent, finish } = create();
    dispatch.send(['a'], 'trace');
    dispatch.send(['b']);
    dispatch.send(['c', 'd']);
    expect(sent).toEqual([[{ ids: ['a'], traceparent: 'trace' }]]);
    finish[0]?.();
    await settle();
    expect(sent[1]).toEqual([{ ids: ['b', 'c', 'd'] }]);
    finish[1]?.();
    await dispatch.idle();
  });

  test('splits what is too much for one parcel', () => {
    const { dispatch, sent } = create();
    dispatch.send(Array.from({ length: 450 }, (_, index) => String(index)), 'trace');
    expect(sent[0]?.map(({ ids, traceparent }) => [ids.length, traceparent])).toEqual([[200, 'trace'], [200, undefined], [50, undefined]]);
  });

  test('without Redis drops what it has and keeps nothing', async () => {
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
      lane: db(lane), reads: db(reads), clock: manualClock(),
      dispatch: { send: (ids) => void sent.push(...ids), idle: async () => undefined },
      config: { id: 'patients_1', acceptGroupMax: 500, acceptQueueMax: 10, acceptRetryMs: 3_000 },
    });
    return { acceptor, sent };
  };
  const inserted = (values: unknown[]): unknown[] =>
    (values[2] as string[]).map((id, index) => ({ id, seq: index + 1, acceptedAt: new Date(7) }));

  test('what is inserted is the row, and goes to the queue', async () => {
    const { acceptor, sent } = create(inserted);
    const row = await acceptor.accept({ payment: newPayment('a') });
    expect([row?.id, row?.acceptedAt, row?.acceptedBy, sent]).toEqual(['a', new Date(7), 'patients_1', ['a']]);
  });

  test('a key that is there gives the earlier row, which is not sent again', async () => {
    const { acceptor, sent } = create(() => [], () => [pending('earlier', 'key')]);
    expect([(await acceptor.accept({ payment: newPayment('a', 'key') }))?.id, sent]).toEqual(['earlier', []]);
  });

  test('an insert whose answer was lost finds itself, and goes to the queue', async () => {
    let tries = 0;
    const { acceptor, sent } = create(() => ((tries += 1) === 1 ? passing() : []), () => [pending('a', 'key')]);
    expect([(await acceptor.accept({ payment: newPayment('a', 'key') }))?.id, tries, sent]).toEqual(['a', 2, ['a']]);
  });

  test('no row at all means no such patient', async () => {
    const { acceptor } = create(() => []);
    expect(await acceptor.accept({ payment: newPayment('a') })).toBeNull();
  });
});

describe('trying again', () => {
  const create = () => {
    const clock = manualClock();
    const pauses: number[] = [];
    const pause = async (ms: number): Promise<void> => {
      pauses.push(ms);
      clock.nowMs += ms;
    };
    return { patience: { clock, patienceMs: 500, pause }, pauses };
  };

  test('ends with the first success', async () => {
    const { patience, pauses } = create();
    let tries = 0;
    expect(await whilePassing(async () => {
      if ((tries += 1) < 3) throw passing();
      return 'there';
    }, patience)).toBe('there');
    expect(pauses).toEqual([25, 50]);
  });

  test('ends with UNAVAILABLE and Retry-After when the time is up', async () => {
    const { patience, pauses } = create();
    const error = await whilePassing(() => Promise.reject(passing()), patience).catch((thrown: unknown) => thrown as Problem);
    expect(error).toMatchObject({ code: 'UNAVAILABLE', extra: { retryAfterSeconds: 1 } });
    expect(pauses).toEqual([25, 50, 100, 200]);
  });

  test('does not try again what will not pass', async () => {
    const { patience, pauses } = create();
    await expect(whilePassing(() => Promise.reject(new Error('wrong')), patience)).rejects.toThrow('wrong');
    expect(pauses).toEqual([]);
  });
});

describe('sessions', () => {
  test('count their visits; an unknown id begins a new one', async () => {
    const store = new InMemorySessionStore(10);
    const first = await store.visit(null);
    expect(await store.visit(first.id)).toEqual({ id: first.id, views: 2 });
    const stranger = await store.visit('guessed');
    expect([stranger.id === 'guessed', stranger.views]).toEqual([false, 1]);
  });

  test('are bounded: the one not visited for longest goes', async () => {
    const store = new InMemorySessionStore(2);
    const [one, two] = [await store.visit(null), await store.visit(null)];
    await store.visit(one.id);
    await store.visit(null);
    expect((await store.visit(one.id)).views).toBe(3);
    expect((await store.visit(two.id)).views).toBe(1);
  });
});

describe('the configuration', () => {
  const good = { DATABASE_URL: 'postgres://x/y', REDIS_URL: 'redis://x', API_TOKEN: 'a', OPERATOR_TOKEN: 'b', INTERNAL_TOKEN: 'c' };
  const problems = (env: NodeJS.ProcessEnv): readonly string[] => {
    try {
      loadPatientsConfig({ ...good, ...env });
      return [];
    } catch (error) {
      return (error as ConfigError).problems;
    }
  };

  test('needs the two addresses and the three tokens, all named at once', () => {
    expect(() => loadPatientsConfig({})).toThrow(/^Configuration has 5 problem/);
    expect(() => loadPatientsConfig({})).toThrow(/DATABASE_URL.*REDIS_URL.*API_TOKEN.*OPERATOR_TOKEN.*INTERNAL_TOKEN/s);
    expect(problems({})).toEqual([]);
  });

  test.each([
    [{ ACCEPT_GROUP_MAX: '100', ACCEPT_QUEUE_MAX: '99' }, 'ACCEPT_GROUP_MAX'],
    [{ STATEMENT_TIMEOUT_MS: '3000', ACCEPT_RETRY_MS: '3000' }, 'STATEMENT_TIMEOUT_MS'],
    [{ OPERATOR_TOKEN: 'a' }, 'API_TOKEN'],
    [{ DEFAULT_CURRENCY: 'XXX' }, 'DEFAULT_CURRENCY'],
  ])('%p does not fit together', (env, named) => expect(problems(env)).toEqual([expect.stringContaining(named)]));
});
