/** Starts the gateway: ledger → HTTP. */
import type { Logger } from '../shared/observability/logger.js';
import type { ShutdownStep } from '../shared/shutdown.js';
import { closeServer, listen } from '../shared/http/http.js';
import { createGatewayApp } from './http/app.js';
import type { GatewayConfig } from './config.js';
import { GatewayLedger } from './ledger.js';

/** @throws Error when the ledger cannot be read or the port is in use. */
export async function startGateway(
  config: GatewayConfig,
  logger: Logger,
): Promise<{ steps: ShutdownStep[] }> {
  const ledger = new GatewayLedger(config.ledgerFile);
  if (ledger.cutOffBytes > 0)
    logger.warn(
      { bytes: ledger.cutOffBytes },
      'the last line of the ledger was torn: the line was cut off and does not count',
    );
  const server = await listen(createGatewayApp(config, ledger, logger), config.port, config.host);
  logger.info({ port: config.port, charges: ledger.all().length }, `${config.id} is ready`);
  return {
    steps: [
      { name: 'stop listening', run: () => closeServer(server) },
      { name: 'close the ledger', run: () => ledger.close() },
    ],
  };
}
