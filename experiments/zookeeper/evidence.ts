/**
 * The evidence of measurement rounds: measurements and means that the devices logged before they
 * wrote or sent them, and the means that the API accepted. Reads both. Pure.
 */
import { z } from 'zod';
import { seriesAnswer } from '../../shared/contracts/measurements.js';

/** A measurement that a device logged before it wrote it. Times are wall clock, ms since 1970. */
export interface LoggedMeasurement {
  device: string;
  round: number;
  ms: number;
  /** Payments in it; 0: a probe. */
  payments: number;
  atMs: number;
}

/** A mean that a leading device logged before it sent it. */
export interface ComputedMean {
  device: string;
  round: number;
  epoch: number;
  mean: number;
  /** The measurements in the mean by device, ms. */
  values: Readonly<Record<string, number>>;
  atMs: number;
}

/** A mean in the series of the API. */
export interface AcceptedMean {
  round: number;
  epoch: number;
  mean: number;
  /** Number of measurements in the mean. */
  devices: number;
  /** By the clock of the API. */
  atMs: number;
}

/** The answer of the API to a mean, as a device logged it. */
export interface AnsweredMean {
  device: string;
  round: number;
  epoch: number;
  isAccepted: boolean;
  atMs: number;
}

export interface MeanEvidence {
  measured: readonly LoggedMeasurement[];
  computed: readonly ComputedMean[];
  /** Each mean that was ever in the series, also one that another has replaced. */
  accepted: readonly AcceptedMean[];
  answered: readonly AnsweredMean[];
}

const logLine = z.object({ time: z.iso.datetime(), msg: z.string() });
const measuredLine = z.object({
  round: z.int(),
  ms: z.number(),
  payments: z.int().default(0),
});
const computedLine = z.object({
  round: z.int(),
  epoch: z.int(),
  mean: z.number(),
  values: z.record(z.string(), z.number()),
});
const answeredLine = z.object({ round: z.int(), epoch: z.int() });

export type DeviceEvent =
  | ({ kind: 'measured' } & LoggedMeasurement)
  | ({ kind: 'computed' } & ComputedMean)
  | ({ kind: 'answered' } & AnsweredMean);

/** The event in a line that a device logged; null: another line. */
export function readDeviceLine(device: string, line: string): DeviceEvent | null {
  if (!line.startsWith('{')) return null;
  const fields = parseJson(line);
  const head = logLine.safeParse(fields);
  if (!head.success) return null;
  const common = { device, atMs: Date.parse(head.data.time) };
  switch (head.data.msg) {
    case 'measured':
      return { kind: 'measured', ...measuredLine.parse(fields), ...common };
    case 'mean computed':
      return { kind: 'computed', ...computedLine.parse(fields), ...common };
    case 'mean accepted':
    case 'mean refused': {
      const isAccepted = head.data.msg === 'mean accepted';
      return { kind: 'answered', ...answeredLine.parse(fields), isAccepted, ...common };
    }
    default:
      return null;
  }
}

function parseJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return null;
  }
}

/** The means in an answer of `GET /series`. @throws ZodError */
export const readSeries = (answer: unknown): AcceptedMean[] =>
  seriesAnswer.parse(answer).rounds.map(({ at, ...mean }) => ({ ...mean, atMs: Date.parse(at) }));
