/**
 * Planning and settling parcels: I7, payments of one patient never overtake each other, retries
 * included.
 */
import { describe, expect, test } from '@jest/globals';
import { Blocked } from '../../../payments/core/blocked.js';
import {
  planParcel,
  settleParcel,
  type ChargeAnswer,
  type PlannedPayment,
} from '../../../payments/core/parcel.js';
import { backoffMs, isLastAttempt, retryAfterMs } from '../../../payments/core/retry.js';
import { seededRandom } from '../../../shared/random.js';

const payment = (
  seq: number,
  patientId: string,
  rest: Partial<PlannedPayment> = {},
): PlannedPayment => ({
  id: `p${seq}`,
  seq,
  patientId,
  attempts: 0,
  failingMs: 0,
  waitMs: 0,
  ...rest,
});
const policy = { leastAttempts: 3, giveUpAfterMs: 10_000, baseMs: 100, capMs: 1000 };
const SUCCEEDED: ChargeAnswer = { kind: 'succeeded', reference: 'r' };
const AGAIN: ChargeAnswer = { kind: 'again', error: 'timeout' };

describe('planParcel', () => {
  test('all due payments are charged, oldest first', () => {
    const rows = [payment(1, 'a'), payment(2, 'b'), payment(3, 'a')];
    expect(planParcel(rows, new Set())).toEqual({ charge: rows, defer: [] });
  });

  test('payments in flight in an earlier parcel are skipped', () => {
    const rows = [payment(1, 'a'), payment(2, 'a')];
    expect(planParcel(rows, new Set(['p1'])).charge.map(({ id }) => id)).toEqual(['p2']);
  });

  test('behind a payment that waits, the patient’s later ones wait as long; other patients do not', () => {
    const rows = [
      payment(1, 'a', { waitMs: 500 }),
      payment(2, 'b'),
      payment(3, 'a'),
      payment(4, 'a', { waitMs: 900 }),
    ];
    const plan = planParcel(rows, new Set());
    expect(plan.charge.map(({ id }) => id)).toEqual(['p2']);
    expect(plan.defer).toEqual([{ id: 'p3', attempts: 0, waitMs: 500, lastError: null }]);
  });
});

describe('settleParcel', () => {
  const settle = (
    charged: { payment: PlannedPayment; answer: ChargeAnswer }[],
    blocked = new Blocked(),
    nowMs = 0,
  ) => settleParcel({ charged, blocked, policy, nowMs, draw: () => 1 });

  test.each<[ChargeAnswer, object]>([
    [SUCCEEDED, { status: 'SUCCEEDED', attempts: 1, reason: null, gatewayReference: 'r' }],
    [
      { kind: 'declined', reference: 'r', reason: 'NO_FUNDS' },
      { status: 'DECLINED', attempts: 1, reason: 'NO_FUNDS', gatewayReference: 'r' },
    ],
    [
      { kind: 'failed', reason: 'GATEWAY_UNAVAILABLE' },
      { status: 'FAILED', attempts: 1, reason: 'GATEWAY_UNAVAILABLE', gatewayReference: null },
    ],
  ])('answer %j is final', (answer, expected) => {
    expect(settle([{ payment: payment(1, 'a'), answer }]).outcomes).toEqual([
      { id: 'p1', ...expected },
    ]);
  });

  test('a payment that must be retried holds back its patient’s later ones, charged or not', () => {
    const blocked = new Blocked();
    const { outcomes, waits } = settle(
      [
        { payment: payment(1, 'a'), answer: AGAIN },
        { payment: payment(2, 'a'), answer: SUCCEEDED },
        { payment: payment(3, 'b'), answer: SUCCEEDED },
      ],
      blocked,
    );
    expect(outcomes.map(({ id }) => id)).toEqual(['p3']);
    expect(waits).toEqual([
      { id: 'p1', attempts: 1, waitMs: 100, lastError: 'timeout' },
      { id: 'p2', attempts: 0, waitMs: 100, lastError: null },
    ]);
    expect([
      blocked.size,
      blocked.dueBefore('a', 1),
      blocked.dueBefore('a', 2),
      blocked.dueBefore('b', 9),
    ]).toEqual([1, null, 100, null]);
  });

  test('a call that is no attempt is not counted, and its wait grows with the time of failure', () => {
    const answer: ChargeAnswer = { kind: 'again', error: 'ECONNREFUSED', uncounted: true };
    expect(settle([{ payment: payment(1, 'a'), answer }]).waits).toMatchObject([
      { attempts: 0, waitMs: 100, lastError: 'ECONNREFUSED' },
    ]);
    expect(settle([{ payment: payment(1, 'a', { failingMs: 700 }), answer }]).waits).toMatchObject([
      { attempts: 0, waitMs: 700 },
    ]);
  });

  test('the wait that the gateway requests is honoured', () => {
    const answer: ChargeAnswer = {
      kind: 'again',
      error: 'gateway answered 429',
      uncounted: true,
      retryAfterMs: 900,
    };
    expect(settle([{ payment: payment(1, 'a'), answer }]).waits).toMatchObject([{ waitMs: 950 }]);
  });

  test('the next parcel, charged before the failure, holds back too', () => {
    const blocked = new Blocked();
    blocked.add(payment(1, 'a'), 100);
    expect(settle([{ payment: payment(4, 'a'), answer: SUCCEEDED }], blocked, 40)).toMatchObject({
      outcomes: [],
      waits: [{ id: 'p4', waitMs: 60 }],
    });
  });

  test('the block ends with the payment that made it', () => {
    const blocked = new Blocked();
    blocked.add(payment(1, 'a'), 100);
    const after = settle(
      [
        { payment: payment(1, 'a'), answer: SUCCEEDED },
        { payment: payment(2, 'a'), answer: SUCCEEDED },
      ],
      blocked,
      100,
    );
    expect(after.outcomes.map(({ id }) => id)).toEqual(['p1', 'p2']);
    expect(blocked.size).toBe(0);
  });

  test('a payment that waited behind it still holds back later ones until it is final itself', () => {
    const blocked = new Blocked();
    blocked.add(payment(1, 'a'), 100);
    settle([{ payment: payment(2, 'a'), answer: SUCCEEDED }], blocked, 40);
    const after = settle(
      [
        { payment: payment(1, 'a'), answer: SUCCEEDED },
        { payment: payment(3, 'a'), answer: SUCCEEDED },
      ],
      blocked,
      120,
    );
    expect([after.outcomes.map(({ id }) => id), after.waits]).toEqual([
      ['p1'],
      [{ id: 'p3', attempts: 0, waitMs: 0, lastError: null }],
    ]);
  });

  test('500 random histories: each patient’s outcomes arrive in the order of acceptance, and none is missing', () => {
    for (let seed = 0; seed < 500; seed += 1) expect(finishedInOrder(seed)).toBe(true);
  });

  test('control: without the block the same histories do overtake', () => {
    const overtaken = Array.from({ length: 50 }, (_, seed) => finishedInOrder(seed, true)).filter(
      (inOrder) => !inOrder,
    );
    expect(overtaken.length).toBeGreaterThan(0);
  });
});

/**
 * Plays random parcels of 30 payments of 3 patients through plan and settle, two in flight, until
 * all are final.
 */
function finishedInOrder(seed: number, forgetBlocks = false): boolean {
  const random = seededRandom(seed);
  const rows = Array.from({ length: 30 }, (_, index) =>
    payment(index, `patient-${random.below(3)}`),
  );
  const due = new Map<string, number>();
  const final: PlannedPayment[] = [];
  const pending = () => rows.filter((row) => !final.includes(row));
  const blocked = new Blocked();
  for (let nowMs = 0; pending().length > 0; nowMs += 25) {
    if (nowMs > 1_000_000) throw new Error(`seed ${seed} never ends`);
    const load = () => {
      const asked = pending().slice(random.below(5), random.below(15) + 5);
      return pending()
        .filter((row) =>
          asked.some((other) => other.patientId === row.patientId && other.seq >= row.seq),
        )
        .map((row) => ({ ...row, waitMs: Math.max(0, (due.get(row.id) ?? 0) - nowMs) }));
    };
    const inFlight = new Set<string>();
    const plans = [load(), load()].map((loaded) => {
      const plan = planParcel(loaded, inFlight);
      for (const { id } of plan.charge) inFlight.add(id);
      return plan;
    });
    for (const plan of plans) {
      const charged = plan.charge.map((row) => ({
        payment: row,
        answer: random.next() < 0.3 ? AGAIN : SUCCEEDED,
      }));
      const settled = settleParcel({
        charged,
        blocked: forgetBlocks ? new Blocked() : blocked,
        policy,
        nowMs,
        draw: () => random.next(),
      });
      for (const { id, waitMs } of [...settled.waits, ...plan.defer]) due.set(id, nowMs + waitMs);
      for (const { id } of settled.outcomes)
        final.push(rows.find((row) => row.id === id) as PlannedPayment);
    }
  }
  return final.every(
    (row, index) =>
      !final
        .slice(index + 1)
        .some((later) => later.patientId === row.patientId && later.seq < row.seq),
  );
}

const COUNTED = { attempts: 1, failingMs: 0, isCounted: true, retryAfterMs: 0 };

describe('retry', () => {
  test.each([
    [1, 0, 50],
    [1, 1, 100],
    [2, 1, 200],
    [3, 1, 400],
    [5, 1, 1000],
    [60, 1, 1000],
  ])('after attempt %i with draw %d the wait is %d ms', (attempts, draw, expected) => {
    expect(backoffMs(policy, { ...COUNTED, attempts }, draw)).toBe(expected);
  });

  test.each([
    [0, 0, 100],
    [0, 60, 100],
    [0, 300, 300],
    [2, 300, 300],
    [0, 60_000, 1000],
  ])(
    'after %i attempts, and a try that was none, %i ms after the first failure, the wait is %i ms',
    (attempts, failingMs, expected) => {
      expect(backoffMs(policy, { ...COUNTED, attempts, failingMs, isCounted: false }, 1)).toBe(
        expected,
      );
    },
  );

  test.each([
    [0, 0, 50],
    [900, 0, 900],
    [900, 1, 950],
    [3_600_000, 0, 1000],
    [3_600_000, 1, 1000],
  ])(
    'asked to wait %i ms, with draw %d, the wait is %i ms: not less, up to the cap',
    (retryAfterMs, draw, expected) => {
      expect(backoffMs(policy, { ...COUNTED, retryAfterMs }, draw)).toBe(expected);
    },
  );

  test.each([
    ['after many attempts within a short outage', 50, 9_999, false],
    ['after a long outage in which no call could be made', 1, 60_000, false],
    ['after enough attempts and enough time', 2, 10_000, true],
  ])('%s the next attempt is the last: %4$s', (_name, attempts, failingMs, expected) => {
    expect(isLastAttempt(policy, { attempts, failingMs })).toBe(expected);
  });

  test.each([
    ['2', 2_000],
    [' 0 ', 0],
    ['Sat, 28 Nov 2026 10:00:05 GMT', 5_000],
    ['Sat, 28 Nov 2026 09:00:00 GMT', 0],
    [undefined, null],
    ['', null],
    ['-1', null],
    ['soon', null],
    ['1e99', null],
  ])('Retry-After %j is %j ms', (header, expected) => {
    expect(retryAfterMs(header, new Date('2026-11-28T10:00:00Z'))).toBe(expected);
  });
});
