/** What a run of the bench leaves: everything measured as JSON, and the result's systems with what of a trial has a meaning here. Pure. */
import type { Machine, OwnReport } from '../journal.js';
import type { ExperimentResult, Trial } from '../result.js';
import type { Measurement } from './contestant.js';
import type { BenchFacts } from './facts.js';
import { rateOf, type Standing, type Summary } from './figures.js';

export interface BenchRecord {
  result: ExperimentResult;
  standings: readonly Standing[];
  summaries: readonly Summary[];
  facts: BenchFacts;
  machine: Machine;
  command: string;
}

function trialOf(measurement: Measurement): Partial<Trial> {
  const { payments, problems, latencies } = measurement;
  const [first] = latencies;
  return {
    sent: payments,
    ...(problems.length === 0 ? { succeeded: payments, declined: 0, failed: 0, pending: 0 } : {}),
    throughputPerSec: Math.round(rateOf(measurement) * 10) / 10,
    ...(first ? { latencyMs: first.summary } : {}),
  };
}

function totalOf(measurements: readonly Measurement[], { rate }: Summary): Partial<Trial> {
  const sound = measurements.every(({ problems }) => problems.length === 0);
  const sent = measurements.reduce((sum, measurement) => sum + measurement.payments, 0);
  const counts = sound ? { succeeded: sent, declined: 0, failed: 0, pending: 0 } : {};
  return { sent, ...counts, throughputPerSec: Math.round(rate.median * 10) / 10 };
}

export function ownReport({ result, standings, summaries, facts, machine, command }: BenchRecord): OwnReport {
  const systems = standings.map(({ name, measurements }, index) =>
    ({ system: name, trials: measurements.map(trialOf), total: totalOf(measurements, summaries[index] as Summary) }));
  const everything = { ...result, systems, command, machine, facts, summaries, standings };
  return { systems, files: { 'bench.json': `${JSON.stringify(everything, null, 2)}\n` } };
}
