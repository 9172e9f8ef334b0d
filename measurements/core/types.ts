/**
 * The words of the core: the state of the ensemble as a device read it, the memory of the device,
 * and the steps that it takes.
 */

/** A candidate of the election, in the order of the sequence numbers: the first one leads. */
interface ViewedCandidate {
  /** Name of its node below `/election`. */
  node: string;
  device: string;
}

/** A measurement of one device, in ms. */
export interface DeviceMeasurement {
  device: string;
  round: number;
  ms: number;
}

/**
 * The ensemble as a device read it, one node after the other: the parts may be from different
 * moments, and older than the latest write.
 */
export interface RoundView {
  candidates: readonly ViewedCandidate[];
  /** The open round; null: no round is open. */
  barrier: { round: number; epoch: number } | null;
  /** The last finished round; null: the node is missing or holds no number. */
  counter: { round: number; version: number } | null;
  measurements: readonly DeviceMeasurement[];
  /** Time between two openings, in ms. */
  periodMs: number;
}

/** The mean that a leader sends for one round, computed once. */
export interface Mean {
  round: number;
  epoch: number;
  /** In ms, rounded to thousandths. */
  mean: number;
  /** The measurements in it, by device. */
  values: Readonly<Record<string, number>>;
}

/** The memory of a device. Times are those of its monotonic clock. */
export interface DeviceState {
  device: string;
  /** Its own election node; null: not a candidate. */
  candidate: { node: string; epoch: number } | null;
  /** The epoch that the API confirmed; null: none of this device. */
  announced: number | null;
  /** The latest round whose barrier this device saw, and when it saw it first. */
  opening: { round: number; atMs: number } | null;
  /** The latest round for which this device measured or could not measure. */
  measuredRound: number;
  /** The mean of the open round, from its first sending on. */
  kept: Mean | null;
  /** The round that may be finished, and whether the API has its mean. */
  done: { round: number; missed: boolean } | null;
  /** The API refused the epoch of the candidate. */
  isOutdated: boolean;
  /** A step that failed is not repeated before this time. */
  retryAtMs: number;
}

export type RoundStep =
  | { kind: 'stand' }
  | { kind: 'announce'; epoch: number }
  | { kind: 'open'; round: number; epoch: number; counterVersion: number }
  | { kind: 'measure'; round: number }
  | { kind: 'send'; mean: Mean }
  /** Ends a round without a mean: nothing was measured, or the API did not answer in time. */
  | { kind: 'miss'; round: number }
  | { kind: 'finish'; round: number; counterVersion: number }
  /** Removes the own candidate, because the API knows a later epoch. */
  | { kind: 'resign' }
  /** Nothing to do until something changes, or until this time; null: only a change. */
  | { kind: 'wait'; untilMs: number | null };

/** The result of one step that was carried out. */
export type StepResult =
  | { step: 'stand'; candidate: { node: string; epoch: number } | null }
  | { step: 'announce'; result: 'confirmed' | 'old-epoch' | 'failed' }
  | { step: 'open' | 'finish'; done: boolean }
  | { step: 'measure'; round: number; done: boolean }
  | { step: 'send'; mean: Mean; result: 'kept' | 'round-kept' | 'old-epoch' | 'refused' | 'failed' }
  | { step: 'miss'; round: number }
  | { step: 'resign'; done: boolean };
