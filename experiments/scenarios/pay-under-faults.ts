/**
 * Runs one segment of a declared scenario: its payments and its faults, from the first payment to
 * the last heal.
 */
import { setMaxListeners } from 'node:events';
import { sleep } from '../../shared/clock.js';
import { seededRandom } from '../../shared/random.js';
import type { FaultWindow, RequestRecord } from '../record/history.js';
import type { Cluster } from '../system/cluster.js';
import { LeaderWatch } from '../system/leader-watch.js';
import type { FaultSchedule, SkippedInjection } from '../planning/schedule.js';
import { ScheduleRunner } from '../run/schedule-runner.js';
import type { CurrentLeader } from '../system/system-under-test.js';
import { createPaymentClient, type PaymentClient } from '../traffic/client.js';
import { withRetries } from '../traffic/retrying-client.js';
import { FollowUps } from '../traffic/follow-ups.js';
import type { TrafficReport } from '../traffic/traffic-report.js';
import { runTraffic } from '../traffic/traffic.js';
import type { Declaration } from './declaration.js';
import type { Segment } from './segments.js';

/** A declaration whose schedule may still depend on the capabilities of the cluster. */
export type AskedScenario = Omit<Declaration, 'schedule'> & {
  schedule: (cluster: Cluster) => FaultSchedule;
};

export interface SegmentProgress {
  /** Payments sent in this segment. */
  sent: number;
  /** Faults injected or skipped in this segment. */
  faults: number;
  leader: CurrentLeader;
}

export interface SegmentOptions {
  asked: AskedScenario;
  cluster: Cluster;
  /** 1, 2, … */
  number: number;
  segment: Segment;
  signal: AbortSignal;
  onProgress(progress: SegmentProgress): void;
}

export interface SegmentDone {
  requests: RequestRecord[];
  /** Captures, voids and refunds. Absent: none was to be sent. */
  operations?: RequestRecord[];
  faults: FaultWindow[];
  skipped: SkippedInjection[];
  /** Faults whose heal failed, for people. */
  unhealed: string[];
  /** Report of the load generator. */
  traffic: TrafficReport;
  /** Wall clock, ms since 1970. */
  startedMs: number;
}

/**
 * Creates a client that retries with the same key, through another instance, until the deadline.
 * Behind a balancer it never retries.
 */
function createUserClient({
  asked: { traffic, system },
  cluster,
  signal,
}: SegmentOptions): PaymentClient {
  const once = createPaymentClient(
    cluster.addresses,
    cluster.system.tokens.api,
    traffic.patienceMs,
  );
  return system.balancer ? once : withRetries(once, traffic.deadlineMs, signal);
}

/** Longest time to repeat an operation, ms: longer than any fault, also on a busy machine. */
const OPERATION_MS = 600_000;
/** How long each attempt waits, ms: thousands of callers may wait at the same time. */
const OPERATION_PATIENCE_MS = 30_000;
/** Pause between two attempts, ms: a busy system refuses thousands of callers at once. */
const OPERATION_PAUSE_MS = 2_000;

interface After {
  followUps: FollowUps;
  close: () => void;
}

/** Null: no operation follows a payment. */
function createFollowUps(options: SegmentOptions): After | null {
  const { cluster, signal } = options;
  const percent = options.asked.traffic.operations ?? 0;
  if (percent === 0) return null;
  // Every operation waits with this signal.
  setMaxListeners(0, signal);
  const { api, operator } = cluster.system.tokens;
  const [payer, operating] = [api, operator].map((token) =>
    withRetries(
      createPaymentClient(cluster.addresses, token, OPERATION_PATIENCE_MS),
      OPERATION_MS,
      signal,
      OPERATION_PAUSE_MS,
    ),
  ) as [PaymentClient, PaymentClient];
  const pause = (ms: number): Promise<void> => sleep(ms, signal);
  return {
    followUps: new FollowUps({ payer, operator: operating, percent, pause }),
    close: () => {
      payer.close();
      operating.close();
    },
  };
}

/** All faults are healed on every exit path. @throws AbortError */
export async function payUnderFaults(options: SegmentOptions): Promise<SegmentDone> {
  const {
    asked: { seed, system },
    cluster,
    number,
    segment,
    signal,
  } = options;
  const leaders = new LeaderWatch(cluster);
  const runner = new ScheduleRunner({
    cluster,
    injections: segment.injections,
    seed,
    partCounts: system,
    leaders,
    signal,
  });
  const client = createUserClient(options);
  const after = createFollowUps(options);
  const requests: RequestRecord[] = [];
  const startedMs = performance.timeOrigin + performance.now();
  let unhealed: string[] = [];
  let traffic: TrafficReport;
  try {
    runner.start();
    const onRecord = (record: RequestRecord): void => {
      requests.push(record);
      after?.followUps.onRecord(record);
    };
    const prepare = after?.followUps.prepare.bind(after.followUps);
    traffic = await pay(options, { client, onRecord, prepare }, (sent) => {
      runner.onSent(sent - 1);
      options.onProgress({
        sent,
        faults: runner.injectedCount + runner.skipped.length,
        leader: leaders.last,
      });
    });
    await after?.followUps.waitUntilDone();
  } finally {
    unhealed = await runner.end();
    leaders.close();
    client.close();
    after?.close();
  }
  return {
    requests,
    ...(after ? { operations: after.followUps.records } : {}),
    faults: runner.windows(number),
    skipped: runner.skipped,
    unhealed,
    traffic,
    startedMs,
  };
}

function pay(
  { asked: { name, seed, traffic }, cluster, number, segment, signal }: SegmentOptions,
  {
    client,
    onRecord,
    prepare,
  }: {
    client: PaymentClient;
    onRecord: (record: RequestRecord) => void;
    prepare: FollowUps['prepare'] | undefined;
  },
  onSent: (sent: number) => void,
): Promise<TrafficReport> {
  return runTraffic('open', {
    client,
    signal,
    name: `${name}-${number}`,
    trial: number,
    count: segment.payments,
    ratePerSec: traffic.ratePerSec,
    patients: cluster.patients,
    random: seededRandom(seed, `traffic-${number}`),
    onSent: (index) => onSent(index + 1),
    onRecord,
    ...(prepare ? { prepare } : {}),
  });
}
