/**
 * The report of a bench: its files, and the systems of its result with the fields of a trial that
 * apply. Pure.
 */
import type { Measurement } from '../../bench/benchmark.js';
import type { BenchFacts } from '../../bench/facts.js';
import { rateOf, type BenchmarkResult, type Summary } from '../../bench/figures.js';
import type { RunRecord, OwnReport } from '../../record/run-record.js';
import type { Trial } from '../../record/result.js';
import { benchPage } from './page.js';
import { benchMarkdown, measurementsCsv } from './texts.js';
import { roundToTenth } from '../../../shared/format.js';

/** Kills have no rate: their seconds include the waits for the jobs of dead workers. */
const countsOfKills = ({ payments, figures: { open = 0 } }: Measurement): Partial<Trial> => ({
  sent: payments,
  succeeded: payments - open,
  declined: 0,
  failed: 0,
  pending: open,
});

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

/** Counts of all rounds, and the median rate. */
function totalOf(measurements: readonly Measurement[], rate: number): Partial<Trial> {
  const sound = measurements.every(({ problems }) => problems.length === 0);
  const sent = measurements.reduce((sum, { payments }) => sum + payments, 0);
  const counts = sound ? { succeeded: sent, declined: 0, failed: 0, pending: 0 } : {};
  return { sent, ...counts, throughputPerSec: roundToTenth(rate) };
}

/** @param summaries of `results`, in the same order. */
export function ownReport(
  journal: RunRecord,
  results: readonly BenchmarkResult[],
  summaries: readonly Summary[],
  facts: BenchFacts,
): OwnReport {
  const { result, machine, command } = journal;
  const systems = results.map(({ name, kind, measurements }, index) => {
    const trials = measurements.map(kind === 'kills' ? countsOfKills : trialOf);
    const total =
      kind === 'kills' ? trials[0] : totalOf(measurements, summaries[index]?.rate.median ?? NaN);
    return { system: name, trials, total: total ?? {} };
  });
  const everything = { ...result, systems, command, machine, facts, summaries, standings: results };
  return {
    systems,
    files: {
      'bench.json': `${JSON.stringify(everything, null, 2)}\n`,
      'report.html': benchPage(journal, summaries, facts),
      'summary.md': benchMarkdown(journal, summaries, facts),
      'trials.csv': measurementsCsv(results),
    },
  };
}
