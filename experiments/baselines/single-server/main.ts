/**
 * Baseline (a): a single payment server. It receives the request, saves the payment, charges with
 * the payment's id as the idempotency key, saves the outcome and responds. After a crash it
 * finishes pending payments before it listens. It has no standby, no monitor and no queue: while it
 * is down, clients get no connection. The same process serves the public pages.
 */
import { loadPatientsConfig } from '../../../patients/config.js';
import { loadConfig } from '../../../shared/config.js';
import { createLogger } from '../../../shared/observability/logger.js';
import { mountFront } from '../front.js';
import { SERVER_OPTIONS } from '../options.js';
import { openGateway, openBaselinePool, runBaseline, tokensOf } from '../process.js';
import { mountPages } from './pages.js';
import { finishWhatWasLeft, SingleServer } from './server.js';

await runBaseline(
  () => loadConfig(SERVER_OPTIONS, process.env),
  async (app, config) => {
    const pool = openBaselinePool(config);
    const server = new SingleServer(config.id, pool, openGateway(config));
    await finishWhatWasLeft(server, pool);
    mountFront(app, {
      id: config.id,
      pool,
      tokens: tokensOf(config),
      pay: (payment) => server.pay(payment),
    });
    const closePages = mountPages(app, {
      config: loadPatientsConfig(process.env),
      pool,
      logger: createLogger('baseline', config.id, 'warn'),
    });
    return async () => {
      await closePages();
      await pool.end();
    };
  },
);
