/** The limits and waits of a replica, derived from its configuration. */
import type { PaymentsConfig } from './config.js';
import type { Policy } from './dependencies.js';

/**
 * Parcels that a new leader begins before its worker runs: enough work until the worker delivers
 * more.
 */
const PREFETCH_MAX = 8;
/**
 * Payments in flight per concurrent call: a parcel ends with its slowest call, and meanwhile other
 * parcels use the connections.
 */
const IN_FLIGHT_PER_SOCKET = 4;
/**
 * Minimum number of attempts before a payment may be given up, also after a long outage of the
 * gateway.
 */
const LEAST_ATTEMPTS = 5;

/**
 * The limit of payments in flight. Payments beyond the gateway's capacity would only wait, and the
 * next leader would repeat them.
 */
const getInFlightMax = ({
  gateway,
  gatewayMaxSockets,
  paymentsInFlight,
}: PaymentsConfig): number =>
  gateway === 'http'
    ? Math.min(paymentsInFlight, gatewayMaxSockets * IN_FLIGHT_PER_SOCKET)
    : paymentsInFlight;

export const toPolicy = (config: PaymentsConfig): Policy => ({
  retry: {
    leastAttempts: LEAST_ATTEMPTS,
    giveUpAfterMs: config.giveUpAfterMs,
    baseMs: config.retryBaseMs,
    capMs: config.retryCapMs,
  },
  relay: { intervalMs: config.relayIntervalMs, graceMs: config.relayGraceMs },
  inFlightMax: getInFlightMax(config),
  prefetchMax: Math.min(PREFETCH_MAX, config.parcelsInFlight),
  gatewayTimeoutMs: config.gateway === 'http' ? config.gatewayTimeoutMs : 0,
  resumeMs: config.standDownResumeMs,
});
