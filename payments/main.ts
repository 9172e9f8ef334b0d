/** The payments service as a process. */
import { runService } from '../shared/service.js';
import { loadPaymentsConfig, PAYMENTS_OPTIONS } from './config.js';
import { startPayments } from './start.js';

await runService({
  name: 'payments',
  options: PAYMENTS_OPTIONS,
  load: loadPaymentsConfig,
  shutdownMs: ({ shutdownMs }) => shutdownMs,
  start: startPayments,
});
