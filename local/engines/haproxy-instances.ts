/**
 * Renders the backends of HAProxy's inner layer: the instances of a pool with their health checks
 * and their affinity. Pure.
 * @see https://docs.haproxy.org/2.6/configuration.html
 */
import { isIP } from 'node:net';
import { HAPROXY_BACKEND, HAPROXY_LAST_RESORT } from '../../shared/balancer/haproxy-control.js';
import type { Pool, PoolMember, Strategy } from '../../shared/balancer/pool.js';

/** The resolver of the names of instances. */
export const RESOLVERS = 'names';

const ALGORITHMS: Record<Strategy, string> = {
  roundrobin: 'roundrobin',
  leastconn: 'leastconn',
  source: 'source',
  uri: 'uri',
  random: 'random',
};

/**
 * Attempts after the first. A refused connection costs no time, and until the next check HAProxy
 * may choose instances that died together several times.
 */
const RETRIES = 10;

/** @param retryOn the failures after which HAProxy tries again. */
export const getRetries = ({ retries }: Pool, retryOn: string): string[] =>
  retries === 'none'
    ? ['retries 0', 'retry-on none']
    : [`retries ${RETRIES}`, `retry-on ${retryOn}`];

/** A section of the file: its head, and its lines with an indent. */
export const section = (head: string, lines: readonly string[]): string =>
  [head, ...lines.map((line) => `  ${line}`)].join('\n');

/** A name is resolved again every second; HAProxy starts before the name exists. */
const resolve = (host: string): string =>
  isIP(host) === 0 ? ` resolvers ${RESOLVERS} init-addr last,libc,none` : '';

const server = ({ name, host, port, weight }: PoolMember, sticky: boolean): string =>
  `server ${name} ${host}:${port}${sticky ? ` cookie ${name}` : ''} weight ${weight}${resolve(host)}`;

/** The backend of one instance for its check alone: it is empty while the instance is not ready. */
const toReadyName = (member: string): string => `ready_${member}`;

const affinity = ({ affinity, cookie }: Pool, leaving: string): string[] =>
  affinity === 'cookie'
    ? [
        `cookie ${cookie} insert indirect nocache httponly attr SameSite=Lax`,
        `ignore-persist if { req.cook(${cookie}) -m str -f ${leaving} }`,
      ]
    : [];

/** A cookie does not lead to an instance that is not ready; HAProxy itself would follow it. */
const ignoreUnready = ({ affinity, cookie, members }: Pool): string[] =>
  affinity === 'cookie'
    ? members.map(
        ({ name }) =>
          `ignore-persist if { req.cook(${cookie}) -m str ${name} } { nbsrv(${toReadyName(name)}) eq 0 }`,
      )
    : [];

const checkLines = ({ check: { path } }: Pool, notReady: string): string[] => [
  'option httpchk',
  `http-check send meth GET uri ${path} ver HTTP/1.1 hdr Host localhost`,
  `http-check expect${notReady} status 200`,
];

/** A second check of each instance, because `track` would follow an operator's `drain` as well. */
const readyBackends = (pool: Pool): string[] =>
  pool.affinity === 'cookie'
    ? pool.members.map((member) =>
        section(`backend ${toReadyName(member.name)}`, [
          ...checkLines(pool, ''),
          `default-server check inter ${pool.check.intervalMs}ms fall ${pool.check.fall} rise ${pool.check.rise}`,
          server(member, false),
        ]),
      )
    : [];

const toInstances = (pool: Pool, leaving: string): string[] => [
  `balance ${ALGORITHMS[pool.strategy]}`,
  ...getRetries(pool, 'conn-failure'),
  'load-server-state-from-file global',
  ...affinity(pool, leaving),
];

function readyBackend(pool: Pool, leaving: string): string[] {
  const { check, members } = pool;
  const fastMs = Math.ceil(check.intervalMs / 5);
  return [
    ...toInstances(pool, leaving),
    ...ignoreUnready(pool),
    // An instance that is not ready, for example while the database fails over, receives no new
    // request and completes those it has. Only a silent instance is down, which ends its requests.
    ...checkLines(pool, ' error-status L7OKC'),
    // Not `observe layer4 on-error mark-down`: the refused connection that marks an instance down
    // belongs to a request, which shutdown-sessions would then end instead of sending it elsewhere.
    // An instance that is down is checked five times as often: until HAProxy knows that it is back,
    // the others serve alone.
    `default-server check inter ${check.intervalMs}ms fastinter ${fastMs}ms downinter ${fastMs}ms fall ${check.fall} rise ${check.rise} on-marked-down shutdown-sessions`,
    ...members.map((member) => server(member, pool.affinity === 'cookie')),
  ];
}

const lastResort = (pool: Pool, leaving: string): string[] => [
  ...toInstances(pool, leaving),
  `default-server check inter ${pool.check.intervalMs}ms fall 1 rise 1`,
  ...pool.members.map((member) => server(member, pool.affinity === 'cookie')),
];

/** @param leaving the file with the names of the instances whose clients move to another one. */
export const instanceBackends = (pool: Pool, leaving: string): string[] => [
  section(`backend ${HAPROXY_BACKEND}`, readyBackend(pool, leaving)),
  section(`backend ${HAPROXY_LAST_RESORT}`, lastResort(pool, leaving)),
  ...readyBackends(pool),
];
