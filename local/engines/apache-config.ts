/**
 * Renders the configuration of Apache httpd for a pool. Pure. Comments in the result have lines of
 * their own, as httpd requires.
 * @see https://httpd.apache.org/docs/2.4/mod/mod_proxy_balancer.html
 */
import {
  APACHE_BALANCER,
  APACHE_MANAGER,
  APACHE_WAITING_BALANCER,
} from '../../shared/balancer/apache-control.js';
import { toSeconds, type Pool, type Strategy } from '../../shared/balancer/pool.js';
import {
  BALANCER_PROBLEMS,
  LONG_ADDRESS,
  NOTHING_HERE,
  REFUSALS,
  RETRY_AFTER_SECONDS,
  toProblemFolder,
} from '../../shared/balancer/problems.js';

export interface ApachePlace {
  /** The installation's folder of this server. */
  folder: string;
  /** Folder of the modules. */
  modules: string;
  /** Required by every change of the balancer-manager. */
  nonce: string;
}

/** The longest silence of an instance in a request that does not wait, and of a health check. */
const ANSWER_MS = 5_000;

/** Threads of a worker process, and most workers. */
const THREADS = 128;
const WORKERS = 16;

/** As at the services: time for the head of a request, and for its body. */
const HEAD_SECONDS = 10;
const BODY_SECONDS = 20;
/** A body that is slower than this on average is refused. */
const BODY_BYTES_PER_SECOND = 500;

/** httpd has no random method and none by path; `bytraffic` is its remaining one. */
const METHODS: Record<Strategy, string> = {
  roundrobin: 'byrequests',
  leastconn: 'bybusyness',
  source: 'byrequests',
  uri: 'byrequests',
  random: 'bytraffic',
};

const MODULES = [
  'mpm_event',
  'authn_core',
  'authz_core',
  'authz_host',
  'alias',
  'asis',
  'headers',
  'reqtimeout',
  'rewrite',
  'setenvif',
  'slotmem_shm',
  'proxy',
  'proxy_http',
  'proxy_balancer',
  'proxy_hcheck',
  'lbmethod_byrequests',
  'lbmethod_bytraffic',
  'lbmethod_bybusyness',
  'status',
];

function serverLines({ folder, modules }: ApachePlace, pool: Pool): string[] {
  return [
    `ServerRoot "${folder}"`,
    `DefaultRuntimeDir "${folder}/run"`,
    `PidFile "${folder}/run/httpd.pid"`,
    'ServerName 127.0.0.1',
    // The port of the socket decides below, not the port that a Host header names.
    'UseCanonicalName On',
    'UseCanonicalPhysicalPort On',
    'ServerTokens Prod',
    `DocumentRoot "${toProblemFolder(folder)}"`,
    'TraceEnable Off',
    'HttpProtocolOptions Strict Require1.0',
    'FileETag None',
    `Listen ${pool.host}:${pool.port}`,
    `Listen 127.0.0.1:${pool.adminPort}`,
    ...MODULES.map((name) => `LoadModule ${name}_module "${modules}/mod_${name}.so"`),
    `ErrorLog "${folder}/logs/error.log"`,
    'LogLevel warn',
    'StartServers 1',
    // A request has a thread from its first byte on.
    `ThreadLimit ${THREADS}`,
    `ThreadsPerChild ${THREADS}`,
    `ServerLimit ${WORKERS}`,
    `MaxRequestWorkers ${THREADS * WORKERS}`,
    'KeepAliveTimeout 65',
    'MaxKeepAliveRequests 0',
    // Slow clients must not keep their threads.
    `RequestReadTimeout header=${HEAD_SECONDS} body=${BODY_SECONDS},MinRate=${BODY_BYTES_PER_SECOND}`,
    'AllowEncodedSlashes NoDecode',
  ];
}

function balancer(name: string, pool: Pool, timeoutMs: number, nonce: string): string[] {
  const { affinity, check, cookie, members, strategy } = pool;
  // A check has the time-out of its balancer: with that of the waiting one, the checks of a frozen
  // instance would use up the threads.
  const health =
    name === APACHE_BALANCER
      ? ` hcmethod=GET hcuri=${check.path} hcinterval=${check.intervalMs}ms hcpasses=${check.rise} hcfails=${check.fall} hcexpr=ready`
      : '';
  return [
    `<Proxy "balancer://${name}">`,
    ...members.map(
      ({ name: route, host, port, weight }) =>
        `  BalancerMember "http://${host}:${port}" route=${route} loadfactor=${weight} retry=1 connectiontimeout=1 timeout=${toSeconds(timeoutMs)} keepalive=On flushpackets=on${health}`,
    ),
    `  ProxySet lbmethod=${METHODS[strategy]} nonce=${nonce} failontimeout=On${affinity === 'cookie' ? ` stickysession=${cookie}` : ''}`,
    '</Proxy>',
  ];
}

function problemLines(folder: string): string[] {
  return [
    `Alias "/.problems" "${toProblemFolder(folder)}"`,
    '<Location "/.problems">',
    '  ForceType application/problem+json',
    '</Location>',
    '<Location "/.problems/503.html">',
    '  ForceType text/html',
    '</Location>',
    '<LocationMatch "^/\\.problems/.*\\.asis$">',
    '  SetHandler send-as-is',
    '</LocationMatch>',
    // An instance failed during a request that may be repeated.
    'RewriteCond "%{ENV:REDIRECT_REQUEST_METHOD}" "^(GET|HEAD)$" [OR]',
    'RewriteCond "%{ENV:REDIRECT_REQUEST_METHOD}:%{HTTP:Idempotency-Key}" "^POST:."',
    'RewriteRule "^/\\.problems/50[24]\\.json$" "/.problems/503.asis"',
    'RewriteCond "%{HTTP_ACCEPT}" "text/html"',
    'RewriteRule "^/\\.problems/503\\.asis$" "/.problems/503-page.asis"',
    'RewriteRule "^/\\.problems/503.*\\.asis$" "-" [PT,L]',
    // For browsers.
    'RewriteCond "%{ENV:REDIRECT_STATUS}" "=503"',
    'RewriteCond "%{HTTP_ACCEPT}" "text/html"',
    'RewriteRule "^/\\.problems/503\\.json$" "/.problems/503.html" [PT]',
    ...[...BALANCER_PROBLEMS, ...REFUSALS, LONG_ADDRESS, NOTHING_HERE].map(
      ({ status }) => `ErrorDocument ${status} /.problems/${status}.json`,
    ),
    // Only answers of this server have the marker; those of an instance keep their own header.
    `Header always set Retry-After "${RETRY_AFTER_SECONDS}" "expr=%{REQUEST_URI} =~ m#^/\\.problems/5#"`,
  ];
}

/** The addresses of this server itself do not exist for clients. */
const hiddenLines = ({ port }: Pool): string[] => [
  'RewriteEngine On',
  `RewriteCond expr "%{SERVER_PORT} == '${port}'"`,
  `RewriteRule "^/+${APACHE_MANAGER.slice(1)}(/|$)" "-" [R=404,L]`,
  // The document of an error is an internal redirect, which has a status.
  'RewriteCond "%{ENV:REDIRECT_STATUS}" "^$"',
  'RewriteRule "^/+\\.problems(/|$)" "-" [R=404,L]',
];

function accessLines({ port, adminPort }: Pool): string[] {
  return [
    '<Location "/">',
    `  Require expr "%{SERVER_PORT} == '${port}'"`,
    '</Location>',
    `<Location "${APACHE_MANAGER}">`,
    '  SetHandler balancer-manager',
    `  Require expr "%{SERVER_PORT} == '${adminPort}'"`,
    '</Location>',
  ];
}

function proxyLines({ affinity, cookie }: Pool): string[] {
  return [
    'ProxyPreserveHost On',
    'ProxyRequests Off',
    'ProxyTimeout 30',
    'BalancerPersist On',
    // A client must not choose the addresses that the service sees.
    'RequestHeader unset X-Forwarded-For early',
    'RequestHeader unset X-Forwarded-Host early',
    'RequestHeader set X-Forwarded-Proto http',
    ...(affinity === 'cookie'
      ? [
          `Header add Set-Cookie "${cookie}=.%{BALANCER_WORKER_ROUTE}e; path=/; HttpOnly; SameSite=Lax" env=BALANCER_ROUTE_CHANGED`,
        ]
      : []),
    `ProxyPass "${APACHE_MANAGER}" "!"`,
    'ProxyPass "/.problems" "!"',
    // Events of a payment and batches are silent for long; flushpackets sends each event at once.
    // An instance keeps a payment while the database restarts.
    // The services ignore the case of a path. Otherwise httpd would consider the instance failed.
    `ProxyPassMatch "(?i)^/+(api/batches|api/payments|bill/pay)" "balancer://${APACHE_WAITING_BALANCER}" nocanon`,
    `ProxyPass "/" "balancer://${APACHE_BALANCER}/" nocanon`,
  ];
}

export function renderApache(pool: Pool, place: ApachePlace): string {
  return [
    ...serverLines(place, pool),
    'ProxyHCExpr ready {%{REQUEST_STATUS} =~ /^200$/}',
    ...balancer(APACHE_BALANCER, pool, ANSWER_MS, place.nonce),
    ...balancer(APACHE_WAITING_BALANCER, pool, pool.serverTimeoutMs, place.nonce),
    ...proxyLines(pool),
    ...hiddenLines(pool),
    ...problemLines(place.folder),
    ...accessLines(pool),
    '',
  ].join('\n');
}
