/**
 * Defines every option of a monitor: environment name, unit, default, range and reason. Also checks
 * relations between the options.
 */
import { TOKEN_OPTIONS } from '../shared/http/auth.js';
import {
  flag,
  integer,
  loadConfig,
  members,
  milliseconds,
  oneOf,
  port,
  text,
  type Config,
} from '../shared/config.js';
import { ACCEPT_RETRY_MS, withUsualPatience } from '../shared/patience.js';
import { databaseUrl } from '../shared/postgres/database-option.js';
import { trustedProxies } from '../shared/http/trusted-proxies.js';
import { redisUrl } from '../shared/queue/redis-address.js';
import { POLICIES } from './core/kinds.js';
import type { Settings } from './core/types.js';

const IDENTITY = {
  id: text('ID', { default: 'monitor_1', doc: 'Name of this monitor; one of MONITORS.' }),
  host: text('HOST', {
    default: '127.0.0.1',
    doc: 'Interface it listens on. The loopback default opens nothing to the network.',
  }),
  port: port('PORT', { default: 5000, doc: 'Port it listens on.' }),
  databaseUrl: databaseUrl({ doc: 'PostgreSQL, which has all data and counts the votes.' }),
  redisUrl: redisUrl({ doc: 'Redis, read only for the length of the queue.' }),
  queuePrefix: text('QUEUE_PREFIX', {
    default: 'relevo',
    doc: 'Prefix of the queue in Redis; the same in every service.',
  }),
  logLevel: oneOf('LOG_LEVEL', ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'], {
    default: 'info',
    doc: 'Minimum severity of log lines.',
  }),
  faults: flag('FAULTS', {
    default: false,
    doc: 'Whether fault switches exist. Never on in production.',
  }),
  replicas: members('REPLICAS', { doc: 'All payment replicas, as name=address pairs.' }),
  monitors: members('MONITORS', {
    doc: 'All monitors, including this one. A quorum is a majority of them.',
  }),
  patients: members('PATIENTS', {
    default: [],
    doc: 'All patients instances: shown, and called to re-drive failed payments. Empty: unknown; this monitor then cannot re-drive payments.',
  }),
  acceptRetryMs: ACCEPT_RETRY_MS,
  databaseNodes: members('DATABASE_NODES', {
    default: [],
    doc: 'The REST API of Patroni of every database node, as name=address: shown in the console. Empty: PostgreSQL has no standbys that this monitor knows.',
  }),
  etcdMembers: members('ETCD_MEMBERS', {
    default: [],
    doc: 'The members of the etcd of Patroni, as name=address: shown in the console.',
  }),
  redisNodes: members('REDIS_NODES', {
    default: [],
    doc: 'The servers and the Sentinels of the Redis group, as name=redis://host:port: their names in the console. Empty: they are numbered in the order of their addresses.',
  }),
  ensembleMembers: members('ENSEMBLE_MEMBERS', {
    default: [],
    doc: 'The members of the ZooKeeper of the measurements, as name=tcp://host:port: shown in the console. Empty: this monitor knows no measurements.',
  }),
  devices: members('DEVICES', {
    default: [],
    doc: 'The measuring devices, as name=address: shown in the console.',
  }),
  measurementsUrl: text('MEASUREMENTS_URL', {
    default: '',
    doc: 'Address of the API of the measurements, which knows the leading device.',
  }),
  balancerFolder: text('BALANCER_FOLDER', {
    default: '',
    doc: 'Folder of the load balancer in front of the patients instances; its control.json names the interface. Empty: there is no balancer.',
  }),
  diskFolder: text('DISK_FOLDER', {
    default: '',
    doc: 'Folder on the disk of PostgreSQL and Redis, when they run on this machine: its free space is watched. Empty: none.',
  }),
  diskLeastMb: integer('DISK_LEAST_MB', {
    default: 1_000,
    min: 1,
    max: 1_000_000_000,
    doc: 'An alert fires below this free space.',
  }),
  supervisorUrl: text('SUPERVISOR_URL', {
    default: '',
    doc: 'Address of the control of `npm start` on this machine, which performs a rolling restart. Empty: another program runs the system, and the console offers no restart.',
  }),
  alertWebhookUrl: text('ALERT_WEBHOOK_URL', {
    default: '',
    doc: 'Address that receives a signed request when an alert fires and when it clears. Empty: none.',
  }),
  alertWebhookSecret: text('ALERT_WEBHOOK_SECRET', {
    default: '',
    secret: true,
    doc: 'Key of the signature of these requests (HMAC-SHA256), 16 characters at least.',
  }),
  trustProxy: trustedProxies('TRUST_PROXY', {
    default: false,
    doc: 'Proxies whose X-Forwarded-* headers are trusted: off, a number of proxies in front, or their addresses (loopback, 10.0.0.0/8, …).',
  }),
};

const WATCHING = {
  policy: oneOf('POLICY', POLICIES, {
    default: 'random',
    doc: 'How one of the candidates is chosen; random as published.',
  }),
  tickMs: milliseconds('TICK_MS', {
    default: 50,
    min: 5,
    max: 1_000,
    doc: 'Interval of the only timer; bounds the delay in detecting silence.',
  }),
  pingIntervalMs: milliseconds('PING_INTERVAL_MS', {
    default: 2_000,
    min: 50,
    doc: 'PING/ECHO interval, as published.',
  }),
  pingTimeoutMs: milliseconds('PING_TIMEOUT_MS', {
    default: 1_000,
    min: 10,
    doc: 'A ping without an answer after this time has failed.',
  }),
  fall: integer('FALL', {
    default: 2,
    min: 1,
    max: 100,
    doc: 'Consecutive failed pings before a replica is suspected, as in HAProxy.',
  }),
  rise: integer('RISE', {
    default: 2,
    min: 1,
    max: 100,
    doc: 'Consecutive answers until a suspect is alive again, as in HAProxy.',
  }),
  beatIntervalMs: milliseconds('BEAT_INTERVAL_MS', {
    default: 100,
    min: 10,
    doc: 'Interval of the beats; must equal the setting of the replicas.',
  }),
  beatTimeoutMs: milliseconds('BEAT_TIMEOUT_MS', {
    default: 400,
    min: 20,
    doc: 'Silence on an open stream before a replica is suspected: tolerates three lost beats and a pause of its event loop.',
  }),
};

const ACTING = {
  voteIntervalMs: milliseconds('VOTE_INTERVAL_MS', {
    default: 100,
    min: 10,
    doc: 'A vote without a majority is repeated after this.',
  }),
  voteFreshMs: milliseconds('VOTE_FRESH_MS', {
    default: 1_000,
    min: 50,
    doc: 'A vote counts for this long, by the database clock.',
  }),
  grayMs: milliseconds('GRAY_MS', {
    default: 1_500,
    doc: 'A leader that cannot work for this long hands over, if another replica can.',
  }),
  stallMs: milliseconds('STALL_MS', {
    default: 5_000,
    doc: 'Parcels in flight without progress for this long count as "cannot work".',
  }),
  grayRestMs: milliseconds('GRAY_REST_MS', {
    default: 10_000,
    doc: 'Pause between two gray hand-overs, so that a fault of all replicas does not move the leadership repeatedly.',
  }),
  grayDrainMs: milliseconds('GRAY_DRAIN_MS', {
    default: 300,
    doc: 'How long a gray leader may finish its payments in flight.',
  }),
  handoverDrainMs: milliseconds('HANDOVER_DRAIN_MS', {
    default: 2_000,
    max: 60_000,
    doc: 'How long a leader may finish its payments at a planned hand-over.',
  }),
  pushIntervalMs: milliseconds('PUSH_INTERVAL_MS', {
    default: 500,
    min: 50,
    doc: 'A new leader that has not confirmed receives another push after this.',
  }),
  doubtMs: milliseconds('DOUBT_MS', {
    default: 1_000,
    min: 100,
    doc: 'A monitor this late, or a clock jump this long, makes it doubt itself.',
  }),
  doubtForMs: milliseconds('DOUBT_FOR_MS', {
    default: 2_000,
    doc: 'How long a monitor in doubt only observes: one ping interval.',
  }),
  databaseTimeoutMs: milliseconds('DATABASE_TIMEOUT_MS', {
    default: 2_000,
    min: 50,
    doc: 'A statement that takes longer is cancelled and retried.',
  }),
};

export const MONITOR_OPTIONS = { ...IDENTITY, ...TOKEN_OPTIONS, ...WATCHING, ...ACTING };
export type MonitorConfig = Config<typeof MONITOR_OPTIONS>;

type Relation = (config: MonitorConfig) => string | null;

const LOOPBACK = ['127.0.0.1', '[::1]', 'localhost'];

/** The operator token is sent there. */
const isOnThisMachine = (address: string): boolean =>
  URL.canParse(address) &&
  new URL(address).protocol === 'http:' &&
  LOOPBACK.includes(new URL(address).hostname);

const SECRET_MIN = 16;

const RELATIONS: readonly Relation[] = [
  ({ alertWebhookUrl: address }) =>
    address === '' || (URL.canParse(address) && /^https?:$/.test(new URL(address).protocol))
      ? null
      : 'ALERT_WEBHOOK_URL must be an http or https address',
  ({ alertWebhookUrl, alertWebhookSecret }) =>
    alertWebhookUrl === '' || alertWebhookSecret.length >= SECRET_MIN
      ? null
      : `ALERT_WEBHOOK_SECRET must have at least ${SECRET_MIN} characters while ALERT_WEBHOOK_URL is set`,
  ({ supervisorUrl }) =>
    supervisorUrl === '' || isOnThisMachine(supervisorUrl)
      ? null
      : 'SUPERVISOR_URL must be an http address of 127.0.0.1, ::1 or localhost: it receives the operator token',
  ({ id, monitors }) =>
    monitors.some((monitor) => monitor.id === id)
      ? null
      : `MONITORS must name ID (${id}): votes of others do not count`,
  ({ pingTimeoutMs, pingIntervalMs }) =>
    pingTimeoutMs < pingIntervalMs
      ? null
      : 'PING_TIMEOUT_MS must be below PING_INTERVAL_MS: pings would pile up',
  ({ beatIntervalMs, beatTimeoutMs }) =>
    beatIntervalMs * 2 < beatTimeoutMs
      ? null
      : 'BEAT_INTERVAL_MS × 2 must be below BEAT_TIMEOUT_MS: one lost beat would be a suspicion',
  ({ voteIntervalMs, voteFreshMs }) =>
    voteIntervalMs * 2 < voteFreshMs
      ? null
      : 'VOTE_INTERVAL_MS × 2 must be below VOTE_FRESH_MS: votes would expire before there is a majority',
  ({ tickMs, beatTimeoutMs }) =>
    tickMs < beatTimeoutMs
      ? null
      : 'TICK_MS must be below BEAT_TIMEOUT_MS: silence would be detected late',
  ({ tickMs, doubtMs }) =>
    tickMs < doubtMs
      ? null
      : 'TICK_MS must be below DOUBT_MS: the monitor would always doubt itself',
];

/** @throws ConfigError that names every problem. */
export const loadMonitorConfig = (env: NodeJS.ProcessEnv): MonitorConfig =>
  loadConfig(MONITOR_OPTIONS, withUsualPatience(env), RELATIONS);

/** The settings that the core needs. */
export function toSettings(config: MonitorConfig, partition = 0): Settings {
  const ids = (list: readonly { id: string }[]): string[] => list.map(({ id }) => id);
  return {
    ...config,
    monitor: config.id,
    partition,
    monitors: ids(config.monitors),
    replicas: ids(config.replicas),
  };
}
