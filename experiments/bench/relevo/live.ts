/**
 * Measures Relevo live through HTTP: batches, single requests that wait for their outcome, and one
 * payment at a time on an idle system.
 */
import { Latencies } from '../../statistics/latencies.js';
import type { Contestant, MeasuredLatency, Measurement, Stage } from '../benchmark.js';
import type { ClosedLoop, LoopDone, OpenLoop } from '../load/loops.js';
import { CLOSED_LOOP, HALF_LOAD, ONE_AT_A_TIME } from '../objectives.js';
import { secondsOf } from '../programs/commands.js';
import { cappedPayments, warmUp } from '../warm-up.js';
import { RelevoAtWork } from './relevo-under-load.js';
import { problemsInRows } from './rows.js';

/** As sent by a client that waits for the outcome. */
export const SINGLES = { path: '/api/payments', headers: { prefer: 'wait=10' } };
/** Number of payments, one after the other. */
const LONE_PAYMENTS = 300;
const LONE_WARM_UP = 500;
/** Duration of the open loop. */
const OPEN_SECONDS = 5;

type Measured = Omit<Measurement, 'problems'>;
type Measure = (atWork: RelevoAtWork, stage: Stage) => Promise<Measured>;

export function latencyOf(name: string, { hdr }: LoopDone): MeasuredLatency {
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

async function measureBatches(atWork: RelevoAtWork, stage: Stage): Promise<Measured> {
  const { rate } = await warmUp(atWork.liveSeconds);
  const payments = cappedPayments(stage.payments, rate);
  await stage.engines.settle();
  const used = atWork.watch();
  const done = await atWork.batches(payments, true);
  const usage = used();
  const { rows } = await atWork.ground.pool.query<{ ms: number }>(
    `SELECT (extract(epoch FROM max(completed_at) - min(accepted_at)) * 1000)::float8 AS ms
       FROM payment WHERE batch_id IN (SELECT id FROM batch ORDER BY id DESC LIMIT $1)`,
    [Math.ceil(payments / stage.batchSize)],
  );
  const figures = { secondsFirstAcceptToLastCommit: (rows[0]?.ms ?? 0) / 1_000 };
  return { payments, seconds: secondsOf(done), usage, latencies: [], figures };
}

const closed = (
  atWork: RelevoAtWork,
  { generator }: Stage,
  count: number,
  connections: number,
): Promise<LoopDone> => {
  const wanted: ClosedLoop = {
    target: atWork.target(SINGLES.path, SINGLES.headers),
    orders: atWork.orders(count),
    connections,
  };
  return generator.ask<LoopDone>('closed', wanted);
};

const open = (
  atWork: RelevoAtWork,
  { generator, connections }: Stage,
  rate: number,
): Promise<LoopDone> => {
  const orders = atWork.orders(Math.round(rate * OPEN_SECONDS));
  const wanted: OpenLoop = {
    target: atWork.target(SINGLES.path, SINGLES.headers),
    orders,
    connections,
    rate,
  };
  return generator.ask<LoopDone>('open', wanted);
};

async function measureSingles(atWork: RelevoAtWork, stage: Stage): Promise<Measured> {
  const { rate } = await warmUp(async (count) =>
    secondsOf(await closed(atWork, stage, count, stage.connections)),
  );
  const payments = cappedPayments(stage.payments, rate);
  await stage.engines.settle();
  const used = atWork.watch();
  const full = await closed(atWork, stage, payments, stage.connections);
  const usage = used();
  const half = await open(atWork, stage, payments / secondsOf(full) / 2);
  const latencies = [latencyOf(CLOSED_LOOP, full), latencyOf(HALF_LOAD, half)];
  const failures = full.sent - full.paid + half.sent - half.paid;
  return {
    payments,
    seconds: secondsOf(full),
    usage,
    latencies,
    figures: { requestsNotPaid: failures, sentLateP99Ms: half.lateP99Ms },
  };
}

async function measureLone(atWork: RelevoAtWork, stage: Stage): Promise<Measured> {
  await closed(atWork, stage, LONE_WARM_UP, 1);
  await stage.engines.settle();
  const used = atWork.watch();
  const done = await closed(atWork, stage, LONE_PAYMENTS, 1);
  const figures = { requestsNotPaid: done.sent - done.paid };
  return {
    payments: LONE_PAYMENTS,
    seconds: secondsOf(done),
    usage: used(),
    latencies: [latencyOf(ONE_AT_A_TIME, done)],
    figures,
  };
}

async function measureLive(name: string, measure: Measure, stage: Stage): Promise<Measurement> {
  const ground = await stage.engines.ground(true);
  try {
    const atWork = await RelevoAtWork.open(stage, ground, {
      gatewayLatencyMs: 0,
      contestant: name,
    });
    try {
      const measured = await measure(atWork, stage);
      const { requestsNotPaid = 0 } = measured.figures;
      const refused =
        requestsNotPaid === 0 ? [] : [`${name}: ${requestsNotPaid} requests were not answered 201`];
      return { ...measured, problems: [...refused, ...(await problemsInRows(name, atWork))] };
    } finally {
      await atWork.close();
    }
  } finally {
    await ground.clear();
  }
}

const contestant = (
  name: string,
  kind: Contestant['kind'],
  what: string,
  measure: Measure,
): Contestant => ({
  name,
  kind,
  side: 'relevo',
  what,
  measure: (stage) => measureLive(name, measure, stage),
});

export const RELEVO_LIVE: readonly Contestant[] = [
  contestant(
    'batches',
    'live',
    'Relevo: POST /api/batches, accepted durably, with a response when every payment is final',
    measureBatches,
  ),
  contestant('single', 'single', 'Relevo: POST /api/payments with Prefer: wait=10', measureSingles),
  contestant(
    'lone',
    'lone',
    'Relevo: POST /api/payments with Prefer: wait=10, one after the other',
    measureLone,
  ),
];
