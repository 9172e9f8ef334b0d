/**
 * Renders the configuration of HAProxy for a pool: two layers in one process. The outer one has the
 * clients, keeps each request and repeats it. The inner one chooses an instance and tries another
 * one only when a connection fails. HAProxy cannot do both in one layer: when it marks an instance
 * down and ends its sessions, it also ends a request that it is just connecting, without another
 * try. The outer layer sees such an end as an empty answer. Pure.
 * @see https://docs.haproxy.org/2.6/configuration.html
 */
import { isIP } from 'node:net';
import {
  HAPROXY_BACKEND,
  HAPROXY_LAST_RESORT,
  HAPROXY_LEAVING,
  HAPROXY_SOCKET,
} from '../../shared/balancer/haproxy-control.js';
import { type Pool, type PoolMember, type Strategy } from '../../shared/balancer/pool.js';
import {
  BALANCER_PROBLEMS,
  RETRY_AFTER_SECONDS,
  toProblemFolder,
} from '../../shared/balancer/problems.js';

export interface HaproxyPaths {
  /** Socket of the runtime interface. */
  socket: string;
  /** Socket of the inner layer. */
  inner: string;
  /** Holds the states of the instances during a reload. */
  stateFile: string;
  /** Names of the instances whose clients move to another one. */
  leaving: string;
  /** Folder of the problem documents, one file per status. */
  problems: string;
}

/** @param folder where HAProxy writes. */
export const haproxyPaths = (folder: string, problems = toProblemFolder(folder)): HaproxyPaths => ({
  socket: `${folder}/${HAPROXY_SOCKET}`,
  inner: `${folder}/inner.sock`,
  stateFile: `${folder}/state`,
  leaving: `${folder}/${HAPROXY_LEAVING}`,
  problems,
});

const RESOLVERS = 'names';

/** The name servers of the machine. */
const RESOLVER_LINES = [
  'parse-resolv-conf',
  'timeout resolve 1s',
  'timeout retry 1s',
  'hold valid 1s',
];

const ALGORITHMS: Record<Strategy, string> = {
  roundrobin: 'roundrobin',
  leastconn: 'leastconn',
  source: 'source',
  uri: 'uri',
  random: 'random',
};

const RETRY_RULES = {
  safe: 'http-request disable-l7-retry unless METH_GET or { method POST } { req.hdr(Idempotency-Key) -m len gt 0 }',
  all: null,
  none: 'http-request disable-l7-retry',
} as const;

/**
 * Largest request that is repeated, in bytes, with its headers. A payment has at most 16 KB of
 * each; a larger batch is sent once.
 */
const REPEATED_BYTES = 65_536;

/**
 * Attempts after the first. A refused connection costs no time, and until the next check HAProxy
 * may choose instances that died together several times.
 */
const RETRIES = 10;

/** HAProxy repeats only requests to which the instance gave no answer of its own. */
const RETRY_ON = 'conn-failure empty-response junk-response response-timeout';

const getRetries = ({ retries }: Pool, retryOn: string): string[] =>
  retries === 'none'
    ? ['retries 0', 'retry-on none']
    : [`retries ${RETRIES}`, `retry-on ${retryOn}`];

const defaults = ({ serverTimeoutMs, check }: Pool): string[] => [
  'mode http',
  'option redispatch 1',
  // A reload would otherwise close a kept connection on which a client just sends a request.
  'option idle-close-on-response',
  // Otherwise an event waits 200 ms for more data of its response.
  'option http-no-delay',
  // Also the pause before another attempt at the only instance that is left.
  'timeout connect 300ms',
  'timeout http-request 30s',
  'timeout http-keep-alive 65s',
  `timeout client ${serverTimeoutMs}ms`,
  `timeout server ${serverTimeoutMs}ms`,
  'timeout queue 2s',
  `timeout check ${check.timeoutMs}ms`,
];

const outerDefaults = (pool: Pool, { problems }: HaproxyPaths): string[] => [
  ...defaults(pool),
  ...getRetries(pool, RETRY_ON),
  ...BALANCER_PROBLEMS.map(
    ({ status }) =>
      `http-error status ${status} content-type application/problem+json file ${problems}/${status}.json hdr Retry-After ${RETRY_AFTER_SECONDS}`,
  ),
];

/** A failure has no answer here: the connection ends, and the outer layer repeats the request. */
const innerDefaults = (pool: Pool): string[] => [
  ...defaults(pool),
  ...getRetries(pool, 'conn-failure'),
  'load-server-state-from-file global',
  ...BALANCER_PROBLEMS.map(({ status }) => `errorfile ${status} /dev/null`),
];

/** The process that a reload replaces counts no server, and still answers on kept connections. */
const NONE_UP = `!{ stopping } { nbsrv(${HAPROXY_BACKEND}) eq 0 } { nbsrv(${HAPROXY_LAST_RESORT}) eq 0 }`;

function clients({ host, port, retries }: Pool, { problems }: HaproxyPaths): string[] {
  const rule = RETRY_RULES[retries];
  return [
    `bind ${host}:${port}`,
    'option forwardfor',
    // HAProxy repeats a request only when it has the whole request before it sends the first byte.
    'option http-buffer-request',
    // A client must not choose the addresses that the service sees.
    'http-request del-header X-Forwarded-For',
    'http-request del-header X-Forwarded-Host',
    'http-request set-header X-Forwarded-Proto http',
    ...(rule === null ? [] : [rule]),
    `http-request return status 503 content-type text/html file ${problems}/503.html hdr Retry-After ${RETRY_AFTER_SECONDS} if ${NONE_UP} { req.hdr(Accept) -m sub text/html }`,
    `use_backend nowhere if ${NONE_UP}`,
    'default_backend inner',
  ];
}

/** The protocol PROXY keeps the client's address, which the strategy `source` needs. */
const toInner = ({ inner }: HaproxyPaths): string[] => [`server inner unix@${inner} send-proxy-v2`];

const instances = ({ inner }: HaproxyPaths): string[] => [
  `bind unix@${inner} mode 600 accept-proxy`,
  // Without this, a failure of the database would take every instance out of service, although an
  // instance keeps requests until the database is back.
  `use_backend ${HAPROXY_LAST_RESORT} if { nbsrv(${HAPROXY_BACKEND}) eq 0 }`,
  `default_backend ${HAPROXY_BACKEND}`,
];

/** A name is resolved again every second; HAProxy starts before the name exists. */
const resolve = (host: string): string =>
  isIP(host) === 0 ? ` resolvers ${RESOLVERS} init-addr last,libc,none` : '';

const server = ({ name, host, port, weight }: PoolMember, sticky: boolean): string =>
  `server ${name} ${host}:${port}${sticky ? ` cookie ${name}` : ''} weight ${weight}${resolve(host)}`;

const affinity = ({ affinity, cookie }: Pool, { leaving }: HaproxyPaths): string[] =>
  affinity === 'cookie'
    ? [
        `cookie ${cookie} insert indirect nocache httponly attr SameSite=Lax`,
        `ignore-persist if { req.cook(${cookie}) -m str -f ${leaving} }`,
      ]
    : [];

function readyBackend(pool: Pool, paths: HaproxyPaths): string[] {
  const { check, members, strategy } = pool;
  const fastMs = Math.ceil(check.intervalMs / 5);
  return [
    `balance ${ALGORITHMS[strategy]}`,
    ...affinity(pool, paths),
    `option httpchk`,
    `http-check send meth GET uri ${check.path} ver HTTP/1.1 hdr Host localhost`,
    'http-check expect status 200',
    // Not `observe layer4 on-error mark-down`: the refused connection that marks an instance down
    // belongs to a request, which shutdown-sessions would then end instead of sending it elsewhere.
    // An instance that is down is checked five times as often: until HAProxy knows that it is back,
    // the others serve alone.
    `default-server check inter ${check.intervalMs}ms fastinter ${fastMs}ms downinter ${fastMs}ms fall ${check.fall} rise ${check.rise} on-marked-down shutdown-sessions`,
    ...members.map((member) => server(member, pool.affinity === 'cookie')),
  ];
}

const lastResort = (pool: Pool, paths: HaproxyPaths): string[] => [
  `balance ${ALGORITHMS[pool.strategy]}`,
  ...affinity(pool, paths),
  `default-server check inter ${pool.check.intervalMs}ms fall 1 rise 1`,
  ...pool.members.map((member) => server(member, pool.affinity === 'cookie')),
];

const statistics = ({ adminPort }: Pool): string[] => [
  `bind 127.0.0.1:${adminPort}`,
  'stats enable',
  'stats uri /',
  'stats refresh 5s',
  'no log',
];

const section = (head: string, lines: readonly string[]): string =>
  [head, ...lines.map((line) => `  ${line}`)].join('\n');

export function renderHaproxy(pool: Pool, paths: HaproxyPaths): string {
  const { socket, stateFile } = paths;
  const global = [
    `stats socket ${socket} mode 600 level admin expose-fd listeners`,
    `server-state-file ${stateFile}`,
    'nbthread 1',
    `tune.bufsize ${REPEATED_BYTES}`,
    'hard-stop-after 30s',
  ];
  const hasNames = pool.members.some(({ host }) => isIP(host) === 0);
  return [
    section('global', global),
    ...(hasNames ? [section(`resolvers ${RESOLVERS}`, RESOLVER_LINES)] : []),
    section('defaults outer', outerDefaults(pool, paths)),
    section('frontend clients', clients(pool, paths)),
    section('backend inner', toInner(paths)),
    section('backend nowhere', []),
    section('frontend statistics', statistics(pool)),
    section('defaults inner', innerDefaults(pool)),
    section('frontend instances', instances(paths)),
    section(`backend ${HAPROXY_BACKEND}`, readyBackend(pool, paths)),
    section(`backend ${HAPROXY_LAST_RESORT}`, lastResort(pool, paths)),
    '',
  ].join('\n\n');
}
