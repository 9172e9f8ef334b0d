/**
 * Renders the configuration of HAProxy for a pool: two layers in one process. The outer one has the
 * clients, keeps each request and repeats it. The inner one chooses an instance and tries another
 * one only when a connection fails. HAProxy cannot do both in one layer: when it marks an instance
 * down and ends its sessions, it also ends a request that it is just connecting, without another
 * try. The inner layer answers such a failure with the status 425, which the outer one repeats. A
 * request that must not be repeated has an entrance of its own to the inner layer: its failure is
 * 503 when no instance received it, otherwise 502 or 504. Pure.
 * @see https://docs.haproxy.org/2.6/configuration.html
 */
import { isIP } from 'node:net';
import {
  HAPROXY_BACKEND,
  HAPROXY_LAST_RESORT,
  HAPROXY_LEAVING,
  HAPROXY_SOCKET,
} from '../../shared/balancer/haproxy-control.js';
import type { Pool, Retries } from '../../shared/balancer/pool.js';
import { getRetries, instanceBackends, RESOLVERS, section } from './haproxy-instances.js';
import {
  AGAIN_FILE,
  BALANCER_PROBLEMS,
  REFUSALS,
  RETRY_AFTER_SECONDS,
  toProblemFolder,
} from '../../shared/balancer/problems.js';

/** The form of a failure: a problem document, or the page for browsers. */
type Reader = 'document' | 'page';
const READERS = ['document', 'page'] as const satisfies readonly Reader[];

export interface HaproxyPaths {
  /** Socket of the runtime interface. */
  socket: string;
  /** Socket of the inner layer for requests that may be repeated. */
  repeated: string;
  /** Sockets of the inner layer for the others: from programs and from browsers. */
  once: Readonly<Record<Reader, string>>;
  /** Holds the states of the instances during a reload. */
  stateFile: string;
  /** Names of the instances whose clients move to another one. */
  leaving: string;
  /** Folder of the problem documents, one file per status. */
  problems: string;
}

/**
 * @param folder where HAProxy writes.
 * @param sockets the folder of its sockets, also relative to its working directory: HAProxy allows
 *   at most 97 characters for the path of a socket.
 */
export const haproxyPaths = (
  folder: string,
  { problems = toProblemFolder(folder), sockets = folder } = {},
): HaproxyPaths => ({
  socket: `${sockets}/${HAPROXY_SOCKET}`,
  repeated: `${sockets}/repeated.sock`,
  once: { document: `${sockets}/once.sock`, page: `${sockets}/once-page.sock` },
  stateFile: `${folder}/state`,
  leaving: `${folder}/${HAPROXY_LEAVING}`,
  problems,
});

/** The name servers of the machine. */
const RESOLVER_LINES = [
  'parse-resolv-conf',
  'timeout resolve 1s',
  'timeout retry 1s',
  'hold valid 1s',
];

/** The condition of the requests that are repeated; null: all. */
const REPEATED_IF: Record<Retries, string | null> = {
  safe: 'if METH_GET or METH_POST { req.hdr(Idempotency-Key) -m len gt 0 }',
  all: null,
  none: 'if FALSE',
};

/**
 * Largest request that is repeated, in bytes, with its headers. A payment has at most 16 KB of
 * each; a larger batch is sent once.
 */
const REPEATED_BYTES = 65_536;

/** The status with which the inner layer answers a failure of a request that may be repeated. */
const AGAIN = 425;
const RETRY_ON = `conn-failure empty-response junk-response ${AGAIN}`;
/** The inner layer notices a silent instance first; the outer layer does not repeat a time-out. */
const OUTER_EXTRA_MS = 1_000;

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

const toDocument = ({ problems }: HaproxyPaths, status: number, reader: Reader): string =>
  status === 503 && reader === 'page'
    ? `content-type text/html file ${problems}/503.html`
    : `content-type application/problem+json file ${problems}/${status}.json`;

const RETRY_AFTER = `hdr Retry-After ${RETRY_AFTER_SECONDS}`;

const errorLines = (paths: HaproxyPaths, reader: Reader): string[] =>
  BALANCER_PROBLEMS.map(
    ({ status }) =>
      `http-error status ${status} ${toDocument(paths, status, reader)} ${RETRY_AFTER}`,
  );

function clients({ host, port, retries }: Pool, paths: HaproxyPaths): string[] {
  const repeatedIf = REPEATED_IF[retries];
  return [
    `bind ${host}:${port}`,
    'option forwardfor',
    ...REFUSALS.map(
      ({ status }) => `http-error status ${status} ${toDocument(paths, status, 'document')}`,
    ),
    // HAProxy repeats a request only when it has the whole request before it sends the first byte.
    'option http-buffer-request',
    // A client must not choose the addresses that the service sees.
    'http-request del-header X-Forwarded-For',
    'http-request del-header X-Forwarded-Host',
    'http-request set-header X-Forwarded-Proto http',
    'http-request set-var(txn.times) str(once)',
    `http-request set-var(txn.times) str(repeated)${repeatedIf === null ? '' : ` ${repeatedIf}`}`,
    'http-request set-var(txn.reader) str(document)',
    'http-request set-var(txn.reader) str(page) if { req.hdr(Accept) -m sub text/html }',
    'use_backend %[var(txn.times)]_%[var(txn.reader)]',
  ];
}

/** The protocol PROXY keeps the client's address, which the strategy `source` needs. */
const toInner = (socket: string): string => `server inner unix@${socket} send-proxy-v2`;

function outerBackends(pool: Pool, paths: HaproxyPaths): string[] {
  const timeout = `timeout server ${pool.serverTimeoutMs + OUTER_EXTRA_MS}ms`;
  return READERS.flatMap((reader) => [
    section(`backend repeated_${reader}`, [
      timeout,
      ...getRetries(pool, RETRY_ON),
      ...errorLines(paths, reader),
      // After the last attempt. The outcome may be unknown, but the request may be repeated.
      `http-response return status 503 ${toDocument(paths, 503, reader)} ${RETRY_AFTER} if { status ${AGAIN} 504 }`,
      toInner(paths.repeated),
    ]),
    section(`backend once_${reader}`, [
      timeout,
      // HAProxy ends a failed request without an answer when it is not the first of its connection.
      // A browser would repeat the request.
      'option http-server-close',
      ...getRetries(pool, 'conn-failure'),
      ...errorLines(paths, reader),
      toInner(paths.once[reader]),
    ]),
  ]);
}

const instances = (socket: string, errors: readonly string[]): string[] => [
  `bind unix@${socket} mode 600 accept-proxy`,
  ...errors,
  // Without this, a failure of the database would take every instance out of service, although an
  // instance keeps requests until the database is back.
  `use_backend ${HAPROXY_LAST_RESORT} if { nbsrv(${HAPROXY_BACKEND}) eq 0 }`,
  `default_backend ${HAPROXY_BACKEND}`,
];

/** The entrances of the inner layer. */
const innerFrontends = (paths: HaproxyPaths): string[] => [
  section(
    'frontend repeated',
    instances(paths.repeated, [
      ...[502, 503].map((status) => `errorfile ${status} ${paths.problems}/${AGAIN_FILE}`),
      `http-error status 504 ${toDocument(paths, 504, 'document')}`,
    ]),
  ),
  ...READERS.map((reader) =>
    section(`frontend once_${reader}`, instances(paths.once[reader], errorLines(paths, reader))),
  ),
];

const statistics = ({ adminPort }: Pool): string[] => [
  `bind 127.0.0.1:${adminPort}`,
  'stats enable',
  'stats uri /',
  'stats refresh 5s',
  'no log',
];

export function renderHaproxy(pool: Pool, paths: HaproxyPaths): string {
  const { socket, stateFile } = paths;
  const global = [
    `stats socket unix@${socket} mode 600 level admin expose-fd listeners`,
    `server-state-file ${stateFile}`,
    'nbthread 1',
    `tune.bufsize ${REPEATED_BYTES}`,
    // After a reload: it must not end a request that may be silent for so long.
    `hard-stop-after ${pool.serverTimeoutMs}ms`,
  ];
  const hasNames = pool.members.some(({ host }) => isIP(host) === 0);
  return [
    section('global', global),
    ...(hasNames ? [section(`resolvers ${RESOLVERS}`, RESOLVER_LINES)] : []),
    section('defaults', defaults(pool)),
    section('frontend clients', clients(pool, paths)),
    ...outerBackends(pool, paths),
    section('frontend statistics', statistics(pool)),
    ...innerFrontends(paths),
    ...instanceBackends(pool, paths.leaving),
    '',
  ].join('\n\n');
}
