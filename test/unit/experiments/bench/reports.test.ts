/**
 * Reports of the bench: a table that fits a terminal, an escaped page, a result with only
 * meaningful figures.
 */
import { describe, expect, test } from '@jest/globals';
import { summarize } from '../../../../experiments/bench/figures.js';
import { objectivesOf } from '../../../../experiments/bench/objectives.js';
import type { BenchFacts } from '../../../../experiments/bench/facts.js';
import type { RunRecord } from '../../../../experiments/record/run-record.js';
import { ownReport } from '../../../../experiments/report/bench/own-report.js';
import { benchTable } from '../../../../experiments/report/bench/table.js';
import { benchmarkResult } from '../../../support/bench.js';

const RESULTS = [
  benchmarkResult('drain', 'drain', 'relevo', {
    rates: [30_000, 31_000, 29_000],
    micros: { worker: 30, postgres: 35, generator: 3 },
  }),
  benchmarkResult('bullmq-prisma-50', 'drain', 'naive', {
    rates: [2_800, 2_700, 2_900],
    micros: { worker: 300, postgres: 100 },
  }),
  benchmarkResult('bullmq-micro-batched-live', 'live', 'tuned', { rates: [123_456] }),
  benchmarkResult('single', 'single', 'relevo', {
    rates: [2_000],
    latencies: { 'closed loop': [10, 20], 'open loop at half the load': [5, 6] },
    problems: ['single: 3 rows for 4 payments'],
  }),
];
const SUMMARIES = RESULTS.map(summarize);
const FACTS: BenchFacts = {
  postgres: { fsync: 'on' },
  peers: [
    {
      name: 'bullmq-prisma-50',
      what: 'a <b>worker</b>',
      packages: { bullmq: '6.7.0' },
      settings: ['concurrency 50'],
      recovery: 'after 5 s',
      lacks: ['no fence', 'no order a patient & no more'],
    },
  ],
  notes: ['PostgreSQL: fsync=on'],
};
const JOURNAL: RunRecord = {
  result: {
    name: 'bench',
    seed: 1,
    commit: 'abc',
    startedAt: '2026-11-21T12:00:00.000Z',
    durationMs: 1_000,
    verdict: 'invalid',
    violations: [{ rule: 'rows', ids: ['single: 3 rows for 4 payments'] }],
    objectives: objectivesOf(SUMMARIES),
    systems: [],
  },
  command: 'npm run experiment -- bench',
  deadlineMs: 0,
  machine: { cpu: 'c', cores: 2, memoryGb: 8, os: 'o', versions: { node: '20' } },
  plan: null,
  systems: [],
};

describe('reports of the bench', () => {
  const table = benchTable(JOURNAL.result, SUMMARIES, FACTS);
  const { systems, files } = ownReport(JOURNAL, RESULTS, SUMMARIES, FACTS);

  test('the table fits 80 columns, and has rates, multiples, objectives, the gaps of peers, and errors', () => {
    for (const line of table.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
    expect(table).toMatch(/^drain +30,000 +29,000–31,000 +10\.7 +65 +100$/m);
    expect(table).toMatch(/^bullmq-prisma-50 +2,800 +2,700–2,900 +1 +400 +100$/m);
    expect(table).toContain('Missed: drain: × naive worker at concurrency 50: 10.71 (at least 20)');
    expect(table).toContain('single requests: p99 at half the load, ms: 6 (at most 25)');
    expect(table).toContain('bullmq-prisma-50: no fence; no order a patient & no more');
    expect(table).toContain('Verdict: invalid\n  single: 3 rows for 4 payments');
  });

  test('with standbys, the ratio is to the same benchmark with one server each', () => {
    const twins = [
      benchmarkResult('drain', 'drain', 'relevo', { rates: [30_000], micros: { postgres: 20 } }),
      benchmarkResult('drain-standby', 'drain', 'relevo', {
        rates: [15_000],
        micros: { postgres: 22, standbys: 44 },
      }),
    ];
    const compared = benchTable(JOURNAL.result, twins.map(summarize), FACTS);
    expect(compared).toMatch(/× single/);
    expect(compared).toMatch(/^drain-standby +15,000 .* 0\.5 /m);
    expect(compared).toMatch(/^drain-standby .* 44 +66$/m);
    expect(table).not.toMatch(/standbys/);
  });

  test('kills: counts instead of rates, in the table, the page, the spreadsheet and the result', () => {
    const figures = { kills: 20, lost: 3, doubled: 40, open: 5 };
    const killed = [
      benchmarkResult('bullmq-prisma-50-kills', 'kills', 'naive', { rates: [10], figures }),
    ];
    const summaries = killed.map(summarize);
    const text = benchTable(JOURNAL.result, summaries, FACTS);
    expect(text).toMatch(/^bullmq-prisma-50-kills +1,000 +20 +3 +40 +5$/m);
    expect(text).toContain('bullmq-prisma-50: after 5 s');
    expect(text).not.toMatch(/payments\/s|CPU time/);
    for (const line of text.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
    const report = ownReport(JOURNAL, killed, summaries, FACTS);
    const counts = { sent: 1_000, succeeded: 995, declined: 0, failed: 0, pending: 5 };
    expect(report.systems[0]).toMatchObject({ trials: [counts], total: counts });
    expect(report.systems[0]?.total).not.toHaveProperty('throughputPerSec');
    expect(report.files['trials.csv']).toMatch(/,kills,lost,doubled,open\n.*,20,3,40,5\n$/s);
    expect(report.files['summary.md']).toContain(
      '| bullmq-prisma-50-kills | 1,000 | 20 | 3 | 40 | 5 |',
    );
    expect(report.files['report.html']).toContain('<section id="kills">');
    expect(report.files['report.html']).not.toContain('<section id="cost">');
  });

  test('a trial has only meaningful figures: no availability, only measured latencies, no counts for wrong rows', () => {
    expect(systems.map(({ system }) => system)).toEqual(RESULTS.map(({ name }) => name));
    expect(systems[0]?.trials[0]).toEqual({
      sent: 1_000,
      succeeded: 1_000,
      declined: 0,
      failed: 0,
      pending: 0,
      throughputPerSec: 30_000,
    });
    expect(systems[0]?.total).toMatchObject({ sent: 3_000, throughputPerSec: 30_000 });
    expect(systems[3]?.trials[0]).toEqual({
      sent: 1_000,
      throughputPerSec: 2_000,
      latencyMs: { p50: 10, p95: 20, p99: 20, max: 20 },
    });
  });

  test('the page: a chart per kind, the cost, and escaped text', () => {
    const page = files['report.html'] ?? '';
    // Three kinds, and the cost per payment.
    expect(page.match(/<svg class="chart"/g)).toHaveLength(4);
    expect(page).toContain('30,000 · 10.7 ×');
    expect(page).toContain('a &lt;b&gt;worker&lt;/b&gt;');
    expect(page).not.toContain('<b>worker');
    expect(page).not.toContain('Deadline of a request');
  });

  test('a line per measurement for spreadsheets, all data as JSON, a summary', () => {
    const lines = (files['trials.csv'] ?? '').trim().split('\n');
    expect(lines).toHaveLength(1 + 3 + 3 + 1 + 1);
    expect(lines[1]).toMatch(/^drain,drain,relevo,1,1000,0\.0333\d*,30000,30,100,,,35,100,/);
    expect(JSON.parse(files['bench.json'] ?? '')).toMatchObject({
      name: 'bench',
      summaries: [{ name: 'drain' }, {}, {}, {}],
      standings: [{}, {}, {}, {}],
    });
    expect(files['summary.md']).toContain('❌ bench, seed 1: invalid');
    expect(files['summary.md']).toContain('| drain | 30,000 | 29,000 – 31,000 | 10.7 | 65 |');
  });
});
