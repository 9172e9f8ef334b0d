/** A batch whose database fails for a while, with a clock that advances with every attempt. */
import type { Problem } from '../../../shared/errors.js';
import type { Queryable } from '../../../shared/postgres/postgres.js';
import { ALWAYS_ACCEPTING } from '../../../patients/accept/acceptance.js';
import { fireBatch, type BatchDeps } from '../../../patients/accept/batches.js';

const PATIENT = '00000000-0000-4000-8000-000000000001';
const RETRY_MS = 3_000;
const TRY_MS = 1_000;
const passing = (): Error => Object.assign(new Error('gone'), { code: 'ECONNREFUSED' });

/** @param knownFails how many of the first reads of the patients fail. */
function create(knownFails: number) {
  const clock = { nowMs: 0, now: () => clock.nowMs, wall: () => new Date(clock.nowMs) };
  const tries = { known: 0, register: 0 };
  const reads = {
    query: async () => {
      tries.register += 1;
      clock.nowMs += TRY_MS;
      throw passing();
    },
  } as unknown as Queryable;
  const known = async (): Promise<ReadonlySet<string>> => {
    tries.known += 1;
    clock.nowMs += TRY_MS;
    if (tries.known <= knownFails) throw passing();
    return new Set([PATIENT]);
  };
  const deps = {
    reads,
    clock,
    patients: { known, some: async () => [] },
    outcomes: { room: 10 },
    acceptance: ALWAYS_ACCEPTING,
    backlog: { admit: () => true, settled: () => undefined },
    config: {
      id: 'patients_1',
      acceptGroupMax: 500,
      acceptRetryMs: RETRY_MS,
      batchTimeoutMs: 0,
      defaultCurrency: 'USD',
      defaultAmountMinor: 1,
    },
  } as unknown as BatchDeps;
  const body = { count: 1, patientId: PATIENT };
  const answer = fireBatch(deps, {
    body,
    idempotencyKey: 'key',
    clientGone: new AbortController().signal,
  });
  return { clock, tries, code: answer.catch((error: unknown) => (error as Problem).code) };
}

test('the steps of a batch before its payments share one deadline', async () => {
  const { clock, tries, code } = create(2);
  expect(await code).toBe('UNAVAILABLE');
  expect(tries).toEqual({ known: 3, register: 1 });
  expect(clock.nowMs).toBeLessThanOrEqual(RETRY_MS + TRY_MS);
});

test('the first step may use the whole deadline', async () => {
  const { tries, code } = create(0);
  expect(await code).toBe('UNAVAILABLE');
  expect(tries).toEqual({ known: 1, register: 2 });
});
