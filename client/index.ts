/**
 * The public interface of the typed Relevo client. It runs in Node 20 and in browsers; it needs
 * `fetch` and no module of Node.
 */
export {
  createMonitorClient,
  type HandedOver,
  type MonitorClient,
  type ReplicaStateSet,
  type Status,
} from './monitor.js';
export {
  createMeasurementsClient,
  type Leading,
  type MeasurementsClient,
  type MeasuredRound,
} from './measurements.js';
export type { CallOptions, ClientOptions, KeyedCallOptions } from './options.js';
export { AnswerTooLarge } from './bounded-answer.js';
export {
  PaymentPending,
  RelevoProblem,
  RelevoUnreachable,
  type Payment,
  type ProblemCode,
  type ProblemDocument,
} from './problem.js';
export {
  createRelevoClient,
  type Batch,
  type BatchRequest,
  type Bill,
  type ExitPass,
  type OperationWish,
  type Patient,
  type PaymentFilter,
  type PaymentRequest,
  type RelevoClient,
} from './relevo.js';
export { DEFAULT_POLICY, pauseMs, retryAfterMs, type RetryPolicy } from './retry.js';
