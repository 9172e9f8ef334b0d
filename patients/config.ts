/**
 * Every option of the patients service: environment name, default, range and reason. Relations
 * between options are checked together.
 */
import { TOKEN_OPTIONS } from '../shared/http/auth.js';
import {
  flag,
  integer,
  loadConfig,
  milliseconds,
  oneOf,
  port,
  text,
  url,
  type Config,
} from '../shared/config.js';
import { databaseUrl } from '../shared/postgres/database-option.js';
import { CURRENCIES } from '../shared/money.js';
import { ACCEPT_RETRY_MS, withUsualPatience } from '../shared/patience.js';
import { redisUrl } from '../shared/queue/redis-address.js';
import { HOSPITAL_TIME_ZONE } from '../shared/time-zone.js';
import { trustedProxies } from '../shared/http/trusted-proxies.js';
import { EXIT_POLICIES, type ExitRule } from './core/pass.js';
import { publicUrl } from './web/options.js';

export const PATIENTS_OPTIONS = {
  host: text('HOST', { default: '127.0.0.1', doc: 'Address to listen on.' }),
  port: port('PORT', {
    default: 4000,
    doc: 'Port to listen on; further instances use 4001, 4002, …',
  }),
  id: text('ID', {
    default: 'patients_1',
    doc: 'Name of this instance; stored with the payments it accepts.',
  }),
  databaseUrl: databaseUrl({ doc: 'PostgreSQL, the system of record.' }),
  redisUrl: redisUrl({ doc: 'Redis, the delivery.' }),
  queuePrefix: text('QUEUE_PREFIX', {
    default: 'relevo',
    doc: 'Prefix of every key and channel in Redis.',
  }),
  monitorUrl: url('MONITOR_URL', {
    default: 'http://127.0.0.1:5000',
    doc: 'Address of the monitor, linked on the first page.',
  }),
  logLevel: oneOf('LOG_LEVEL', ['trace', 'debug', 'info', 'warn', 'error', 'silent'], {
    default: 'info',
    doc: 'Lowest level that is logged.',
  }),
  ...TOKEN_OPTIONS,
  acceptGroupMax: integer('ACCEPT_GROUP_MAX', {
    default: 500,
    min: 1,
    max: 5_000,
    doc: 'Maximum number of payments in one insert; 500 take about as long as one disk flush.',
  }),
  acceptQueueMax: integer('ACCEPT_QUEUE_MAX', {
    default: 20_000,
    min: 1,
    max: 1_000_000,
    doc: 'Maximum number of payments waiting for their insert; beyond it the answer is 429. About a second of work.',
  }),
  backlogMax: integer('BACKLOG_MAX', {
    default: 2_000_000,
    min: 1,
    max: 100_000_000,
    doc: 'Maximum number of accepted payments that are not final, over all instances; beyond it 503. Two million are 2 GB.',
  }),
  backlogLookMs: milliseconds('BACKLOG_LOOK_MS', {
    default: 500,
    min: 20,
    max: 60_000,
    doc: 'How often the backlog is measured. Several instances may exceed BACKLOG_MAX by the payments of one interval.',
  }),
  requestsMax: integer('REQUESTS_MAX', {
    default: 4_000,
    min: 1,
    max: 100_000,
    doc: 'Maximum number of single-payment requests in progress; beyond it 429. A waiting request holds 30 kB: 120 MB in total.',
  }),
  batchesMax: integer('BATCHES_MAX', {
    default: 32,
    min: 1,
    max: 10_000,
    doc: 'Maximum number of batches in progress; beyond it 429. Each may have a body of 1 MB, about 4 MB when parsed.',
  }),
  batchPaymentsMax: integer('BATCH_PAYMENTS_MAX', {
    default: 100_000,
    min: 1,
    max: 10_000_000,
    doc: 'Maximum number of payments in all batches in progress or being read; beyond it 429, except for a single batch. 2 kB each.',
  }),
  overloadTurnMs: milliseconds('OVERLOAD_TURN_MS', {
    default: 0,
    max: 500,
    doc: 'A turn of the event loop that takes longer is late; an overloaded instance then refuses the pages that it reads later. 0: never refuses, because an instance that shares its processor with other programs is late without an overload. 200 for an instance with processors of its own: short beside the second in which a refusal must arrive.',
  }),
  overloadAfterMs: milliseconds('OVERLOAD_AFTER_MS', {
    default: 2_000,
    min: 50,
    max: 10_000,
    doc: 'How long all turns must be late before the first refusal. Longer than a garbage collection, a start and a burst that a busy machine works off.',
  }),
  acceptRetryMs: ACCEPT_RETRY_MS,
  statementTimeoutMs: milliseconds('STATEMENT_TIMEOUT_MS', {
    default: 2_000,
    min: 100,
    max: 60_000,
    doc: 'A longer statement is cancelled and, where safe, retried.',
  }),
  readPoolMax: integer('READ_POOL_MAX', {
    default: 8,
    min: 1,
    max: 100,
    doc: 'Connections for reads; inserts use a separate one.',
  }),
  outcomePollMs: milliseconds('OUTCOME_POLL_MS', {
    default: 250,
    min: 20,
    max: 10_000,
    doc: 'How often the rows of awaited payments are polled, to recover from lost events.',
  }),
  waitingMax: integer('WAITING_MAX', {
    default: 200_000,
    min: 1,
    max: 2_000_000,
    doc: 'Maximum number of payments with an awaited outcome; about 200 bytes each.',
  }),
  batchTimeoutMs: milliseconds('BATCH_TIMEOUT_MS', {
    default: 60_000,
    max: 600_000,
    doc: 'How long a batch without timeoutMs waits for its outcomes.',
  }),
  defaultCurrency: oneOf('DEFAULT_CURRENCY', CURRENCIES, {
    default: 'USD',
    doc: 'Currency of a counted batch without a currency.',
  }),
  defaultAmountMinor: integer('DEFAULT_AMOUNT_MINOR', {
    default: 15_000,
    min: 1,
    max: 100_000_000_000,
    doc: 'Amount of each payment of a counted batch without an amount, in minor units.',
  }),
  timeZone: HOSPITAL_TIME_ZONE,
  passValidityHours: integer('PASS_VALIDITY_HOURS', {
    default: 24,
    min: 1,
    max: 8_760,
    doc: 'How long an exit pass is valid.',
  }),
  exitPass: oneOf('EXIT_PASS', EXIT_POLICIES, {
    default: 'any-payment',
    doc: 'any-payment: every succeeded payment earns an exit pass, as published. settled: a pass exists only while nothing is due in any currency.',
  }),
  staffSignIn: flag('STAFF_SIGN_IN', {
    default: true,
    doc: "Whether the staff's pages ask for the staff token (the api token). off: identifying the patient is enough, as published.",
  }),
  sessionStore: oneOf('SESSION_STORE', ['redis', 'memory'], {
    default: 'redis',
    doc: 'redis: any instance serves a session. memory: a session ends with its instance, as published.',
  }),
  sessionIdleMinutes: integer('SESSION_IDLE_MINUTES', {
    default: 60,
    min: 1,
    max: 1_440,
    doc: 'How long a signed-in session lasts without a request. A session without a sign-in lasts ten minutes.',
  }),
  wrongCodesMax: integer('WRONG_CODES_MAX', {
    default: 5,
    min: 1,
    max: 1_000,
    doc: 'Wrong attempts on one patient before a lock.',
  }),
  wrongFromAddressMax: integer('WRONG_FROM_ADDRESS_MAX', {
    default: 30,
    min: 1,
    max: 100_000,
    doc: "Wrong attempts and tokens from one address before a lock. A hospital's staff may share one address.",
  }),
  lockMinutes: integer('LOCK_MINUTES', {
    default: 15,
    min: 1,
    max: 1_440,
    doc: 'How long wrong attempts count, and how long a lock lasts.',
  }),
  trustProxy: trustedProxies('TRUST_PROXY', {
    default: false,
    doc: 'Trusted sources of X-Forwarded-* headers: off, a number of proxies in front, or their addresses (loopback, 10.0.0.0/8, …).',
  }),
  publicUrl: publicUrl('PUBLIC_URL', {
    default: null,
    doc: 'Public address of the pages, used in QR codes. auto: the address of the request.',
  }),
  sessionsMax: integer('SESSIONS_MAX', {
    default: 10_000,
    min: 1,
    max: 1_000_000,
    doc: 'Maximum number of sessions in memory; the oldest is removed first.',
  }),
  shutdownMs: milliseconds('SHUTDOWN_DEADLINE_MS', {
    default: 10_000,
    min: 100,
    doc: 'Longest time for a graceful shutdown.',
  }),
};

export type PatientsConfig = Config<typeof PATIENTS_OPTIONS>;

export const toExitRule = ({
  passValidityHours,
  exitPass,
}: Pick<PatientsConfig, 'passValidityHours' | 'exitPass'>): ExitRule => ({
  validityHours: passValidityHours,
  policy: exitPass,
});

const RELATIONS: readonly ((config: PatientsConfig) => string | null)[] = [
  ({ acceptGroupMax, acceptQueueMax }) =>
    acceptGroupMax > acceptQueueMax
      ? 'ACCEPT_GROUP_MAX must not be greater than ACCEPT_QUEUE_MAX'
      : null,
  ({ statementTimeoutMs, acceptRetryMs }) =>
    acceptRetryMs > 0 && statementTimeoutMs >= acceptRetryMs
      ? 'STATEMENT_TIMEOUT_MS must be less than ACCEPT_RETRY_MS: one try must fit'
      : null,
  ({ overloadTurnMs, overloadAfterMs }) =>
    overloadAfterMs < 2 * overloadTurnMs
      ? 'OVERLOAD_AFTER_MS must be at least twice OVERLOAD_TURN_MS: one late turn is no overload'
      : null,
  ({ apiToken, operatorToken, internalToken }) =>
    new Set([apiToken, operatorToken, internalToken]).size < 3
      ? 'API_TOKEN, OPERATOR_TOKEN and INTERNAL_TOKEN must differ'
      : null,
];

/** @throws ConfigError with every problem found. */
export const loadPatientsConfig = (env: NodeJS.ProcessEnv): PatientsConfig =>
  loadConfig(PATIENTS_OPTIONS, withUsualPatience(env), RELATIONS);
