/** The output of the commands: every line within 80 columns, every number in its place. */
import type { Batch } from '../../../shared/contracts/batch.js';
import type { Payment } from '../../../shared/contracts/payment.js';
import {
  formatProgress,
  formatBatch,
  getBatchExitCode,
  getLeaders,
  formatPercent,
} from '../../../cli/commands/batch-text.js';
import { formatElection, formatLeaders } from '../../../cli/commands/leaders-text.js';
import {
  formatHandover,
  formatLeadership,
  formatBeforeState,
  formatState,
} from '../../../cli/commands/leadership-text.js';
import {
  formatDue,
  formatIntent,
  formatPayment,
  getExitCode,
} from '../../../cli/commands/pay-text.js';
import { formatPatients, formatPayments } from '../../../cli/commands/records-text.js';
import { toFailureDocument, formatFailure, wrongArguments } from '../../../cli/failure.js';
import { paintNothing, stripColours } from '../../../cli/output/paint.js';

const fits = (text: string): void =>
  text.split('\n').forEach((line) => expect(stripColours(line).length).toBeLessThanOrEqual(80));

const ID = '01a1ff62-df46-75c7-849f-04ec5539f468';

const PAID: Payment = {
  id: ID,
  status: 'SUCCEEDED',
  exit_granted: true,
  patientId: ID,
  amountMinor: 15_000,
  currency: 'USD',
  concept: 'Bed 12',
  kind: 'charge',
  of: null,
  batchId: null,
  redriveOf: null,
  acceptedBy: 'patients_1',
  acceptedAt: '2026-11-21T18:33:52.323Z',
  processedBy: 'server_1',
  term: 3,
  attempts: 2,
  reason: null,
  completedAt: '2026-11-21T18:33:52.457Z',
  latencyMs: 134,
};

const WAITING: Payment = {
  ...PAID,
  status: 'PENDING',
  exit_granted: false,
  processedBy: null,
  term: null,
  attempts: 0,
  completedAt: null,
  latencyMs: null,
};

describe('a payment', () => {
  it('shows its life', () => {
    const text = formatPayment(PAID, paintNothing).join('\n');
    fits(text);
    expect(text).toMatch(/accepted +\d\d:\d\d:52\.323 {2}by patients_1/);
    expect(text).toMatch(
      /succeeded +\d\d:\d\d:52\.457 {2}by server_1 in term 3, after 134 ms, attempt 2/,
    );
    expect(text).toContain('The patient may leave');
    fits(formatIntent(15_000, 'USD', 'Carlos Guerrero Vargas, document 107919317', ID));
  });

  it('without an exit pass does not let the patient leave', () => {
    const text = formatPayment({ ...PAID, exit_granted: false }, paintNothing).join('\n');
    expect([text.includes('may leave'), text.includes('no exit pass yet')]).toEqual([false, true]);
  });
  it.each([
    [{ kind: 'authorize' }, 'The money is held'],
    [{ kind: 'void' }, 'is released'],
    [{ kind: 'refund' }, 'is returned to the patient'],
    [{ status: 'FAILED', reason: 'CANCELLED' }, 'It is not re-driven'],
  ] as const)('that is %j is not called paid or failed', (rest, meaning) => {
    const text = formatPayment({ ...PAID, exit_granted: false, ...rest }, paintNothing).join('\n');
    expect(text).toContain(meaning);
    expect(text).not.toMatch(/It is paid|can re-drive it/);
  });
  it('in the test currency moves no money', () => {
    const test = { ...PAID, exit_granted: false, currency: 'XTS' };
    expect(formatPayment(test, paintNothing).join('\n')).toContain('It is a test payment');
  });
  it('is followed by what is still due, per currency', () => {
    const due = [
      { amountMinor: 421_700, currency: 'USD' },
      { amountMinor: 500, currency: 'JPY' },
    ];
    expect([formatDue(due), formatDue([])]).toEqual(['Still due: 4217.00 USD, 500 JPY.', null]);
  });
  it('that is pending recommends a retry', () =>
    expect(formatPayment(WAITING, paintNothing).join('\n')).toContain(
      'a retry with the same key does not pay twice',
    ));
  it('that was declined shows the reason', () => {
    const text = formatPayment(
      { ...PAID, status: 'DECLINED', reason: 'INSUFFICIENT_FUNDS' },
      paintNothing,
    ).join('\n');
    expect(text).toMatch(/because +INSUFFICIENT_FUNDS/);
    expect(text).toContain('no money moved');
  });

  it.each([
    ['SUCCEEDED', 0],
    ['DECLINED', 1],
    ['FAILED', 1],
    ['PENDING', 2],
  ] as const)('%s ends with exit code %d', (status, code) =>
    expect(getExitCode({ status })).toBe(code),
  );
});

describe('a batch', () => {
  const one = (
    status: Payment['status'],
    processedBy: string | null,
    term: number | null,
    latencyMs: number | null,
  ): Batch['payments'][number] => ({
    id: ID,
    status,
    exit_granted: status === 'SUCCEEDED',
    processedBy,
    term,
    attempts: 1,
    latencyMs,
  });
  const batch: Batch = {
    batchId: ID,
    sent: 4,
    succeeded: 2,
    declined: 1,
    failed: 0,
    pending: 1,
    availability: 0.5,
    payments: [
      one('SUCCEEDED', 'server_3', 2, 30),
      one('SUCCEEDED', 'server_1', 1, 10),
      one('DECLINED', 'server_1', 1, 20),
      one('PENDING', null, null, null),
    ],
  };

  it('is shown by status, replica and term, ordered by term, with latencies', () => {
    const text = formatBatch({ batch, tookMs: 1_234, waiting: null }, paintNothing);
    fits(text);
    expect(text).toMatch(
      /succeeded +server_1 +1 +1 +1 +10 ms[^]*declined +server_1 +1 +1[^]*succeeded +server_3 +2 +1[^]*pending +- +- +1/,
    );
    expect(text).toContain('4 sent, 2 succeeded, 1 declined, 0 failed, 1 pending, in 1.2 s.');
    expect(text).toContain('Availability (succeeded of sent): 50.000 %');
    expect(text).toContain('p50 20 ms, p95 30 ms');
  });

  it('in one line shows progress and replicas', () => {
    expect(getLeaders(batch)).toEqual(['server_1 (term 1)', 'server_3 (term 2)']);
    expect(formatProgress(batch, getLeaders(batch))).toBe(
      '3 of 4 final: 2 succeeded, 1 declined, 0 failed; by server_1 (term 1), server_3 (term 2)',
    );
  });

  it.each([
    [{ sent: 2, succeeded: 2, pending: 0 }, 0],
    [{ sent: 2, succeeded: 1, pending: 0 }, 1],
    [{ sent: 2, succeeded: 1, pending: 1 }, 2],
  ])('%j ends with exit code %d', (counts, code) => expect(getBatchExitCode(counts)).toBe(code));
  it('is never rounded up to 100 %', () => {
    expect([formatPercent(1), formatPercent(0.9999999), formatPercent(0.99957)]).toEqual([
      '100.000 %',
      '99.999 %',
      '99.957 %',
    ]);
  });
});

describe('elections', () => {
  const election = {
    term: 2,
    leader: 'server_3',
    previousLeader: 'server_1',
    kind: 'kill',
    reason: 'server_1 closed its connection and refuses a new one',
    electedAt: '2026-11-21T18:34:34.010Z',
    leaderlessMs: 107,
  };
  it('are a table with the duration of each hand-over', () => {
    const text = formatLeaders([
      election,
      { ...election, term: 1, previousLeader: null, leaderlessMs: null },
    ]);
    fits(text);
    expect(text).toMatch(/2 {2}2026-11-2\d .* server_1 {2}server_3 {2}kill +107 ms {2}server_1/);
    expect(formatLeaders([])).toBe('There has been no election yet.');
    expect(formatElection(election)).toMatch(
      /server_3 leads in term 2 after server_1: server_1 closed/,
    );
  });
});

describe('moving the leadership', () => {
  const moved = {
    partition: 0,
    term: 4,
    leader: 'server_2',
    previous: 'server_1',
    drained: true,
    tookMs: 55.97,
  };
  it('shows the state before and the result after', () => {
    expect(formatLeadership('server_1', 3, ['server_2', 'server_3'])).toBe(
      'server_1 leads in term 3. Possible next leaders: server_2, server_3.',
    );
    expect(formatLeadership(null, 0, [])).toBe(
      'There is no leader now. Possible next leaders: no replica.',
    );
    expect(formatHandover(moved).replace('\n', ' ')).toBe(
      'server_2 leads in term 4, after server_1; the order took 56 ms. The old leader finished its payments in flight.',
    );
    expect(formatHandover({ ...moved, previous: 'server_2' })).toBe(
      'server_2 already leads, in term 4; nothing changed.',
    );
    expect(formatHandover({ ...moved, drained: false }).replace('\n', ' ')).toContain(
      'The new leader takes over the payments in flight.',
    );
  });
  it('explains a state, and whether the leadership moves', () => {
    const now = new Date('2026-11-30T11:00:00Z');
    expect(
      formatBeforeState('server_1', 'ready', 'drain', true, ['server_2']).replace('\n', ' '),
    ).toContain('It leads now; possible next leaders: server_2.');
    expect(
      formatState(
        { id: 'server_1', admin: 'drain', reason: 'x', leader: 'server_2', term: 4 },
        'server_1',
        now,
      ),
    ).toBe('server_1 is set to drain. server_2 leads now, in term 4.');
    const until = '2026-11-30T12:30:00Z';
    const answer = { id: 'server_1', admin: 'maint', reason: 'x', leader: 'server_2', term: 4 };
    expect(formatState({ ...answer, until }, 'server_2', now).replace('\n', ' ')).toBe(
      'server_1 is set to maint until 2026-11-30 12:30:00 UTC (in 90 min). server_2 leads, in term 4.',
    );
    expect(
      formatState(
        { id: 'server_1', admin: 'ready', reason: 'x', leader: null, term: 4 },
        null,
        now,
      ),
    ).toContain('There is no leader.');
  });
});

describe('records', () => {
  it('are tables', () => {
    const list = formatPayments(
      [PAID, { ...WAITING, acceptedAt: '2026-11-20T10:00:00Z' }],
      'CURSOR',
      { now: new Date('2026-11-21T20:00:00Z'), status: null },
    );
    fits(list);
    expect(list).toContain(ID);
    expect(list).toContain('--cursor CURSOR');
    const now = new Date();
    expect(formatPayments([], null, { now, status: null })).toBe('No payments');
    expect(formatPayments([], null, { now, status: 'FAILED' })).toBe('No failed payments');
    const people = formatPatients(
      [{ id: ID, document: '107919317', name: 'Carlos Guerrero Vargas' }],
      null,
    );
    fits(people);
    expect(people).toContain('107919317');
  });
});

test('a failure is a sentence with advice, and a document for programs', () => {
  const failure = wrongArguments('It is wrong.', 'Do it right.');
  expect(formatFailure(failure)).toBe('It is wrong.\nDo it right.');
  expect(toFailureDocument(failure)).toEqual({
    error: { code: 'WRONG_ARGUMENTS', message: 'It is wrong.', hint: 'Do it right.', exitCode: 4 },
  });
});
