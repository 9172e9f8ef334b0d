/**
 * A payment that PostgreSQL does not accept: found by halves, set aside, retried, never overtaken
 * by later ones of its patient (I7).
 */
import { describe, expect, test } from '@jest/globals';
import { attemptWrite } from '../../../payments/attempt-write.js';
import { ParcelPipeline } from '../../../payments/core/parcel-pipeline.js';
import type { WorkEffect } from '../../../payments/core/work-effects.js';
import { SetAside } from '../../../payments/core/set-aside.js';
import type { PendingPayment } from '../../../shared/postgres/ledger.js';
import {
  describeRefusal,
  isFromServer,
  isTransient,
  isRefused,
} from '../../../shared/postgres/postgres.js';

const POLICY = { leastAttempts: 3, giveUpAfterMs: 10_000, baseMs: 100, capMs: 1_000 };
const at = (nowMs: number) => ({ nowMs, draw: () => 1 });
const payment = (seq: number, patientId = `patient-${seq}`): PendingPayment => ({
  id: `p${seq}`,
  seq,
  patientId,
  amountMinor: 100,
  currency: 'USD',
  attempts: 0,
  failingMs: 0,
  waitMs: 0,
});

function words(effects: readonly WorkEffect[]): string[] {
  return effects.map((effect) => {
    if (effect.type === 'commit')
      return `${effect.wary ? 'wary ' : ''}commit ${effect.outcomes.map(({ id }) => id).join()}`;
    if (effect.type === 'defer')
      return `defer ${effect.waits.map(({ id, waitMs, lastError }) => `${id} ${waitMs} ${lastError ?? '-'}`).join()}`;
    if (effect.type === 'announce') return `announce ${effect.outcomes.map(({ id }) => id).join()}`;
    if (effect.type === 'set-aside') return `${effect.reason} ${effect.ids.join()}`;
    if (effect.type === 'charge') return `charge ${effect.payment.id}`;
    if (effect.type === 'wake') return `wake in ${effect.ms}`;
    if (effect.type === 'load') return `load ${effect.ids.join()}`;
    return `${effect.type} ${effect.work}`;
  });
}

/** One parcel whose payments were all charged. @returns what the line asks for then. */
function charged(
  line: ParcelPipeline,
  work: number,
  payments: readonly PendingPayment[],
  nowMs = 1_000,
): string[] {
  line.onArrived(
    work,
    payments.map(({ id }) => id),
    at(nowMs),
  );
  const charges = line.onLoaded(work, payments, at(nowMs)).filter(({ type }) => type === 'charge');
  return charges.flatMap((_, index) =>
    words(line.onAnswered(work, index, { kind: 'succeeded', reference: 'r' }, at(nowMs))),
  );
}
const newLine = () => new ParcelPipeline({ term: 3, policy: POLICY, startMs: 0 });
const written = (line: ParcelPipeline, ids: string[], nowMs = 1_000) =>
  words(line.onCommitted({ held: true, ids }, at(nowMs)));
const rejected = (line: ParcelPipeline, nowMs = 1_000) => words(line.onRejected('no', at(nowMs)));

describe('a commit that the database refuses', () => {
  test('is halved until the payment at fault is alone; the others are written, and it waits with the reason', () => {
    const line = newLine();
    expect(
      charged(
        line,
        1,
        [1, 2, 3, 4].map((seq) => payment(seq)),
      ),
    ).toEqual(['commit p1,p2,p3,p4']);
    expect(rejected(line)).toEqual(['commit p1,p2']);
    expect(written(line, ['p1', 'p2'])).toEqual(['announce p1,p2', 'commit p3,p4']);
    expect(rejected(line)).toEqual(['commit p3']);
    expect(rejected(line)).toEqual(['refused p3', 'wake in 1000', 'commit p4']);
    expect(written(line, ['p4'])).toEqual(['announce p4', 'defer p3 1000 no']);
    expect(words(line.onDeferred({ held: true }, at(1_000)))).toEqual(['wake in 1000', 'done 1']);
    expect([line.parcelsInFlight, line.mustSkip('p3', 1_500), line.mustSkip('p3', 2_000)]).toEqual([
      0,
      true,
      false,
    ]);
  });

  test('later payments of the patient wait behind it: in the statement, in the commit queue, and when they come later', () => {
    const line = newLine();
    charged(line, 1, [payment(1, 'a'), payment(2, 'a'), payment(3, 'b')]);
    charged(line, 2, [payment(4, 'a'), payment(5, 'c')]);
    expect(rejected(line)).toEqual(['commit p1']);
    expect(rejected(line)).toEqual(['refused p1', 'wake in 1000', 'commit p3']);
    expect(written(line, ['p3'])).toEqual(['announce p3', 'defer p1 1000 no,p2 1000 -']);
    expect(words(line.onDeferred({ held: true }, at(1_000)))).toEqual([
      'wake in 1000',
      'done 1',
      'commit p5',
    ]);
    expect(written(line, ['p5'])).toEqual(['announce p5', 'defer p4 1000 -']);
    line.onDeferred({ held: true }, at(1_000));
    const waiting = [1, 2, 4].map((seq) => ({ ...payment(seq, 'a'), waitMs: 1_000 }));
    line.onArrived(3, ['p6'], at(1_000));
    expect(words(line.onLoaded(3, [...waiting, payment(6, 'a')], at(1_000)))).toEqual([
      'defer p6 1000 -',
    ]);
  });

  test('from then on it is written alone, and its waits grow', () => {
    const line = newLine();
    charged(line, 1, [payment(1, 'a')]);
    rejected(line);
    line.onDeferred({ held: true }, at(1_000));
    expect(charged(line, 2, [payment(1, 'a'), payment(2, 'b')], 2_000)).toEqual(['commit p1']);
    expect(rejected(line, 2_000)).toEqual(['refused p1', 'wake in 2000', 'commit p2']);
    expect(written(line, ['p2'], 2_000)).toEqual(['announce p2', 'defer p1 2000 no']);
  });

  test('when its deferral is refused too, the line remembers when it is due, whatever its row says', () => {
    const line = newLine();
    charged(line, 1, [payment(1, 'a')]);
    expect(rejected(line)).toEqual(['refused p1', 'wake in 1000', 'defer p1 1000 no']);
    expect(rejected(line)).toEqual(['refused p1', 'wake in 2000', 'done 1']);
    line.onArrived(2, ['p1'], at(2_500));
    expect(words(line.onLoaded(2, [payment(1, 'a')], at(2_500)))).toEqual(['done 2']);
    line.onArrived(3, ['p1'], at(3_000));
    expect(words(line.onLoaded(3, [payment(1, 'a')], at(3_000)))).toEqual(['charge p1']);
  });
});

describe('a commit that meets locked rows', () => {
  test('is repeated without them; they are checked before they are written again', () => {
    const line = newLine();
    charged(line, 1, [payment(1, 'a'), payment(2, 'b'), payment(3, 'a')]);
    expect(words(line.onLocked(['p1'], at(1_000)))).toEqual([
      'locked p1',
      'wake in 250',
      'commit p2',
    ]);
    expect(written(line, ['p2'])).toEqual(['announce p2', 'defer p3 250 -']);
    expect(words(line.onDeferred({ held: true }, at(1_000)))).toEqual(['wake in 250', 'done 1']);
    expect(charged(line, 2, [payment(1, 'a'), payment(3, 'a')], 1_250)).toEqual([
      'wary commit p1,p3',
    ]);
    expect(written(line, ['p1', 'p3'], 1_250)).toEqual(['announce p1,p3', 'done 2']);
    expect(charged(line, 3, [payment(4, 'a')], 1_300)).toEqual(['commit p4']);
  });

  test('a locked payment that became final by a statement whose answer was lost no longer blocks its patient', () => {
    const line = newLine();
    charged(line, 1, [payment(1, 'a')]);
    expect(words(line.onLocked(['p1'], at(1_000)))).toEqual(['locked p1', 'wake in 250', 'done 1']);
    expect(charged(line, 2, [payment(2, 'a')], 1_100)).toEqual(['commit p2']);
  });

  test('the payments deferred behind it and became final by the same statement no longer block their patient', () => {
    const line = newLine();
    charged(line, 1, [payment(1, 'a'), payment(2, 'a'), payment(3, 'b')]);
    expect(words(line.onLocked(['p1'], at(1_000)))).toEqual([
      'locked p1',
      'wake in 250',
      'commit p3',
    ]);
    expect(written(line, ['p3'])).toEqual(['announce p3', 'defer p2 250 -']);
    expect(words(line.onDeferred({ held: true }, at(1_000)))).toEqual(['wake in 250', 'done 1']);
    expect(charged(line, 2, [payment(4, 'a')], 1_300)).toEqual(['commit p4']);
    expect(written(line, ['p4'], 1_300)).toEqual(['announce p4', 'done 2']);
  });
});

test('an amount that cannot be read exactly is not charged, and later payments of its patient wait', () => {
  const line = newLine();
  line.onArrived(1, ['p1', 'p2', 'p3'], at(1_000));
  const rows = [{ ...payment(1, 'a'), amountMinor: 2 ** 53 }, payment(2, 'a'), payment(3, 'b')];
  expect(words(line.onLoaded(1, rows, at(1_000)))).toEqual(['refused p1', 'charge p3']);
  expect(words(line.onAnswered(1, 0, { kind: 'succeeded', reference: 'r' }, at(1_000)))).toEqual([
    'commit p3',
  ]);
  expect(written(line, ['p3'])).toEqual(['announce p3', 'defer p2 1000 -']);
  expect(words(line.onDeferred({ held: true }, at(1_000)))).toEqual([
    'wake in 1000',
    'defer p1 1000 the amount is too large to read exactly',
  ]);
});

test('waits double up to their bound, which is shorter for locks', () => {
  const aside = new SetAside();
  const waits = (reason: 'refused' | 'locked') =>
    Array.from({ length: 8 }, () => aside.add('p', reason, 0));
  expect(waits('refused')).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000]);
  expect(waits('locked')).toEqual([250, 500, 1_000, 2_000, 2_000, 2_000, 2_000, 2_000]);
});

const sqlError = (code: string, rest: object = {}) =>
  Object.assign(new Error('Ann Smith is in the row'), { severity: 'ERROR', code, ...rest });

describe('errors of the server', () => {
  test.each([
    '22021',
    '22003',
    '22P02',
    '23514',
    '23502',
    '21000',
    '44000',
    '54000',
    'P0001',
    'XX001',
  ])('%s blames the data', (code) => {
    expect([isRefused(sqlError(code)), isTransient(sqlError(code))]).toEqual([true, false]);
  });

  test.each(['42P01', '42501', '57014', '40001', '55P03', '08006', '53300'])(
    '%s does not',
    (code) => {
      expect([isRefused(sqlError(code)), isFromServer(sqlError(code))]).toEqual([false, true]);
    },
  );

  test('a bug of this process is none of them', () => {
    expect([
      isRefused(new TypeError('x')),
      isFromServer(new TypeError('x')),
      isFromServer(Object.assign(new Error('x'), { code: 'EPIPE' })),
    ]).toEqual([false, false, false]);
  });

  test('the reason names the code and the constraint, and nothing of the row', () => {
    expect(
      describeRefusal(
        sqlError('23514', { constraint: `x\u0000é ${'y'.repeat(100)}`, detail: 'Ann Smith' }),
      ),
    ).toBe(`the database refuses the row: SQLSTATE 23514, constraint x???${'y'.repeat(59)}`);
  });
});

describe('one run of a statement', () => {
  const result = { held: true, ids: [], at: new Date(0) };
  const statement = (error: Error | null, locked: string[], isWary = false) => ({
    run: () => (error ? Promise.reject(error) : Promise.resolve(result)),
    locked: () => Promise.resolve(locked),
    isWary,
  });

  test('returns the written payments, or the reason', async () => {
    expect(await attemptWrite(statement(null, ['p1']))).toEqual({ written: result });
    expect(await attemptWrite(statement(null, ['p1'], true))).toEqual({ locked: ['p1'] });
    expect(await attemptWrite(statement(sqlError('55P03'), ['p1']))).toEqual({ locked: ['p1'] });
    expect(await attemptWrite(statement(sqlError('P0001'), []))).toEqual({
      refused: 'the database refuses the row: SQLSTATE P0001',
    });
  });

  test('a lock time-out without a locked payment is one: the row of the fence is locked, and the statement is repeated', async () => {
    await expect(attemptWrite(statement(sqlError('55P03'), []))).rejects.toMatchObject({
      code: '55P03',
    });
  });
});
