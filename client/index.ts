/** The typed client of Relevo: what may be imported from outside. Runs in Node 20 and in browsers; needs `fetch` and nothing of Node's. */
export { createMonitorClient, type HandedOver, type MonitorClient, type ReplicaStateSet, type Status } from './monitor.js';
export type { CallOptions, ClientOptions, KeyedCallOptions } from './options.js';
export { AnswerTooLarge } from './bounded-answer.js';
export { PaymentPending, RelevoProblem, RelevoUnreachable, type Payment, type ProblemCode, type ProblemDocument } from './problem.js';
export {
  createRelevoClient, type Batch, type BatchRequest, type Bill, type ExitPass, type Patient, type PaymentFilter, type PaymentRequest,
  type RelevoClient,
} from './relevo.js';
export { DEFAULT_POLICY, pauseMs, retryAfterMs, type RetryPolicy } from './retry.js';
