/**
 * Baseline (b), patients: asks the monitor who leads and sends the payment there, once. A connection that fails is reported to the monitor,
 * which pings at once; the payment itself is not sent again, and whoever pays is told 503.
 */
import { loadConfig } from '../../../shared/config.js';
import { mountFront } from '../front.js';
import { PATIENTS_OPTIONS } from '../options.js';
import { openPool, runBaseline, tokensOf } from '../process.js';
import { createLeaderClient } from './leader-client.js';

await runBaseline(
  () => loadConfig(PATIENTS_OPTIONS, process.env),
  async (app, config) => {
    const pool = openPool(config);
    const leader = createLeaderClient(config.monitorUrl, config.internalToken);
    mountFront(app, { id: config.id, pool, tokens: tokensOf(config), pay: leader.pay });
    return () => {
      leader.close();
      return pool.end();
    };
  },
);
