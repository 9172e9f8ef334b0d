/** Makes one stored sample from the status and the last seconds of the sampler. Pure. */
import { z } from 'zod';
import { memberId } from '../../shared/contracts/ids.js';
import { adminState } from '../../shared/contracts/leadership.js';
import { OBSERVED, type Status } from '../../shared/contracts/status.js';
import { roundToTenth } from '../../shared/format.js';
import { sumRates } from '../core/rates.js';
import type { Sample } from '../status/sampler.js';

const reached = z.boolean().nullable();

/** The states of a moment, as stored. Names without addresses. */
export const sampleStates = z.object({
  replicas: z.record(
    memberId,
    z.object({ observed: z.enum(OBSERVED), admin: adminState, rate: z.number() }),
  ),
  monitors: z.record(memberId, z.string()),
  patients: z.record(memberId, z.string()),
  engines: z.object({ postgres: reached, redis: reached, gateway: reached }),
});
type SampleStates = z.infer<typeof sampleStates>;

/** The figures of a step. Null: not known. */
export interface SampleFigures {
  /** Payments per second. */
  committed: number | null;
  p50Ms: number | null;
  p99Ms: number | null;
  pending: number | null;
  waiting: number | null;
  active: number | null;
  failed: number | null;
  /** In the minute before the sample. */
  gatewayCalls: number | null;
  gatewayFailed: number | null;
}

export interface SampleRow extends SampleFigures {
  leader: string | null;
  term: number | null;
  /** Why the oldest pending payment waits. Null: none is pending. */
  cause: string | null;
  states: SampleStates;
}

/** Mean of the known values; null: none is known. */
function getMean(values: readonly number[]): number | null {
  const sum = values.reduce((total, value) => total + value, 0);
  return values.length === 0 ? null : roundToTenth(sum / values.length);
}

const getMeanRate = (samples: readonly Sample[], id: string): number =>
  getMean(samples.map(({ rates }) => rates[id] ?? 0)) ?? 0;

const toStates = (status: Status, samples: readonly Sample[]): SampleStates => ({
  replicas: Object.fromEntries(
    status.replicas.map(({ id, observed, admin }) => [
      id,
      { observed, admin, rate: getMeanRate(samples, id) },
    ]),
  ),
  monitors: Object.fromEntries(status.monitors.map(({ id, observed }) => [id, observed])),
  patients: Object.fromEntries(status.patients.map(({ id, observed }) => [id, observed])),
  engines: { ...status.engines, gateway: status.gateway.reached },
});

/** @param samples of the step, oldest first. */
export function toSampleRow(status: Status, samples: readonly Sample[]): SampleRow {
  const { queue, gateway, waiting, partitions } = status;
  const latencies = samples.flatMap(({ latency }) => latency ?? []);
  const [partition] = partitions;
  return {
    leader: partition?.leader ?? null,
    term: partition?.term ?? null,
    committed: getMean(samples.map(({ rates }) => sumRates(rates))),
    p50Ms: getMean(latencies.map(({ p50 }) => p50)),
    p99Ms: latencies.length === 0 ? null : Math.max(...latencies.map(({ p99 }) => p99)),
    pending: queue.pending,
    waiting: queue.waiting,
    active: queue.active,
    failed: queue.failed,
    gatewayCalls: gateway.calls,
    gatewayFailed: gateway.failed,
    cause: waiting?.sentence ?? null,
    states: toStates(status, samples),
  };
}
