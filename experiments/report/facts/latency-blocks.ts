/**
 * Latencies per block of time, in a compact form: a later comparison derives the variance of this
 * run's percentiles from them. The requests that one hand-over affects are correlated, so that
 * comparison resamples blocks, not requests. Pure.
 */
import type { RequestRecord } from '../../record/history.js';
import { getLatency } from './fate.js';

/** Latencies that differ by less than 1 % are in one bin. */
const GRAIN = 1.01;
const SHORTEST_MS = 0.01;
const LONGEST_COUNT = 200;
const SHORTEST_BLOCK_MS = 1_000;

export interface LatencyBlocks {
  blockMs: number;
  /**
   * For each block: a bin, its count, the next bin, …, ascending. A bin is an exponent of `GRAIN`,
   * in ms.
   */
  blocks: readonly (readonly number[])[];
}

export const binOf = (ms: number): number =>
  Math.round(Math.log(Math.max(SHORTEST_MS, ms)) / Math.log(GRAIN));
export const latencyOfBin = (bin: number): number => GRAIN ** bin;

/** @param weightOf number of requests that a kept one represents. */
export function latencyBlocks(
  requests: Iterable<RequestRecord>,
  [fromMs, toMs]: readonly [number, number],
  weightOf: (request: RequestRecord) => number,
): LatencyBlocks {
  const blockMs = Math.max(SHORTEST_BLOCK_MS, (toMs - fromMs) / LONGEST_COUNT);
  const blocks = new Map<number, Map<number, number>>();
  for (const request of requests) {
    if (request.status === null || request.status === 'PENDING') continue;
    const at = Math.floor((request.intendedMs - fromMs) / blockMs);
    const block = blocks.get(at) ?? new Map<number, number>();
    blocks.set(at, block);
    const bin = binOf(getLatency(request));
    block.set(bin, (block.get(bin) ?? 0) + weightOf(request));
  }
  const ordered = [...blocks]
    .sort(([a], [b]) => a - b)
    .map(([, block]) => [...block].sort(([a], [b]) => a - b).flat());
  return { blockMs, blocks: ordered };
}
