/** Every option of the patients service: environment name, default, range and the reason for it. Relations are checked together. */
import { TOKEN_OPTIONS } from '../shared/auth.js';
import { flag, integer, loadConfig, milliseconds, oneOf, port, text, url, type Config } from '../shared/config.js';
import { CURRENCIES } from '../shared/money.js';
import { HOSPITAL_TIME_ZONE } from '../shared/time-zone.js';
import { trustedProxies } from '../shared/trusted-proxies.js';
import { publicUrl } from './web-options.js';

export const PATIENTS_OPTIONS = {
  host: text('HOST', { default: '127.0.0.1', doc: 'Address to listen at.' }),
  port: port('PORT', { default: 4000, doc: 'Port to listen at; more instances take 4001, 4002, …' }),
  id: text('ID', { default: 'patients_1', doc: 'Name of this instance; stored with what it accepts.' }),
  databaseUrl: url('DATABASE_URL', { doc: 'PostgreSQL, the record.' }),
  redisUrl: url('REDIS_URL', { doc: 'Redis, the delivery.' }),
  queuePrefix: text('QUEUE_PREFIX', { default: 'relevo', doc: 'Prefix of every key and channel in Redis.' }),
  monitorUrl: url('MONITOR_URL', { default: 'http://127.0.0.1:5000', doc: 'Where the first page says the monitor is.' }),
  logLevel: oneOf('LOG_LEVEL', ['trace', 'debug', 'info', 'warn', 'error', 'silent'], { default: 'info', doc: 'Least serious level that is logged.' }),
  ...TOKEN_OPTIONS,
  acceptGroupMax: integer('ACCEPT_GROUP_MAX', {
    default: 500, min: 1, max: 5_000,
    doc: 'Most payments inserted by one statement; 500 take about as long as one disk flush.',
  }),
  acceptQueueMax: integer('ACCEPT_QUEUE_MAX', {
    default: 20_000, min: 1, max: 1_000_000,
    doc: 'Payments that may wait for their insert; beyond that 429. About a second of work.',
  }),
  backlogMax: integer('BACKLOG_MAX', {
    default: 2_000_000, min: 1, max: 100_000_000,
    doc: 'Payments accepted and not final, of all instances together; beyond that 503. A million must be possible; twice that is 2 GB.',
  }),
  backlogLookMs: milliseconds('BACKLOG_LOOK_MS', {
    default: 500, min: 20, max: 60_000,
    doc: 'How often it is looked how many there are; by so much several instances may overshoot. A look takes a few milliseconds.',
  }),
  requestsMax: integer('REQUESTS_MAX', {
    default: 4_000, min: 1, max: 100_000,
    doc: 'Requests for one payment that may be under way at once; beyond that 429. One that waits holds 30 kB: together 120 MB.',
  }),
  batchesMax: integer('BATCHES_MAX', {
    default: 32, min: 1, max: 10_000,
    doc: 'Batches that may be under way at once; beyond that 429. Each may have a body of 1 MB, which is some 4 MB when it is read.',
  }),
  batchPaymentsMax: integer('BATCH_PAYMENTS_MAX', {
    default: 100_000, min: 1, max: 10_000_000,
    doc: 'Payments in all batches under way, and in those looked at; beyond that 429, but one batch is let in. 2 kB each: together 200 MB.',
  }),
  acceptRetryMs: milliseconds('ACCEPT_RETRY_MS', {
    default: 3_000, max: 60_000,
    doc: 'How long a request waits while PostgreSQL is away, from its arrival; long enough for a restart, short enough for the client.',
  }),
  statementTimeoutMs: milliseconds('STATEMENT_TIMEOUT_MS', {
    default: 2_000, min: 100, max: 60_000,
    doc: 'A statement that takes longer is cancelled and, where that is safe, tried again.',
  }),
  readPoolMax: integer('READ_POOL_MAX', { default: 8, min: 1, max: 100, doc: 'Connections for reads; inserts have one of their own.' }),
  outcomePollMs: milliseconds('OUTCOME_POLL_MS', {
    default: 250, min: 20, max: 10_000,
    doc: 'How often the rows of those who wait are read, to heal lost events.',
  }),
  waitingMax: integer('WAITING_MAX', {
    default: 200_000, min: 1, max: 2_000_000,
    doc: 'Payments whose outcome may be waited for at once; about 200 bytes each.',
  }),
  batchTimeoutMs: milliseconds('BATCH_TIMEOUT_MS', {
    default: 60_000, max: 600_000,
    doc: 'How long a batch that says nothing else is waited for.',
  }),
  defaultCurrency: oneOf('DEFAULT_CURRENCY', CURRENCIES, { default: 'USD', doc: 'Currency of a counted batch that names none.' }),
  defaultAmountMinor: integer('DEFAULT_AMOUNT_MINOR', {
    default: 15_000, min: 1, max: 100_000_000_000,
    doc: 'Amount of each payment of a counted batch that names none.',
  }),
  timeZone: HOSPITAL_TIME_ZONE,
  passValidityHours: integer('PASS_VALIDITY_HOURS', { default: 24, min: 1, max: 8_760, doc: 'How long an exit pass is valid.' }),
  staffSignIn: flag('STAFF_SIGN_IN', {
    default: true,
    doc: 'Whether the staff\'s pages ask for the staff token (the api token). off: to identify the patient is enough, as published.',
  }),
  sessionStore: oneOf('SESSION_STORE', ['redis', 'memory'], {
    default: 'redis', doc: 'redis: any instance serves a session. memory: it dies with its instance, as published.',
  }),
  sessionIdleMinutes: integer('SESSION_IDLE_MINUTES', {
    default: 60, min: 1, max: 1_440,
    doc: 'How long a signed-in session lives without a request. One that knows nobody lives ten minutes.',
  }),
  wrongCodesMax: integer('WRONG_CODES_MAX', { default: 5, min: 1, max: 1_000, doc: 'Wrong attempts about one patient, then a lock.' }),
  wrongFromAddressMax: integer('WRONG_FROM_ADDRESS_MAX', {
    default: 30, min: 1, max: 100_000,
    doc: 'Wrong attempts and wrong tokens from one address, then a lock. A hospital\'s staff may share one address.',
  }),
  lockMinutes: integer('LOCK_MINUTES', { default: 15, min: 1, max: 1_440, doc: 'How long wrong attempts count, and how long a lock lasts.' }),
  trustProxy: trustedProxies('TRUST_PROXY', {
    default: false,
    doc: 'Whose X-Forwarded-* headers are believed: off, a number of proxies in front, or their addresses (loopback, 10.0.0.0/8, …).',
  }),
  publicUrl: publicUrl('PUBLIC_URL', {
    default: null,
    doc: 'Address under which the world reaches the pages; stands in QR codes. auto: the one the reader used.',
  }),
  sessionsMax: integer('SESSIONS_MAX', { default: 10_000, min: 1, max: 1_000_000, doc: 'Sessions kept in memory; the oldest goes first.' }),
  shutdownDeadlineMs: milliseconds('SHUTDOWN_DEADLINE_MS', { default: 10_000, min: 100, doc: 'Longest time for an orderly end.' }),
};

export type PatientsConfig = Config<typeof PATIENTS_OPTIONS>;

const RELATIONS: readonly ((config: PatientsConfig) => string | null)[] = [
  ({ acceptGroupMax, acceptQueueMax }) =>
    acceptGroupMax > acceptQueueMax ? 'ACCEPT_GROUP_MAX must not be greater than ACCEPT_QUEUE_MAX' : null,
  ({ statementTimeoutMs, acceptRetryMs }) =>
    acceptRetryMs > 0 && statementTimeoutMs >= acceptRetryMs ? 'STATEMENT_TIMEOUT_MS must be less than ACCEPT_RETRY_MS: one try must fit' : null,
  ({ apiToken, operatorToken, internalToken }) =>
    new Set([apiToken, operatorToken, internalToken]).size < 3 ? 'API_TOKEN, OPERATOR_TOKEN and INTERNAL_TOKEN must differ' : null,
];

/** @throws ConfigError with every problem found. */
export const loadPatientsConfig = (env: NodeJS.ProcessEnv): PatientsConfig => loadConfig(PATIENTS_OPTIONS, env, RELATIONS);
