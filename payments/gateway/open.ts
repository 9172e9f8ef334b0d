/** Opens the configured gateway. */
import type { PaymentsConfig } from '../config.js';
import type { Gateway } from '../core/gateway.js';
import { createHttpGateway } from './http.js';
import { createSimulatedGateway } from './simulated.js';
import type { GatewayWatch } from './gateway-watch.js';
import { withMetrics } from './with-metrics.js';
import { withSlots } from './with-slots.js';

function createGateway(config: PaymentsConfig): Gateway {
  if (config.gateway === 'simulated') {
    return createSimulatedGateway({
      latencyMs: config.gatewayLatencyMs,
      declineRatio: config.gatewayDeclineRatio,
      seed: config.gatewaySeed,
    });
  }
  return createHttpGateway({
    url: config.gatewayUrl,
    token: config.internalToken,
    timeoutMs: config.gatewayTimeoutMs,
    maxSockets: config.gatewayMaxSockets,
    healthPath: config.gatewayHealthPath,
  });
}

/** @param watch receives the results of all calls. */
export function openGateway(config: PaymentsConfig, watch: GatewayWatch): Gateway {
  const timed = withMetrics(createGateway(config), watch);
  return config.gateway === 'http' ? withSlots(timed, config.gatewayMaxSockets) : timed;
}
