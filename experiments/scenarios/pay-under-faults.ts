/**
 * Runs one stretch of a declared scenario: its payments and its faults, from the first payment to
 * the last heal.
 */
import { seededRandom } from '../../shared/random.js';
import type { FaultWindow, RequestRecord } from '../record/history.js';
import type { Laboratory } from '../system/cluster.js';
import { LeaderWatch } from '../system/leader-watch.js';
import type { Schedule } from '../run/schedule.js';
import { Strikes, type SkippedStrike } from '../run/schedule-runner.js';
import type { Leader } from '../system/system-under-test.js';
import { createPaymentClient, type PaymentClient } from '../traffic/client.js';
import { withRetries } from '../traffic/retrying-client.js';
import type { TrafficReport } from '../traffic/traffic-report.js';
import { runTraffic } from '../traffic/traffic.js';
import type { Declaration } from './declaration.js';
import type { Stretch } from './segments.js';

/** A declaration whose schedule may still depend on the capabilities of the laboratory. */
export type AskedScenario = Omit<Declaration, 'schedule'> & {
  schedule: (laboratory: Laboratory) => Schedule;
};

export interface StretchProgress {
  /** Payments sent in this stretch. */
  sent: number;
  /** Faults injected or skipped in this stretch. */
  faults: number;
  leader: Leader;
}

export interface StretchOptions {
  asked: AskedScenario;
  laboratory: Laboratory;
  /** 1, 2, … */
  number: number;
  stretch: Stretch;
  signal: AbortSignal;
  onProgress(progress: StretchProgress): void;
}

export interface StretchDone {
  requests: RequestRecord[];
  faults: FaultWindow[];
  skipped: SkippedStrike[];
  /** Faults whose heal failed, for people. */
  unhealed: string[];
  /** Report of the load generator. */
  traffic: TrafficReport;
  /** Wall clock, ms since 1970. */
  startedMs: number;
}

/**
 * Creates a client that retries with the same key, through another instance, until the deadline.
 */
function createUserClient({
  asked: { traffic },
  laboratory,
  signal,
}: StretchOptions): PaymentClient {
  const once = createPaymentClient(
    laboratory.entrances,
    laboratory.system.tokens.api,
    traffic.patienceMs,
  );
  return withRetries(once, traffic.deadlineMs, signal);
}

/** All faults are healed on every exit path. @throws AbortError */
export async function payUnderFaults(options: StretchOptions): Promise<StretchDone> {
  const {
    asked: { seed, system },
    laboratory,
    number,
    stretch,
    signal,
  } = options;
  const leaders = new LeaderWatch(laboratory);
  const strikes = new Strikes({
    laboratory,
    strikes: stretch.strikes,
    seed,
    census: system,
    leaders,
    signal,
  });
  const client = createUserClient(options);
  const requests: RequestRecord[] = [];
  const startedMs = performance.timeOrigin + performance.now();
  let unhealed: string[] = [];
  let traffic: TrafficReport;
  try {
    strikes.begin();
    traffic = await pay(options, client, requests, (sent) => {
      strikes.sent(sent - 1);
      options.onProgress({
        sent,
        faults: strikes.struck + strikes.skipped.length,
        leader: leaders.last,
      });
    });
  } finally {
    unhealed = await strikes.end();
    leaders.close();
    client.close();
  }
  return {
    requests,
    faults: strikes.windows(number),
    skipped: strikes.skipped,
    unhealed,
    traffic,
    startedMs,
  };
}

function pay(
  { asked: { name, seed, traffic }, laboratory, number, stretch, signal }: StretchOptions,
  client: PaymentClient,
  requests: RequestRecord[],
  onSent: (sent: number) => void,
): Promise<TrafficReport> {
  return runTraffic('open', {
    client,
    signal,
    name: `${name}-${number}`,
    trial: number,
    count: stretch.payments,
    ratePerSec: traffic.ratePerSec,
    patients: laboratory.patients,
    random: seededRandom(seed, `traffic-${number}`),
    onSent: (index) => onSent(index + 1),
    onRecord: (record) => requests.push(record),
  });
}
