/** The stand-alone simulated gateway as a process. */
import { runService } from '../shared/service.js';
import { GATEWAY_OPTIONS, loadGatewayConfig } from './config.js';
import { startGateway } from './start.js';

await runService({
  name: 'gateway',
  options: GATEWAY_OPTIONS,
  load: loadGatewayConfig,
  shutdownMs: () => 2_000,
  start: startGateway,
});
