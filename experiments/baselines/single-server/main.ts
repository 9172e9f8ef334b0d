/**
 * Baseline (a): one payment server alone. It takes the request, saves the payment, charges the gateway with the payment's id as the
 * idempotency key, saves the outcome, answers. Before it listens again after a crash it finishes what it had left pending.
 * It has no standby, no monitor, no queue: while it is away, whoever pays is refused.
 */
import { loadConfig } from '../../../shared/config.js';
import { mountFront } from '../front.js';
import { SERVER_OPTIONS } from '../options.js';
import { openGateway, openPool, runBaseline, tokensOf } from '../process.js';
import { finishWhatWasLeft, SingleServer } from './server.js';

await runBaseline(
  () => loadConfig(SERVER_OPTIONS, process.env),
  async (app, config) => {
    const pool = openPool(config);
    const server = new SingleServer(config.id, pool, openGateway(config));
    await finishWhatWasLeft(server, pool);
    mountFront(app, { id: config.id, pool, tokens: tokensOf(config), pay: (payment) => server.pay(payment) });
    return () => pool.end();
  },
);
