/**
 * Contracts of the measurement rounds: the nodes in ZooKeeper with their data, the calls of a
 * leading device to the measurements API, and the series that the API answers. Everything is
 * validated where it is read, because any program can write to the ensemble.
 */
import { z } from 'zod';
import { memberId, parseWritten, timestamp } from './ids.js';

/** The nodes in ZooKeeper, with the published names. */
export const ZNODES = {
  /** Parent of the candidates, `<device>-<guid>-<sequence>`; the lowest sequence leads. */
  election: '/election',
  /** Parent of the measurements, one ephemeral node per device. */
  measurements: '/mediciones',
  /** Exists while a round is open. */
  barrier: '/barrier',
  /** The number of the last finished round, in digits. */
  counter: '/counter',
  /** Added to the `czxid` of each candidate; exists when this ensemble continued after another. */
  epochBase: '/epoch_base',
  /** Parent of the settings. */
  config: '/config',
  /** Seconds between two rounds, in digits. */
  samplingPeriod: '/config/sampling_period',
  /** The address that receives means. */
  apiUrl: '/config/api_url',
} as const;

/** Seconds between two openings of a round. */
export const SAMPLING_PERIOD = { default: 5, min: 0.5, max: 3_600 } as const;

/** Path of the API that receives a mean; `api_url` ends with it. */
export const MEAN_PATH = '/nuevo';
/** Path of the API that receives the epoch of a new leading device. */
export const EPOCHS_PATH = '/epochs';

/** The largest mean and the largest measurement, in ms. */
export const LARGEST_MEAN_MS = 3_600_000;

/** The API keeps this many rounds, the newest ones. */
export const ROUNDS_KEPT = 10_000;

const round = z.int().min(1);
/**
 * The `czxid` of the election node of a leading device, above the epochs of an earlier ensemble: a
 * later leader has a higher epoch.
 */
const epoch = z.int().min(1);
const meanMs = z.number().min(0).max(LARGEST_MEAN_MS);
const deviceCount = z.int().min(1).max(1_000);

/** Data of `/barrier`: the open round, the leader's epoch, and its wall clock (for people). */
export const barrierData = z.object({ round, epoch, openedAt: timestamp });
export type BarrierData = z.infer<typeof barrierData>;

/** Data of one node below `/mediciones`: the latest measurement of one device. */
export const measurementData = z.object({
  round,
  ms: meanMs,
  /** `payments`: mean processing latency; `probe`: duration of a readiness check. */
  kind: z.enum(['payments', 'probe']),
  /** Number of payments that the mean covers; 0 for a probe. */
  payments: z.int().min(0),
});
export type MeasurementData = z.infer<typeof measurementData>;

/** Data of `/counter`. */
export const counterData = parseWritten(z.int().min(0));

/** Data of `/epoch_base`. */
export const epochBaseData = parseWritten(z.int().min(0));

/** A decimal number as a person or a query writes it; no exponent, no sign, no spaces. */
const decimal = <T extends z.ZodType<number, number>>(number: T) =>
  z
    .string('must be given once')
    .regex(/^\d{1,16}(\.\d{1,20})?$/, 'must be a decimal number')
    .transform(Number)
    .pipe(number);

/** Data of `/config/sampling_period`, in seconds. */
export const samplingPeriodData = decimal(
  z.number().min(SAMPLING_PERIOD.min).max(SAMPLING_PERIOD.max),
);

/**
 * Data of `/config/api_url`: http or https, without credentials, query and fragment, with the path
 * `MEAN_PATH`.
 * @param hosts the hosts that may receive the internal token.
 */
export const apiUrlData = (hosts: readonly string[]) =>
  z
    .string()
    .max(500)
    .refine((text) => URL.canParse(text), 'must be an absolute address')
    .transform((text) => new URL(text))
    .refine(({ protocol }) => /^https?:$/.test(protocol), 'must begin with http:// or https://')
    .refine(({ username, password }) => !username && !password, 'must not contain credentials')
    .refine(({ search, hash }) => !search && !hash, 'must have no query and no fragment')
    .refine(({ pathname }) => pathname.endsWith(MEAN_PATH), `must end with ${MEAN_PATH}`)
    .refine(
      ({ hostname }) => hosts.includes(hostname),
      `must name one of these hosts: ${hosts.join(', ')}`,
    )
    .transform(({ href }) => href);

/**
 * Query of `GET /nuevo`: one mean, in ms (`dato`), of one round. `devices`: number of measurements
 * in the mean.
 */
export const meanQuery = z.strictObject({
  dato: decimal(meanMs),
  round: parseWritten(round),
  epoch: parseWritten(epoch),
  devices: parseWritten(deviceCount),
});
export type MeanQuery = z.infer<typeof meanQuery>;

/** Answer of `GET /nuevo`, also when the same mean was kept before. */
export const meanAnswer = z.object({ kept: z.literal(true), round });

/** Body of `POST /epochs`: from now on the API refuses means of lower epochs. */
export const epochRequest = z.strictObject({ epoch, device: memberId });
export type EpochRequest = z.infer<typeof epochRequest>;

/** Answer of `POST /epochs`. `lastRound`: the last round with a mean; 0: none. */
export const epochAnswer = z.object({ epoch, lastRound: z.int().min(0) });
export type EpochAnswer = z.infer<typeof epochAnswer>;

/** Answer of `GET /epochs`: the highest epoch (0: none) and its device (null: unknown). */
export const leadingAnswer = z.object({
  epoch: z.int().min(0),
  device: memberId.nullable(),
  lastRound: z.int().min(0),
});
export type LeadingAnswer = z.infer<typeof leadingAnswer>;

/** Codes of the problems with which the API refuses a mean or an epoch for good. */
export const MEAN_REFUSALS = ['OLD_EPOCH', 'ROUND_KEPT'] as const;
export type MeanRefusal = (typeof MEAN_REFUSALS)[number];

/** Query of `GET /series`: number of rounds, the newest ones. */
export const seriesQuery = z.strictObject({
  last: parseWritten(z.int().min(1).max(ROUNDS_KEPT)).default(100),
});

export const seriesRound = z.object({
  round,
  /** In ms. */
  mean: meanMs,
  devices: deviceCount,
  at: timestamp,
  epoch,
});
export type SeriesRound = z.infer<typeof seriesRound>;

/** Answer of `GET /series`: the newest round is the last one. */
export const seriesAnswer = z.object({ rounds: z.array(seriesRound) });
export type SeriesAnswer = z.infer<typeof seriesAnswer>;
