/** Metrics of the API of the measurements, in addition to those of its HTTP requests. */
import type { LeadingAnswer, SeriesRound } from '../../shared/contracts/measurements.js';
import { counter, gauge } from '../../shared/observability/metrics.js';

const RESULTS = ['kept', 'repeated', 'old_epoch', 'round_kept', 'invalid'] as const;
export type MeanResult = (typeof RESULTS)[number];

export const meansTotal = counter(
  'relevo_measurement_means_total',
  'Means that a leading device sent, by result. Only kept ones are in the series.',
  ['result'],
  RESULTS.map((result) => ({ result })),
);

const meanSeconds = gauge(
  'relevo_measurement_mean_seconds',
  'Mean of the last round: the processing latency of a payment, as all devices measured it.',
);
const roundNumber = gauge('relevo_measurement_round', 'Number of the last round with a mean.');
const devices = gauge('relevo_measurement_devices', 'Devices that measured in the last round.');
const epochNumber = gauge(
  'relevo_measurement_epoch',
  'Highest epoch that was announced; each leading device has a higher one.',
);

/** Null: no round was kept in this life of the process. */
let keptAt: number | null = null;

gauge(
  'relevo_measurement_round_age_seconds',
  'Time since the last round was kept; since the start of the process when there was none.',
  [],
  function measureAge() {
    this.set(keptAt === null ? process.uptime() : (performance.now() - keptAt) / 1_000);
  },
);

export function measureMean({ mean, round, devices: count }: SeriesRound): void {
  keptAt = performance.now();
  meanSeconds.set(mean / 1_000);
  roundNumber.set(round);
  devices.set(count);
}

export const measureEpoch = ({ epoch }: Pick<LeadingAnswer, 'epoch'>): void =>
  epochNumber.set(epoch);
