/** The upper limits of Relevo and its peers, measured in the same run, in the order of the help. */
import type { Benchmark } from '../benchmark.js';
import { FENCED_ROWS } from '../objectives.js';
import { peerBenchmark } from '../peer-benchmark.js';
import { bullmqNoop } from './bullmq-noop.js';
import { expressEcho } from './express-echo.js';
import { fencedRows } from './fenced-rows.js';

export const LIMITS: readonly Benchmark[] = [
  fencedRows(FENCED_ROWS, 200),
  fencedRows(`${FENCED_ROWS}-500`, 500),
  fencedRows(`${FENCED_ROWS}-1000`, 1_000),
  peerBenchmark(bullmqNoop, 'drain', 'limit', 'limits'),
  peerBenchmark(bullmqNoop, 'live', 'limit', 'limits'),
  expressEcho,
];
