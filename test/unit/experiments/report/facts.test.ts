/**
 * The data of the pages: fates, buckets of time, lanes, stories, bins. Small cases with known
 * results.
 */
import { describe, expect, test } from '@jest/globals';
import { countInBins } from '../../../../experiments/report/charts/handover-histogram.js';
import { chooseStories } from '../../../../experiments/report/facts/choose-stories.js';
import { fateOf, indexRows } from '../../../../experiments/report/facts/fate.js';
import { byKind } from '../../../../experiments/report/facts/handover-figures.js';
import { faultEndMs, lanesOf, union } from '../../../../experiments/report/facts/lanes.js';
import {
  binOf,
  latencyBlocks,
  latencyOfBin,
} from '../../../../experiments/report/facts/latency-blocks.js';
import { storyEvents } from '../../../../experiments/report/facts/story.js';
import { timelineOf } from '../../../../experiments/report/facts/timeline.js';
import {
  emptyEvidence,
  electionRow,
  faultWindow,
  paymentRow,
  requestRecord,
} from '../../../support/evidence.js';
import { isAvailable } from '../../../../experiments/record/trial-summary.js';
import { madeUpJournal } from '../../../support/run-record.js';

describe('fate', () => {
  const row = paymentRow();
  test.each([
    [requestRecord(), row, 'in time'],
    [requestRecord({ answeredMs: 101 }), row, 'late'],
    [requestRecord(), undefined, 'not saved'],
    [requestRecord(), paymentRow({ status: 'PENDING' }), 'not saved'],
    [requestRecord({ status: 'DECLINED' }), row, 'declined'],
    [requestRecord({ status: 'FAILED' }), row, 'failed'],
    [requestRecord({ status: 'PENDING', httpStatus: 202 }), row, 'pending'],
    [requestRecord({ status: null, httpStatus: 503 }), undefined, 'refused'],
    [requestRecord({ status: null, httpStatus: null }), undefined, 'no answer'],
  ])('%#: %j is %s', (request, saved, fate) => {
    expect(fateOf(request, saved, 100)).toBe(fate);
    const rows = new Map(saved ? [[saved.id, saved]] : []);
    expect(isAvailable(request, rows, 100)).toBe(fate === 'in time');
  });
});

describe('timeline', () => {
  test('requests belong to the time at which they were due; percentiles are of final answers', () => {
    const tenTimes = <T>(value: T): T[] => new Array<T>(10).fill(value);
    const requests = [
      ...tenTimes(requestRecord({ intendedMs: 0, answeredMs: 40 })),
      ...tenTimes(requestRecord({ key: 'b', intendedMs: 90, answeredMs: 190 })),
      ...tenTimes(
        requestRecord({
          key: 'c',
          intendedMs: 210,
          answeredMs: 300,
          status: null,
          httpStatus: null,
          paymentId: null,
        }),
      ),
    ];
    const { buckets, bucketMs, lastDueMs } = timelineOf(
      requests,
      indexRows([paymentRow()]),
      50,
      [0, 300],
    );
    expect({ bucketMs, lastDueMs, count: buckets.length }).toEqual({
      bucketMs: 100,
      lastDueMs: 210,
      count: 3,
    });
    expect(buckets[0]).toEqual({ fromMs: 0, sent: 20, inTime: 10, p50: 40, p99: 100, max: 100 });
    expect(buckets[2]).toEqual({ fromMs: 200, sent: 10, inTime: 0, p50: NaN, p99: NaN, max: NaN });
  });

  test('few requests share wide buckets, so that a constant rate appears constant', () => {
    const requests = Array.from({ length: 100 }, (_, index) =>
      requestRecord({ intendedMs: index * 100 }),
    );
    expect(
      timelineOf(requests, indexRows([]), 50, [0, 10_000]).buckets.map(({ sent }) => sent),
    ).toEqual(new Array(10).fill(10));
  });

  test('a day has no more buckets than a minute', () => {
    const { buckets } = timelineOf(
      [requestRecord({ intendedMs: 86_400_000 })],
      indexRows([]),
      50,
      [0, 86_400_000],
    );
    expect(buckets.length).toBeLessThanOrEqual(160);
    expect(buckets.reduce((sum, { sent }) => sum + sent, 0)).toBe(1);
  });
});

describe('lanes', () => {
  const elections = [
    electionRow({ term: 2, leader: 'server_2', electedMs: 50 }),
    electionRow({ term: 1, leader: 'server_1', electedMs: 0 }),
  ];

  test('each term lasts until the next one; replicas that never led follow, by name', () => {
    const lanes = lanesOf(
      elections,
      [faultWindow({ target: 'redis' }), faultWindow({ target: 'server_1' })],
      100,
      9,
    );
    expect(
      lanes.map(({ part, reigns, faults }) => [
        part,
        reigns.map(({ fromMs, toMs }) => [fromMs, toMs]),
        faults.length,
      ]),
    ).toEqual([
      ['server_1', [[0, 50]], 1],
      ['server_2', [[50, 100]], 0],
      ['redis', [], 1],
    ]);
  });

  test('surplus intervals share the last lane', () => {
    const faults = ['a', 'b', 'c', 'd'].map((target) => faultWindow({ target }));
    expect(lanesOf([], faults, 100, 3).map(({ part, faults: own }) => [part, own.length])).toEqual([
      ['a', 1],
      ['b', 1],
      ['2 more', 2],
    ]);
  });

  test('overlapping intervals are merged', () => {
    expect(
      union([
        { fromMs: 5, toMs: 9 },
        { fromMs: 0, toMs: 3 },
        { fromMs: 2, toMs: 4 },
        { fromMs: 6, toMs: 7 },
      ]),
    ).toEqual([
      { fromMs: 0, toMs: 4 },
      { fromMs: 5, toMs: 9 },
    ]);
  });

  test('a planned hand-over is a point in time; a fault without a heal lasts until the end', () => {
    expect(faultEndMs(faultWindow({ kind: 'planned', atMs: 5, healedMs: null }), 100)).toBe(5);
    expect(faultEndMs(faultWindow({ kind: 'kill', atMs: 5, healedMs: null }), 100)).toBe(100);
    expect(faultEndMs(faultWindow({ kind: 'kill', atMs: 5, healedMs: 20 }), 100)).toBe(20);
  });
});

describe('stories', () => {
  test('all events around a payment, in order, causes first', () => {
    const events = storyEvents({
      request: requestRecord({ intendedMs: 1_000, sentMs: 1_001, answeredMs: 1_200, term: 2 }),
      row: paymentRow({
        acceptedMs: 1_003,
        completedMs: 1_190,
        term: 2,
        processedBy: 'server_2',
        attempts: 2,
      }),
      elections: [
        electionRow({ term: 1, electedMs: 10, firstCommitMs: 20 }),
        electionRow({
          term: 2,
          leader: 'server_2',
          previousLeader: 'server_1',
          suspectedMs: 1_060,
          electedMs: 1_070,
          promotedMs: 1_080,
          reclaimedMs: null,
          firstCommitMs: 1_190,
        }),
      ],
      faults: [
        faultWindow({ atMs: 1_050, healedMs: 2_000 }),
        faultWindow({ atMs: 0, healedMs: 999 }),
        faultWindow({ atMs: 1_201 }),
      ],
    });
    expect(events.map(({ atMs, by }) => [atMs, by])).toEqual([
      [0, 'client'],
      [1, 'client'],
      [3, 'record'],
      [50, 'fault'],
      [60, 'election'],
      [70, 'election'],
      [80, 'election'],
      [190, 'election'],
      [190, 'record'],
      [200, 'client'],
      [1_000, 'fault'],
    ]);
    expect(events.map(({ what }) => what)).toContain(
      'SUCCEEDED by server_2 under term 2, attempt 2',
    );
  });

  test('include the tries', () => {
    const request = requestRecord({ tries: 3, earlierErrors: ['ECONNRESET', 'HTTP_503'] });
    const said = storyEvents({ request, row: null, elections: [], faults: [] }).map(
      ({ what }) => what,
    );
    expect(said).toContain(
      'first sent; 3 attempts, errors: ECONNRESET, HTTP_503; last sent to http://127.0.0.1:4000',
    );
  });

  test('the worst first: violations of rules, lost, late, then the slowest of the others', () => {
    const [system] = madeUpJournal().systems;
    if (!system) throw new Error('no system');
    const requests = [
      requestRecord({ key: 'fast' }),
      ...[50, 60, 70, 80, 90].map((ms) => requestRecord({ key: `slow-${ms}`, answeredMs: ms })),
      requestRecord({ key: 'late', answeredMs: 200 }),
      requestRecord({
        key: 'lost',
        paymentId: null,
        status: null,
        httpStatus: null,
        error: 'ECONNRESET',
      }),
      requestRecord({ key: 'twice' }),
    ];
    const payments = [
      paymentRow(),
      paymentRow({ id: 'p9', key: 'nobody' }),
      paymentRow({ id: 'p8', key: 'lost' }),
    ];
    const violations = [
      { rule: 'duplicated', ids: ['twice'] },
      { rule: 'never-final', ids: ['p9'] },
    ];
    const chosen = chooseStories(
      { ...system, violations, evidence: emptyEvidence({ requests, payments }) },
      indexRows(payments),
      100,
      's',
    );
    expect(chosen.told.map(({ name, fate }) => [name, fate])).toEqual([
      ['twice', 'in time'],
      ['p9', null],
      ['lost', 'no answer'],
      ['late', 'late'],
      ['slow-90', 'in time'],
      ['slow-80', 'in time'],
      ['slow-70', 'in time'],
      ['slow-60', 'in time'],
      ['slow-50', 'in time'],
    ]);
    expect(chosen.told[2]?.row?.id).toBe('p8'); // Its answer was lost, and yet there is a row.
    expect(chosen.untold).toBe(0);
    expect(chosen.anchorOf.get('p9')).toBe('s-2');
  });
});

describe('figures', () => {
  test('hand-overs by kind, ascending, unmeasured steps empty', () => {
    const [kill, planned] = byKind([
      { kind: 'kill', term: 2, totalMs: 9 },
      { kind: 'planned', term: 3, totalMs: 1 },
      { kind: 'kill', term: 4, totalMs: 5, voteMs: 2 },
    ]);
    expect(kill).toMatchObject({
      kind: 'kill',
      count: 2,
      samples: { totalMs: [5, 9], voteMs: [2], detectMs: [] },
    });
    expect(planned?.count).toBe(1);
  });

  test('a sample on an edge belongs to the bin above', () =>
    expect(countInBins([1, 2, 2.5, 4], [1, 2, 3, 4])).toEqual([1, 2, 1]));

  test('blocks keep latencies to a precision of one per cent', () => {
    for (const ms of [0.5, 3, 97, 5_000, 600_000])
      expect(Math.abs(latencyOfBin(binOf(ms)) / ms - 1)).toBeLessThan(0.01);
    const requests = [0, 10, 2_500].map((intendedMs) =>
      requestRecord({ intendedMs, answeredMs: intendedMs + 10 }),
    );
    expect(latencyBlocks(requests, [0, 3_000], () => 1)).toEqual({
      blockMs: 1_000,
      blocks: [
        [binOf(10), 2],
        [binOf(10), 1],
      ],
    });
  });
});
