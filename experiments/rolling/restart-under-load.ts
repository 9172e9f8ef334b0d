/**
 * One restart of the whole system under load: payments at a fixed rate and clients with sessions,
 * before, during and after it.
 */
import type { RestartRecord } from '../../shared/contracts/rolling-restart.js';
import type { Restarts } from '../../local/rolling/restarts.js';
import { sleep } from '../../shared/clock.js';
import { seededRandom } from '../../shared/random.js';
import { pollUntil } from '../../shared/wait-until.js';
import { seedPatient } from '../../prisma/seed-data.js';
import type { RequestRecord } from '../record/history.js';
import type { Cluster } from '../system/cluster.js';
import { createPaymentClient, wallMs } from '../traffic/client.js';
import { runTraffic } from '../traffic/traffic.js';
import type { TrafficReport } from '../traffic/traffic-report.js';
import type { SessionClients } from './visitors.js';

/** Traffic before and after the restart, ms: the control of the longest wait. */
export const CALM_MS = 2_000;
/** Traffic before the calm of the first restart, ms: new processes answer late. */
const WARM_UP_MS = 3_000;
const POLL_MS = 50;

export interface RestartLoad {
  cluster: Cluster;
  restarts: Restarts;
  sessions: SessionClients;
  /** Number of the restart, from 1. */
  number: number;
  ratePerSec: number;
  deadlineMs: number;
  seed: number;
  signal: AbortSignal;
  onProgress(record: RestartRecord | null, answered: number): void;
}

export interface RestartDone {
  record: RestartRecord;
  requests: RequestRecord[];
  traffic: TrafficReport;
  /** Start of the traffic, wall clock, ms. */
  startedMs: number;
}

/** Without the patients whose bills the flows pay: their payments would change a shown bill. */
function getPayingPatients({ patients }: Cluster, { count }: SessionClients): string[] {
  const ofFlows = Array.from({ length: count }, (_, index) => seedPatient(index + 1).id);
  return patients.filter((id) => !ofFlows.includes(id));
}

/** @throws AbortError */
async function restart({ restarts, number, signal }: RestartLoad): Promise<RestartRecord> {
  const record = await restarts.start(`experiment, restart ${number}`);
  const isEnded = (): boolean => record.state !== 'running';
  await pollUntil(isEnded, { deadlineMs: Infinity, pollMs: POLL_MS, signal });
  return record;
}

/** @throws AbortError; Error when the restart cannot begin. */
export async function restartUnderLoad(load: RestartLoad): Promise<RestartDone> {
  const { cluster, sessions, number, ratePerSec, deadlineMs, seed, signal } = load;
  const client = createPaymentClient(cluster.addresses, cluster.system.tokens.api, deadlineMs);
  const requests: RequestRecord[] = [];
  const stop = new AbortController();
  const startedMs = wallMs();
  const paying = runTraffic('open', {
    client,
    signal,
    ratePerSec,
    name: `restart-${number}`,
    trial: number,
    count: Infinity,
    stop: stop.signal,
    patients: getPayingPatients(cluster, sessions),
    random: seededRandom(seed, `traffic-${number}`),
    onRecord: (record) => {
      requests.push(record);
      load.onProgress(load.restarts.current, requests.length);
    },
  });
  paying.catch(() => undefined); // Awaited below in every case.
  const visiting = sessions.run(AbortSignal.any([stop.signal, signal]));
  try {
    await sleep(CALM_MS + (number === 1 ? WARM_UP_MS : 0), signal);
    const record = await restart(load);
    await sleep(CALM_MS, signal);
    stop.abort();
    return { record, requests, startedMs, traffic: await paying };
  } finally {
    stop.abort();
    await Promise.allSettled([paying, visiting]);
    client.close();
  }
}
