/**
 * The facts that a reader needs in addition to the figures: versions, settings, the features that
 * each peer lacks, and the deviations from the requested measurement.
 */
import type { Machine } from '../record/run-record.js';
import { summarize, type BenchmarkResult, type Summary } from './figures.js';
import type { Peer } from './peer.js';
import { getPackageVersions } from './peers/packages.js';
import { PEERS } from './peers/peers.js';
import { LONGEST_SECONDS } from './warm-up.js';

export interface PeerFacts {
  name: string;
  what: string;
  /** Versions of its packages by name. */
  packages: Record<string, string>;
  settings: readonly string[];
  /** How its jobs come back after a kill. */
  recovery: string;
  lacks: readonly string[];
}

export interface BenchFacts {
  /** PostgreSQL's settings by name. */
  postgres: Record<string, string>;
  peers: PeerFacts[];
  notes: string[];
}

export interface BenchConditions {
  /** Requested payments per measurement. */
  wanted: number;
  machine: Machine;
  /** PostgreSQL's settings by name. */
  settings: Record<string, string>;
}

const peerFacts = (peer: Peer): PeerFacts => {
  const { name, what, settings, recovery = '', lacks } = peer;
  return { name, what, packages: getPackageVersions(peer), settings, recovery, lacks };
};

/**
 * Benchmarks that were measured with fewer payments because they are slow, and the number of
 * payments.
 */
const getSlow = (results: readonly BenchmarkResult[], wanted: number): string[] =>
  results.flatMap(({ name, kind, measurements }) => {
    const least = Math.min(...measurements.map(({ payments }) => payments));
    return least < wanted && kind !== 'lone' && kind !== 'kills' ? [`${name} (${least})`] : [];
  });

const formatPairs = (values: Readonly<Record<string, string>>, between: string): string =>
  Object.entries(values)
    .map(([name, value]) => `${name}${between}${value}`)
    .join(', ');

/** Remarks on figures that are not in the tables. */
function remarks(summaries: readonly Summary[]): string[] {
  return summaries.flatMap(({ name, payments, figures: { secondsFromRequest, sentLateP99Ms } }) => [
    ...(secondsFromRequest === undefined
      ? []
      : [
          `${name} counts from the promotion; counted from the operator's request: ${Math.round(payments / secondsFromRequest)} payments/s`,
        ]),
    ...(sentLateP99Ms === undefined
      ? []
      : [
          `${name}, open loop: the generator sent its requests up to ${sentLateP99Ms.toFixed(1)} ms late (p99), which counts as latency`,
        ]),
  ]);
}

export function factsOf(
  results: readonly BenchmarkResult[],
  { wanted, machine, settings }: BenchConditions,
): BenchFacts {
  const { cpu, cores, memoryGb } = machine;
  const peers = PEERS.filter((peer) => results.some(({ name }) => isOf(name, peer.name))).map(
    peerFacts,
  );
  const versions = Object.fromEntries(
    [machine.versions, ...peers.map(({ packages }) => packages)].flatMap(Object.entries<string>),
  );
  const fewer = getSlow(results, wanted);
  return {
    postgres: settings,
    peers,
    notes: [
      `${cpu}, ${cores} cores, ${memoryGb} GB; ${formatPairs(versions, ' ')}`,
      `PostgreSQL: ${formatPairs(settings, '=')}`,
      ...new Set(
        results.flatMap(({ measurements }) => measurements.flatMap(({ notes = [] }) => notes)),
      ),
      ...remarks(results.map(summarize)),
      ...(fewer.length === 0
        ? []
        : [
            `Fewer than ${wanted} payments, as more take longer than ${LONGEST_SECONDS} s: ${fewer.join(', ')}`,
          ]),
    ],
  };
}

/** Whether a benchmark belongs to a peer, in any variant: `pg-boss-live` belongs to `pg-boss`. */
const isOf = (benchmark: string, peer: string): boolean =>
  [peer, `${peer}-live`, `${peer}-20ms`, `${peer}-kills`].includes(benchmark);
