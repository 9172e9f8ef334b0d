/**
 * Measures how long a hand-over takes, by kind: from the fault to the first payment that a client
 * sees committed under the next term, with the duration of each step, and the additional wait of a
 * client. Payments arrive at a fixed rate; faults are injected into the leader again and again.
 */
import { GATEWAY_OPTIONS } from '../../gateway/config.js';
import { chargeDurationMs } from '../../shared/simulated-charge.js';
import type { Experiment, RunContext } from '../experiment.js';
import { FailoverFigures } from '../failover/figures.js';
import {
  HANDOVER_KINDS,
  HANDOVERS,
  readKinds,
  explainUnfit,
  type ForcedKind,
} from '../failover/kinds.js';
import { forceHandovers, type RoundsDone } from '../failover/rounds.js';
import type { RunRecord } from '../record/run-record.js';
import { failoverTable } from '../report/failover-table.js';
import { readPart, STORAGE_PARTS } from '../storage/parts.js';
import { findWrongFault, runStorage, SHORTEST_DEADLINE_MS } from './failover-of-storage.js';
import { compareRoutes, readRoutes } from './storage-routes.js';
import { runWithCluster } from './with-cluster.js';

/** The parts of the system whose failover can be measured. */
const PARTS: readonly string[] = ['leader', ...Object.keys(STORAGE_PARTS)];

const OPTIONS = {
  of: { text: true, value: 'PART', doc: `${PARTS.join(', ')}; default: leader` },
  count: { default: 20, min: 1, max: 10_000, doc: 'hand-overs of each kind' },
  kinds: {
    text: true,
    value: 'KINDS',
    doc: [
      `of ${HANDOVER_KINDS.join(', ')}`,
      ...Object.entries(STORAGE_PARTS).map(
        ([part, { faults }]) => `with --of ${part}: ${Object.keys(faults).join(', ')}`,
      ),
      'default: all',
    ].join('; '),
  },
  rate: { default: 100, min: 20, max: 2_000, doc: 'payments per second meanwhile' },
  deadline: {
    default: 5_000,
    min: 100,
    max: 60_000,
    doc: `ms within which a payment must have succeeded; with --of ${Object.keys(STORAGE_PARTS).join(' or ')} at least ${SHORTEST_DEADLINE_MS}`,
  },
  monitors: { default: 1, min: 1, max: 5, doc: 'monitors: 1, 3 or 5' },
  route: {
    text: true,
    value: 'ROUTES',
    doc: 'with --of record: pool, haproxy, or pool,haproxy to compare them; default: pool',
  },
  unsafe: { flag: true, doc: 'control of --of record: the protocol etcd3, which loses payments' },
  seed: { default: 1, min: 0, max: 2 ** 31 - 1, doc: 'chooses payments, times, order and victims' },
} as const;

type Context = RunContext<typeof OPTIONS>;

const REPLICAS = 3;
/**
 * Most rounds per segment. After each segment the system comes to rest, is judged, and the records
 * are released, so ten thousand hand-overs need only the memory of one segment. A run that is
 * interrupted keeps its finished segments: a short run therefore has shorter ones.
 */
const ROUNDS_A_SEGMENT = 10;
const SEGMENTS = 20;

const chooseSegmentRounds = (count: number): number =>
  Math.min(ROUNDS_A_SEGMENT, Math.ceil(count / SEGMENTS));

export const failover: Experiment<typeof OPTIONS> = {
  name: 'failover',
  summary: 'hand-over times of the leader; failover of the database and of Redis',
  options: OPTIONS,
  check: ({ monitors, kinds, of, route, unsafe }) => {
    if (of !== null && !PARTS.includes(of))
      return `--of must be one of ${PARTS.join(', ')}, got "${of}"`;
    const part = readPart(of);
    if (route !== null && part !== 'record') return '--route needs --of record';
    if (readRoutes(route) === null) return `--route must be pool, haproxy or both, got "${route}"`;
    if (unsafe && part !== 'record') return '--unsafe needs --of record';
    if (part !== null) return findWrongFault(part, { kinds, route, unsafe });
    const read = readKinds(kinds);
    if ('unknown' in read)
      return `--kinds: there is no "${read.unknown}"; there are ${HANDOVER_KINDS.join(', ')}`;
    if (monitors % 2 === 0) return '--monitors must be odd';
    return kinds === null ? null : (unfitAmong(read.kinds, monitors)[0] ?? null);
  },
  run,
};

const unfitAmong = (kinds: readonly ForcedKind[], monitors: number): string[] =>
  kinds.flatMap((kind) => explainUnfit(kind, monitors) ?? []);

function run(context: Context): Promise<RunRecord> {
  const part = readPart(context.options.of);
  if (part === null) return runHandovers(context);
  const [route = 'pool', ...others] = readRoutes(context.options.route) ?? [];
  return others.length === 0
    ? runStorage(part, route, context)
    : compareRoutes(part, [route, ...others], context);
}

function runHandovers(context: Context): Promise<RunRecord> {
  const { monitors, seed, deadline, count, rate, kinds: asked } = context.options;
  const read = readKinds(asked);
  const wanted = 'kinds' in read ? read.kinds : [];
  const kinds = wanted.filter((kind) => explainUnfit(kind, monitors) === null);
  const gateway = {
    seed: GATEWAY_OPTIONS.seed.default ?? 0,
    latencyMs: GATEWAY_OPTIONS.latencyMs.default ?? 0,
  };
  const figures = new FailoverFigures({
    kinds,
    monitors,
    deadlineMs: deadline,
    chargeMs: (id) => chargeDurationMs(id, gateway),
  });
  const onProgress = progressOf(context, kinds.length, () => figures.traffic.sent);
  const rounds = chooseSegmentRounds(count);
  return runWithCluster<RoundsDone>(
    {
      name: 'failover',
      replicas: REPLICAS,
      monitors,
      seed,
      deadlineMs: deadline,
      links: kinds.some((kind) => HANDOVERS[kind].links === true),
      segments: Math.ceil(count / rounds),
      perform: (cluster, segment) =>
        forceHandovers({
          cluster,
          kinds,
          seed,
          segment,
          ratePerSec: rate,
          deadlineMs: deadline,
          signal: context.signal,
          onProgress,
          from: (segment - 1) * rounds + 1,
          to: Math.min(count, segment * rounds),
        }),
      trials: (done, evidence) => {
        figures.add(done, evidence);
        return [];
      },
      // One row per kind.
      conclude: () => ({ trials: figures.trials(), histograms: figures.histograms() }),
      objectives: (_trials, total) => figures.objectives(total),
      table: (result) => failoverTable(result, figures, unfitAmong(wanted, monitors)),
    },
    context,
  );
}

/**
 * Shows the progress, and the time left at the average speed so far. @param before payments of the
 * completed segments.
 */
function progressOf(
  { options: { count }, progress }: Context,
  kinds: number,
  before: () => number,
) {
  const all = count * kinds;
  let startMs: number | null = null;
  let done = 0;
  return (kind: ForcedKind, answered: number): void => {
    startMs ??= performance.now();
    const left =
      done === 0
        ? ''
        : ` · ${duration(((performance.now() - startMs) / done) * (all - done))} left`;
    progress.show(
      `${done}/${all} hand-overs · next: ${kind} · ${before() + answered} payments answered${left}`,
    );
    done += 1;
  };
}

const duration = (ms: number): string =>
  ms < 90_000 ? `${Math.ceil(ms / 1_000)} s` : `${Math.ceil(ms / 60_000)} min`;
