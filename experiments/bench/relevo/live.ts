/**
 * Measures Relevo live through HTTP: batches, single requests that wait for their outcome, and one
 * payment at a time on an idle system.
 */
import { Latencies } from '../../statistics/latencies.js';
import type { Benchmark, MeasuredLatency, Measurement, BenchEnvironment } from '../benchmark.js';
import type { ClosedLoop, LoopDone, OpenLoop } from '../load/loops.js';
import { CLOSED_LOOP, HALF_LOAD, ONE_AT_A_TIME } from '../objectives.js';
import { secondsOf } from '../programs/commands.js';
import { capPayments, getWarmUpMost, warmUpBenchmark } from '../warm-up.js';
import { RelevoUnderLoad } from './relevo-under-load.js';
import { problemsInRows } from './rows.js';

/** As sent by a client that waits for the outcome. */
const SINGLES = { path: '/api/payments', headers: { prefer: 'wait=10' } };
/** Number of payments, one after the other. */
const LONE_PAYMENTS = 300;
const LONE_WARM_UP = 500;
/** Duration of the open loop. */
const OPEN_SECONDS = 5;

type Measured = Omit<Measurement, 'problems'>;
type Measure = (relevo: RelevoUnderLoad, environment: BenchEnvironment) => Promise<Measured>;

export function toMeasuredLatency(name: string, { hdr }: LoopDone): MeasuredLatency {
  const latencies = Latencies.decode(hdr);
  return { name, summary: latencies.summary(), count: latencies.count, hdr };
}

/** Describes the unpaid requests of a loop in one sentence; empty when all were paid. */
export const unpaid = (name: string, { sent, paid, errors }: LoopDone): string[] =>
  paid === sent
    ? []
    : [
        `${name}: ${sent - paid} of ${sent} requests were not answered 201: ${JSON.stringify(errors)}`,
      ];

async function measureBatches(
  relevo: RelevoUnderLoad,
  environment: BenchEnvironment,
): Promise<Measured> {
  const { rate } = await warmUpBenchmark(relevo.liveSeconds, getWarmUpMost(environment.payments));
  const payments = capPayments(environment.payments, rate);
  await environment.engines.settle();
  const used = relevo.watch();
  const done = await relevo.batches(payments, true);
  const usage = used();
  const { rows } = await relevo.storage.pool.query<{ ms: number }>(
    `SELECT (extract(epoch FROM max(completed_at) - min(accepted_at)) * 1000)::float8 AS ms
       FROM payment WHERE batch_id IN (SELECT id FROM batch ORDER BY id DESC LIMIT $1)`,
    [Math.ceil(payments / environment.batchSize)],
  );
  const figures = { secondsFirstAcceptToLastCommit: (rows[0]?.ms ?? 0) / 1_000 };
  return { payments, seconds: secondsOf(done), usage, latencies: [], figures };
}

const measureClosedLoop = (
  relevo: RelevoUnderLoad,
  { generator }: BenchEnvironment,
  count: number,
  connections: number,
): Promise<LoopDone> => {
  const wanted: ClosedLoop = {
    target: relevo.target(SINGLES.path, SINGLES.headers),
    orders: relevo.orders(count),
    connections,
  };
  return generator.ask<LoopDone>('closed', wanted);
};

const measureOpenLoop = (
  relevo: RelevoUnderLoad,
  { generator, connections }: BenchEnvironment,
  rate: number,
): Promise<LoopDone> => {
  const orders = relevo.orders(Math.round(rate * OPEN_SECONDS));
  const wanted: OpenLoop = {
    target: relevo.target(SINGLES.path, SINGLES.headers),
    orders,
    connections,
    rate,
  };
  return generator.ask<LoopDone>('open', wanted);
};

async function measureSingles(
  relevo: RelevoUnderLoad,
  environment: BenchEnvironment,
): Promise<Measured> {
  const { rate } = await warmUpBenchmark(
    async (count) =>
      secondsOf(await measureClosedLoop(relevo, environment, count, environment.connections)),
    getWarmUpMost(environment.payments),
  );
  const payments = capPayments(environment.payments, rate);
  await environment.engines.settle();
  const used = relevo.watch();
  const full = await measureClosedLoop(relevo, environment, payments, environment.connections);
  const usage = used();
  const half = await measureOpenLoop(relevo, environment, payments / secondsOf(full) / 2);
  const latencies = [toMeasuredLatency(CLOSED_LOOP, full), toMeasuredLatency(HALF_LOAD, half)];
  const failures = full.sent - full.paid + half.sent - half.paid;
  return {
    payments,
    seconds: secondsOf(full),
    usage,
    latencies,
    figures: { requestsNotPaid: failures, sentLateP99Ms: half.lateP99Ms },
  };
}

async function measureLone(
  relevo: RelevoUnderLoad,
  environment: BenchEnvironment,
): Promise<Measured> {
  await measureClosedLoop(relevo, environment, LONE_WARM_UP, 1);
  await environment.engines.settle();
  const used = relevo.watch();
  const done = await measureClosedLoop(relevo, environment, LONE_PAYMENTS, 1);
  const figures = { requestsNotPaid: done.sent - done.paid };
  return {
    payments: LONE_PAYMENTS,
    seconds: secondsOf(done),
    usage: used(),
    latencies: [toMeasuredLatency(ONE_AT_A_TIME, done)],
    figures,
  };
}

async function measureLive(
  name: string,
  measure: Measure,
  environment: BenchEnvironment,
): Promise<Measurement> {
  const storage = await environment.engines.createStorage(true);
  try {
    const relevo = await RelevoUnderLoad.open(environment, storage, {
      gatewayLatencyMs: 0,
      benchmark: name,
    });
    try {
      const measured = await measure(relevo, environment);
      const { requestsNotPaid = 0 } = measured.figures;
      const refused =
        requestsNotPaid === 0 ? [] : [`${name}: ${requestsNotPaid} requests were not answered 201`];
      return { ...measured, problems: [...refused, ...(await problemsInRows(name, relevo))] };
    } finally {
      await relevo.close();
    }
  } finally {
    await storage.clear();
  }
}

const benchmark = (
  name: string,
  kind: Benchmark['kind'],
  what: string,
  measure: Measure,
): Benchmark => ({
  name,
  kind,
  side: 'relevo',
  what,
  measure: (environment) => measureLive(name, measure, environment),
});

export const RELEVO_LIVE: readonly Benchmark[] = [
  benchmark(
    'batches',
    'live',
    'Relevo: POST /api/batches, accepted durably, with a response when every payment is final',
    measureBatches,
  ),
  benchmark('single', 'single', 'Relevo: POST /api/payments with Prefer: wait=10', measureSingles),
  benchmark(
    'lone',
    'lone',
    'Relevo: POST /api/payments with Prefer: wait=10, one after the other',
    measureLone,
  ),
];
