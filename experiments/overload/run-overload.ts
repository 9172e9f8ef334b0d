/** Sends the users of all phases to a running system, and judges the payments that it accepted. */
import { judge, type RunJudgement } from '../checkers/checkers.js';
import { PATIENCE_MS, SPEED } from '../capacity/run-step.js';
import { sendUsers, type SentUsers } from '../load/send-users.js';
import { comesToRest, readCharges, readElections, readPayments } from '../record/evidence.js';
import type { Cluster } from '../system/cluster.js';
import {
  findRecovery,
  summarizeBySecond,
  summarizePhases,
  type OverloadFigures,
} from './figures.js';
import { listJudged, summarizeMemory } from './memory.js';
import { getOverload } from './objectives.js';
import { toLevel, type OverloadPhase } from './phases.js';
import { OverloadSampler } from './sampler.js';
import { percentile } from '../../shared/percentile.js';

/** Longest wait for the outcomes of all accepted payments, ms. */
const REST_MS = 60_000;

export interface OverloadOptions {
  cluster: Cluster;
  saturation: OverloadFigures['saturation'];
  factor: number;
  phases: readonly OverloadPhase[];
  seed: number;
  signal: AbortSignal;
  /** Called after each request; `atMs` from the first arrival. */
  onProgress: (atMs: number, sent: number, refused: number, failed: number) => void;
}

export interface MeasuredOverload {
  figures: OverloadFigures;
  judgement: RunJudgement;
}

/** The latest payment and charge from before the overload, which belong to the search. */
async function markEvidence({ pool, system }: Cluster) {
  const { rows } = await pool.query<{ seq: number }>(
    'SELECT coalesce(max(seq), 0)::float8 AS seq FROM payment',
  );
  return { seq: rows[0]?.seq ?? 0, charges: (await readCharges(system))?.length ?? 0 };
}

async function send(options: OverloadOptions): Promise<SentUsers & { sampler: OverloadSampler }> {
  const { cluster, phases, onProgress } = options;
  const sampler = new OverloadSampler(cluster);
  let [sent, refused, failed] = [0, 0, 0];
  try {
    const users = await sendUsers({
      ...options,
      ...{ level: toLevel(phases), scale: 1, shorten: 1, speed: SPEED, patienceMs: PATIENCE_MS },
      onRequest: ({ error, isRefusal, dueMs }) => {
        sent += 1;
        if (isRefusal === true) refused += 1;
        else if (error !== null) failed += 1;
        onProgress(dueMs, sent, refused, failed);
      },
    });
    return { ...users, sampler };
  } finally {
    await sampler.stop();
  }
}

/** @throws AbortError; an error of PostgreSQL or of the gateway's ledger. */
export async function runOverload(options: OverloadOptions): Promise<MeasuredOverload> {
  const { cluster, phases, saturation, factor, signal } = options;
  const before = await markEvidence(cluster);
  const { term } = await cluster.leadership();
  const { requests, payments, lateMs, sampler } = await send(options);
  const rested = await comesToRest(cluster.pool, REST_MS, signal);
  const judgement = judge(
    {
      requests: payments,
      payments: await readPayments(cluster.pool, before.seq),
      charges: await readCharges(cluster.system, before.charges),
      elections: await readElections(cluster.pool),
    },
    { rested, deadlineMs: PATIENCE_MS },
  );
  const seconds = summarizeBySecond(requests);
  const summary = { phases: summarizePhases(requests, phases) };
  const overload = getOverload(summary);
  const memory = sampler.memory;
  return {
    judgement,
    figures: {
      ...{ saturation, factor, ...summary, seconds },
      memory: { samples: memory, growth: summarizeMemory(memory, overload, listJudged(cluster)) },
      queue: sampler.queue,
      recoverySec: findRecovery(seconds, overload.toSec),
      accepted: payments.filter(({ paymentId }) => paymentId !== null).length,
      handovers: (await cluster.leadership()).term - term,
      generatorLateMs: percentile(lateMs, 0.95),
    },
  };
}
