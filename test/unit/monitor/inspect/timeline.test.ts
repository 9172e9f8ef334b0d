/** The history of a payment in words, for every possible course. */
import type { StoryFacts, StoryTerm } from '../../../../monitor/inspect/payment-story.js';
import { didSurviveHandover, timeline } from '../../../../monitor/inspect/timeline.js';

const at = (ms: number): Date => new Date(Date.UTC(2026, 10, 21, 18, 0, 0, ms));

const term = (
  number: number,
  leader: string,
  electedMs: number,
  rest: Partial<StoryTerm> = {},
): StoryTerm => ({
  term: number,
  leader,
  previousLeader: number === 1 ? null : `server_${number - 1}`,
  kind: 'kill',
  reason: 'it closed its connection',
  electedAt: at(electedMs),
  until: null,
  ...rest,
});

const facts = (rest: Partial<StoryFacts> = {}): StoryFacts => ({
  id: 'p',
  seq: 7,
  status: 'SUCCEEDED',
  amountMinor: 1500,
  currency: 'USD',
  patientId: 'x',
  document: '1',
  fullName: 'Ana',
  batchId: null,
  acceptedBy: 'patients_1',
  acceptedAt: at(100),
  processedBy: 'server_1',
  term: 1,
  attempts: 1,
  reason: null,
  lastError: null,
  completedAt: at(150),
  redriveOf: null,
  partition: 0,
  concept: null,
  batchIndex: null,
  batchSent: null,
  fingerprint: '0123456789abcdef',
  answerWaited: true,
  parcel: '41',
  nextAttemptAt: null,
  gatewayReference: 'sim-1',
  terms: [term(1, 'server_1', 0)],
  attemptHistory: [],
  repeats: [],
  repeatedBy: [],
  drivenBy: [],
  kind: 'charge',
  of: null,
  cancelRequestedAt: null,
  cancelReason: null,
  operations: [],
  ledger: [],
  bill: [],
  ...rest,
});
const kinds = (rest: Partial<StoryFacts>): string[] =>
  timeline(facts(rest)).map(({ kind }) => kind);
const textOf = (rest: Partial<StoryFacts>, kind: string): string => {
  const entry = timeline(facts(rest)).find((each) => each.kind === kind);
  return [entry?.text, ...(entry?.details ?? [])].join(' ');
};

test('a usual payment: accepted, committed, pass earned', () => {
  expect(kinds({})).toEqual(['accepted', 'committed', 'pass']);
  expect(textOf({}, 'accepted')).toBe(
    'Accepted by patients_1: its row was committed. server_1 led then, in term 1. The client waited for the outcome. Fingerprint of the request: 0123456789ab.',
  );
  expect(textOf({}, 'committed')).toContain(
    "Paid: committed by server_1 under term 1, 50 ms after it was accepted. The gateway's reference: sim-1. Parcel 41",
  );
  expect(didSurviveHandover(facts())).toBe(false);
});

test('a test payment does not count for the exit pass', () => {
  expect(kinds({ currency: 'XTS' })).toEqual(['accepted', 'committed']);
});

test('a payment across a hand-over names the hand-over, and the leader with its time', () => {
  const rest = {
    processedBy: 'server_2',
    term: 2,
    terms: [term(1, 'server_1', 0, { until: at(120) }), term(2, 'server_2', 120)],
  };
  expect(kinds(rest)).toEqual(['accepted', 'hand-over', 'committed', 'pass']);
  expect(textOf(rest, 'hand-over')).toBe(
    'server_2 took over from server_1, in term 2 (kill). Why: it closed its connection',
  );
  expect(timeline(facts(rest)).find(({ led }) => led)?.led).toEqual({
    replica: 'server_2',
    term: 2,
    from: at(120),
    until: null,
  });
  expect(didSurviveHandover(facts(rest))).toBe(true);
});

test('accepted before the first election: reported, and not a hand-over', () => {
  const rest = { terms: [term(1, 'server_1', 120)] };
  expect(textOf(rest, 'accepted')).toContain('There was no leader then.');
  expect(textOf(rest, 'hand-over')).toContain('server_1 was elected, in term 1.');
  expect(didSurviveHandover(facts(rest))).toBe(false);
});

test('pending: waits, with the next attempt when there is one', () => {
  const pending = {
    status: 'PENDING',
    processedBy: null,
    term: null,
    completedAt: null,
    attempts: 2,
    lastError: 'ECONNREFUSED',
  } as const;
  expect(kinds(pending)).toEqual(['accepted', 'attempt', 'waits']);
  expect(textOf(pending, 'attempt')).toContain('Tried twice so far');
  expect(textOf({ ...pending, attempts: 0 }, 'attempt')).toContain(
    'No charge was taken so far. The last attempt',
  );
  expect(textOf(pending, 'waits')).toBe('Waits for its outcome.');
  expect(textOf({ ...pending, nextAttemptAt: at(900) }, 'waits')).toBe('Waits for attempt 3.');
});

describe('the attempts of a payment', () => {
  const attempt = (number: number, ms: number, error: string | null) => ({
    number,
    endedAt: at(ms),
    tookMs: 12.4,
    error,
    replica: 'server_1',
    term: 1,
  });

  test('have their time, duration and error, between the hand-overs', () => {
    const rest = {
      processedBy: 'server_2',
      term: 2,
      terms: [term(1, 'server_1', 0, { until: at(300) }), term(2, 'server_2', 300)],
      completedAt: at(500),
      attempts: 2,
      attemptHistory: [attempt(1, 200, 'gateway answered 503'), attempt(2, 490, null)],
    };
    expect(kinds(rest)).toEqual([
      'accepted',
      'attempt',
      'hand-over',
      'attempt',
      'committed',
      'pass',
    ]);
    expect(textOf(rest, 'attempt')).toBe(
      'Attempt 1 failed after 12 ms: the gateway answered 503. By server_1 in term 1.',
    );
    expect(timeline(facts(rest))[3]).toMatchObject({
      at: at(490),
      tone: 'plain',
      text: 'Attempt 2 was answered after 12 ms.',
    });
  });

  test('that are not kept are named', () => {
    const rest = { attemptHistory: [attempt(6, 200, 'ECONNREFUSED')], attempts: 6 };
    expect(textOf(rest, 'attempt')).toBe(
      'Attempt 6 failed after 12 ms: the gateway refuses the connection. Attempts 1 to 5 are not kept. By server_1 in term 1.',
    );
  });

  test('of the database name the database, not the gateway', () => {
    const refused = attempt(1, 200, 'the database refuses the row: SQLSTATE 23514');
    expect(textOf({ attemptHistory: [{ ...refused, tookMs: null }] }, 'attempt')).toContain(
      'Attempt 1 failed: the database refuses the row: SQLSTATE 23514.',
    );
  });
});

test.each([
  ['DECLINED', 'INSUFFICIENT_FUNDS', 'Declined'],
  ['FAILED', 'GATEWAY_UNAVAILABLE', 'Failed'],
] as const)('%s: bad, with its reason, without a pass', (status, reason, word) => {
  const rest = { status, reason, gatewayReference: null, attempts: 5 };
  expect(kinds(rest)).toEqual(['accepted', 'attempt', 'committed']);
  expect(textOf(rest, 'committed')).toContain(`${word}: committed`);
  expect(textOf(rest, 'committed')).toContain(`Reason: ${reason}. The gateway gave no reference`);
  expect(timeline(facts(rest)).at(-1)?.tone).toBe('bad');
});

test('a chain of re-drives in both directions, oldest first, with actor and reason', () => {
  const relative = (id: string, ms: number) =>
    ({
      id,
      status: 'FAILED',
      acceptedAt: at(ms),
      completedAt: at(ms + 10),
      reason: 'GATEWAY_UNAVAILABLE',
    }) as const;
  const rest = {
    status: 'FAILED',
    repeats: [relative('b', 20), relative('a', 0)],
    repeatedBy: [relative('d', 200), relative('e', 300)],
    drivenBy: [
      {
        at: at(200),
        actor: 'operator: Ana',
        reason: 'the gateway is back',
        outcome: 'retried as d',
      },
    ],
  } as const;
  const story = timeline(
    facts({
      ...rest,
      repeats: [...rest.repeats],
      repeatedBy: [...rest.repeatedBy],
      drivenBy: [...rest.drivenBy],
    }),
  );
  expect(story.map(({ kind, payment }) => payment ?? kind)).toEqual([
    'a',
    'b',
    'accepted',
    'committed',
    'd',
    'e',
  ]);
  expect(story[4]?.details).toEqual(['By operator: Ana. Reason: the gateway is back']);
  expect(story[5]?.details).toEqual([]);
});

test('a payment of a batch, and one without the queue', () => {
  expect(textOf({ batchIndex: 0, batchSent: 230 }, 'accepted')).toContain(
    'Number 1 of the 230 payments of its batch.',
  );
  expect(textOf({ parcel: null }, 'committed')).toContain('without the queue');
});
