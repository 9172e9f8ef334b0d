/** The alerts about PostgreSQL, its standbys, its disk, and Redis. Pure. */
import type { AlertFacts, AlertRule, AlertFinding } from './rule.js';

/** Lag of a standby of PostgreSQL, bytes of the write-ahead log: one segment. */
const LAG_MAX_BYTES = 16_777_216;
const LAG_MAX_MB = LAG_MAX_BYTES / 1_048_576;

/** This monitor does not reach the engine, or no replica that answers does. */
const isAway = ({ status }: AlertFacts, engine: 'postgres' | 'redis'): boolean => {
  const known = status.replicas.filter(
    ({ observed, reaches }) => observed === 'alive' && reaches !== null,
  );
  const isLost = known.length > 0 && known.every(({ reaches }) => reaches?.[engine] === false);
  return status.engines[engine] === false || isLost;
};

const findNoDatabase = (facts: AlertFacts): AlertFinding[] =>
  isAway(facts, 'postgres')
    ? [
        {
          subject: '',
          text: 'PostgreSQL does not answer or refuses writes; no payment is accepted',
        },
      ]
    : [];

const findNoRedis = (facts: AlertFacts): AlertFinding[] =>
  isAway(facts, 'redis')
    ? [{ subject: '', text: 'Redis does not answer; payments continue without the queue' }]
    : [];

const findLaggingStandbys = ({ status: { record } }: AlertFacts): AlertFinding[] =>
  (record?.nodes ?? [])
    .filter(({ role }) => role !== 'primary')
    .filter(({ streaming, lagBytes }) => streaming !== true || (lagBytes ?? 0) > LAG_MAX_BYTES)
    .map(({ name, streaming }) => ({
      subject: name,
      text:
        streaming !== true
          ? `${name} receives no changes from the primary of PostgreSQL`
          : `${name} lags behind the primary of PostgreSQL by more than ${LAG_MAX_MB} MB`,
    }));

const findLowDisk = ({ status: { disk } }: AlertFacts): AlertFinding[] =>
  disk && disk.freeMb < disk.leastMb
    ? [{ subject: '', text: `The disk has less than ${disk.leastMb} MB free` }]
    : [];

export const ENGINE_ALERTS: readonly AlertRule[] = [
  {
    name: 'RelevoDatabaseAway',
    severity: 'critical',
    expr: 'max by (service) (relevo_dependency_up{dependency="postgres"}) == 0',
    holds: '10s',
    summary: 'No {{ $labels.service }} process reaches PostgreSQL',
    description:
      'No payment is accepted or processed until it returns. No accepted payment is lost.',
    action: 'Start PostgreSQL or make it writable; accepted payments continue by themselves.',
    find: findNoDatabase,
  },
  {
    name: 'RelevoRedisAway',
    severity: 'warning',
    expr: 'max by (service) (relevo_dependency_up{dependency="redis"}) == 0',
    holds: '30s',
    summary: 'No {{ $labels.service }} process reaches Redis',
    description:
      'Payments continue without the queue, more slowly; patients polls the rows for outcomes.',
    action: 'Start Redis or free its memory; the queue is rebuilt from PostgreSQL.',
    find: findNoRedis,
  },
  {
    name: 'RelevoDatabaseStandbyLags',
    severity: 'warning',
    expr: `min by (node) (relevo_database_node_streaming) == 0 or max by (node) (relevo_database_node_lag_bytes) > ${LAG_MAX_BYTES}`,
    holds: '1m',
    summary: 'The standby {{ $labels.node }} of PostgreSQL does not follow the primary',
    description: `It receives no changes, or lacks more than ${LAG_MAX_MB} MB of them. It cannot become the primary without a delay.`,
    action: 'Check the node and its disk; Patroni rebuilds a node that cannot follow by itself.',
    find: findLaggingStandbys,
  },
  {
    name: 'RelevoDiskLow',
    severity: 'critical',
    expr: 'min(relevo_disk_free_bytes) < min(relevo_disk_least_bytes)',
    holds: '1m',
    summary: 'The disk has {{ $value | humanize }}B free',
    description:
      'PostgreSQL stops when its disk is full: then no payment is accepted or processed.',
    action: 'Delete logs, reports and old archives, or enlarge the disk.',
    find: findLowDisk,
  },
];
