/** Composition root of the stand-alone simulated gateway. */
import { loadConfig } from '../shared/config.js';
import { closeServer, listen } from '../shared/http/http.js';
import { createLogger } from '../shared/observability/logger.js';
import { startMetrics } from '../shared/observability/metrics.js';
import { runService } from '../shared/service.js';
import { createGatewayApp } from './app.js';
import { GATEWAY_OPTIONS } from './config.js';
import { GatewayLedger } from './ledger.js';

await runService(async () => {
  const config = loadConfig(GATEWAY_OPTIONS, process.env);
  const logger = createLogger('gateway', config.id, config.logLevel);
  startMetrics('gateway', config.id);
  const ledger = new GatewayLedger(config.ledgerFile);
  if (ledger.cutOffBytes > 0)
    logger.warn(
      { bytes: ledger.cutOffBytes },
      'the last line of the ledger was torn: the line was cut off and does not count',
    );
  const server = await listen(createGatewayApp(config, ledger, logger), config.port, config.host);
  logger.info({ port: config.port, charges: ledger.all().length }, `${config.id} is ready`);
  return {
    logger,
    deadlineMs: 2_000,
    steps: [
      { name: 'stop listening', run: () => closeServer(server) },
      { name: 'close the ledger', run: () => ledger.close() },
    ],
  };
});
