/**
 * Baseline (b), patients: queries the monitor for the leader and sends the payment to the leader,
 * once. Reports a failed connection to the monitor, which pings at once. The payment is not sent
 * again; the client receives 503.
 */
import { loadConfig } from '../../../shared/config.js';
import { mountFront } from '../front.js';
import { BASELINE_PATIENTS_OPTIONS } from '../options.js';
import { openBaselinePool, runBaseline, tokensOf } from '../process.js';
import { createLeaderClient } from './leader-client.js';

await runBaseline(
  () => loadConfig(BASELINE_PATIENTS_OPTIONS, process.env),
  async (app, config) => {
    const pool = openBaselinePool(config);
    const leader = createLeaderClient(config.monitorUrl, config.internalToken);
    mountFront(app, { id: config.id, pool, tokens: tokensOf(config), pay: leader.pay });
    return () => {
      leader.close();
      return pool.end();
    };
  },
);
