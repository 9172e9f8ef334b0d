/** Every option of a payment replica: name, unit, default, range and reason. */
import { TOKEN_OPTIONS } from '../shared/http/auth.js';
import {
  flag,
  loadConfig,
  integer,
  milliseconds,
  oneOf,
  port,
  ratio,
  text,
  url,
  type Config,
} from '../shared/config.js';
import { databaseUrl } from '../shared/postgres/database-option.js';
import { redisUrl } from '../shared/queue/redis-address.js';
import { LONGEST_WAIT_MS } from '../shared/postgres/ledger.js';

export const PAYMENTS_OPTIONS = {
  ...TOKEN_OPTIONS,
  id: text('ID', { default: 'server_1', doc: 'Name of this replica, as monitors know it.' }),
  host: text('HOST', { default: '127.0.0.1', doc: 'Address to listen on.' }),
  port: port('PORT', { default: 5001, doc: 'Port to listen on.' }),
  databaseUrl: databaseUrl({ doc: 'PostgreSQL, which stores the payments.' }),
  redisUrl: redisUrl({ doc: 'Redis: the queue and the outcome events.' }),
  queuePrefix: text('QUEUE_PREFIX', { default: 'relevo', doc: 'Prefix of every key in Redis.' }),
  logLevel: oneOf('LOG_LEVEL', ['debug', 'info', 'warn', 'error'], {
    default: 'info',
    doc: 'Lowest level that is logged.',
  }),
  faults: flag('FAULTS', {
    default: false,
    doc: 'Whether fault switches exist. Never on in production.',
  }),
  gateway: oneOf('GATEWAY', ['simulated', 'http'], {
    default: 'simulated',
    doc: 'simulated: in process. http: GATEWAY_URL.',
  }),
  gatewayUrl: url('GATEWAY_URL', {
    default: 'http://127.0.0.1:5100',
    doc: 'The gateway, when GATEWAY=http.',
  }),
  gatewayTimeoutMs: milliseconds('GATEWAY_TIMEOUT_MS', {
    default: 1_000,
    min: 10,
    max: 60_000,
    doc: 'Time limit of one call, to the last byte of the response. A parcel is committed after its slowest call.',
  }),
  gatewayMaxSockets: integer('GATEWAY_MAX_SOCKETS', {
    default: 256,
    min: 1,
    max: 10_000,
    doc: 'Maximum number of concurrent calls to the gateway. Further calls wait; their time-out starts with the call.',
  }),
  gatewayHealthPath: text('GATEWAY_HEALTH_PATH', {
    default: '/readyz',
    doc: 'Health check of the gateway: 2xx means that it can charge, 404 that the path does not exist, other answers that it cannot charge.',
  }),
  gatewayLatencyMs: milliseconds('GATEWAY_LATENCY_MS', {
    default: 20,
    max: 60_000,
    doc: 'Simulated gateway: mean duration of a call; 0: none.',
  }),
  gatewayDeclineRatio: ratio('GATEWAY_DECLINE_RATIO', {
    default: 0,
    doc: 'Simulated gateway: share of declined charges.',
  }),
  gatewaySeed: integer('GATEWAY_SEED', {
    default: 1,
    min: 0,
    max: 2 ** 31,
    doc: 'Simulated gateway: decides which keys are declined.',
  }),
  giveUpAfterMs: milliseconds('GIVE_UP_AFTER_MS', {
    default: 10_000,
    doc: 'How long the attempts of a payment must have failed before it may be FAILED. Longer than a gateway takes to restart.',
  }),
  retryBaseMs: milliseconds('RETRY_BASE_MS', {
    default: 100,
    min: 1,
    doc: 'First wait before another attempt; doubles each time.',
  }),
  retryCapMs: milliseconds('RETRY_CAP_MS', {
    default: 10_000,
    min: 1,
    max: LONGEST_WAIT_MS,
    doc: 'Longest wait before another attempt.',
  }),
  parcelsInFlight: integer('PARCELS_IN_FLIGHT', {
    default: 64,
    min: 1,
    max: 256,
    doc: 'Maximum number of parcels in flight. A single payment is a parcel: 64 are about 2,000 per second at 30 ms each.',
  }),
  paymentsInFlight: integer('PAYMENTS_IN_FLIGHT', {
    default: 4_000,
    min: 1,
    max: 100_000,
    doc: 'Maximum number of payments in flight; further parcels wait. A higher value hides a slower gateway, but the next leader repeats more calls.',
  }),
  beatIntervalMs: milliseconds('BEAT_INTERVAL_MS', {
    default: 100,
    min: 10,
    max: 10_000,
    doc: 'Interval between two beats on the stream.',
  }),
  relayIntervalMs: milliseconds('RELAY_INTERVAL_MS', {
    default: 500,
    min: 10,
    doc: 'Interval between two polls for payments in no parcel. A fifth of it while Redis is unavailable, and for 2 s after.',
  }),
  relayGraceMs: milliseconds('RELAY_GRACE_MS', {
    default: 250,
    doc: 'Age at which a payment in no parcel counts as forgotten: patients need some time to enqueue it.',
  }),
  leadershipPollMs: milliseconds('LEADERSHIP_POLL_MS', {
    default: 1_000,
    min: 50,
    doc: 'Interval between two reads of the leadership row. They find a promotion that no monitor could deliver.',
  }),
  standDownResumeMs: milliseconds('STAND_DOWN_RESUME_MS', {
    default: 5_000,
    min: 100,
    doc: 'Time after which a leader that stood down and was not replaced leads again.',
  }),
  statementTimeoutMs: milliseconds('STATEMENT_TIMEOUT_MS', {
    default: 5_000,
    min: 100,
    doc: 'Time-out of a statement in PostgreSQL.',
  }),
  shutdownMs: milliseconds('SHUTDOWN_MS', {
    default: 5_000,
    min: 100,
    doc: 'Time limit of an orderly shutdown.',
  }),
} as const;

export type PaymentsConfig = Config<typeof PAYMENTS_OPTIONS>;

/** Relations that the options must satisfy. */
const RELATIONS = [
  (config: PaymentsConfig): string | null =>
    config.gateway === 'http' && config.gatewayMaxSockets > config.paymentsInFlight
      ? 'GATEWAY_MAX_SOCKETS must not be above PAYMENTS_IN_FLIGHT, because each payment in flight makes at most one call at a time'
      : null,
  (config: PaymentsConfig): string | null =>
    config.retryBaseMs > config.retryCapMs ? 'RETRY_BASE_MS must not be above RETRY_CAP_MS' : null,
  (config: PaymentsConfig): string | null =>
    config.relayGraceMs > config.relayIntervalMs * 20
      ? 'RELAY_GRACE_MS must not be above 20 × RELAY_INTERVAL_MS'
      : null,
  (config: PaymentsConfig): string | null =>
    config.gateway === 'simulated' && config.gatewayLatencyMs > config.gatewayTimeoutMs
      ? 'GATEWAY_LATENCY_MS must not be above GATEWAY_TIMEOUT_MS'
      : null,
];

/** @throws ConfigError with every problem found. */
export const loadPaymentsConfig = (env: NodeJS.ProcessEnv): PaymentsConfig =>
  loadConfig(PAYMENTS_OPTIONS, env, RELATIONS);
