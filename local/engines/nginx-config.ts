/**
 * Renders the configuration of nginx for a pool. The instances are in a file of their own
 * (shared/balancer/nginx-members.ts), which changes at run time. Pure.
 * @see https://nginx.org/en/docs/http/ngx_http_proxy_module.html
 */
import {
  NGINX_MEMBERS,
  NGINX_PID,
  NGINX_STATES_PATH,
} from '../../shared/balancer/nginx-control.js';
import { toSeconds, type Pool } from '../../shared/balancer/pool.js';
import {
  BALANCER_PROBLEMS,
  LONG_ADDRESS,
  NO_INSTANCE_PAGE,
  NOTHING_HERE,
  REFUSALS,
  RETRY_AFTER_SECONDS,
  type BalancerProblem,
} from '../../shared/balancer/problems.js';

/** Largest body, in bytes. The services have lower limits. */
export const NGINX_BODY_MAX = 2_097_152;

const TEMPORARY = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];

/** The rule for requests that were sent to an instance that failed. */
const REPEATED = 'proxy_next_upstream error timeout non_idempotent;';
/** The rule for the others: nginx still chooses another instance when no connection was made. */
const NOT_REPEATED = 'proxy_next_upstream error timeout;';

const KEYED: Record<Pool['retries'], string[]> = {
  safe: ['default 0', '"~^POST:.+" 1'],
  all: ['default 1'],
  none: ['default 0'],
};

const proxy = (rule: string): string[] => [rule, 'proxy_pass http://$pool;'];

/**
 * nginx answers 502 or 504 when it reached no instance; then no instance received the request: 503.
 * A request that may be repeated is answered 503 too.
 */
function problemLocation({ status, body }: BalancerProblem): string[] {
  return [
    `location @problem_${status} {`,
    '  default_type application/problem+json;',
    `  add_header Retry-After ${RETRY_AFTER_SECONDS} always;`,
    ...(status === 503
      ? []
      : ['  error_page 503 = @problem_503;', '  if ($repeatable) { return 503; }']),
    ...(status === 503 ? ['  error_page 503 = @page_503;', '  if ($html) { return 503; }'] : []),
    `  return ${status} '${body}';`,
    '}',
  ];
}

/** For browsers. */
const PAGE_LOCATION = [
  'location @page_503 {',
  '  default_type text/html;',
  `  add_header Retry-After ${RETRY_AFTER_SECONDS} always;`,
  `  return 503 '${NO_INSTANCE_PAGE}';`,
  '}',
];

/**
 * 494: too large headers; 501: an unknown transfer encoding. Not a named location, which a request
 * without a path cannot reach.
 */
const refusalLines = ({ status, body }: BalancerProblem): string[] => [
  `error_page ${status === 400 ? '400 494 501' : status} = /.refusal/${status};`,
  `location = /.refusal/${status} {`,
  '  internal;',
  '  default_type application/problem+json;',
  `  return ${status} '${body}';`,
  '}',
];

function serverBlock(pool: Pool): string[] {
  const rule = pool.retries === 'none' ? 'proxy_next_upstream off;' : NOT_REPEATED;
  return [
    `listen ${pool.host}:${pool.port};`,
    ...(pool.affinity === 'cookie' ? ['add_header Set-Cookie $affinity;'] : []),
    'error_page 418 = @keyed;',
    'error_page 420 = @once;',
    // The page of an error may be that of a repeated request.
    'recursive_error_pages on;',
    ...BALANCER_PROBLEMS.map(({ status }) => `error_page ${status} = @problem_${status};`),
    'location / {',
    '  if ($keyed) { return 418; }',
    '  if ($once) { return 420; }',
    ...proxy(rule).map((line) => `  ${line}`),
    '}',
    'location @keyed {',
    ...proxy(REPEATED).map((line) => `  ${line}`),
    '}',
    'location @once {',
    ...proxy('proxy_next_upstream off;').map((line) => `  ${line}`),
    '}',
    ...BALANCER_PROBLEMS.flatMap(problemLocation),
    ...[...REFUSALS, LONG_ADDRESS, NOTHING_HERE].flatMap(refusalLines),
    ...PAGE_LOCATION,
  ];
}

function httpLines(pool: Pool, folder: string): string[] {
  const { cookie, retries, serverTimeoutMs } = pool;
  return [
    'access_log off;',
    'server_tokens off;',
    ...TEMPORARY.map((kind) => `${kind}_temp_path ${folder}/tmp/${kind};`),
    // nginx stores a whole body before it sends it on, and a body without end would fill the disk.
    `client_max_body_size ${NGINX_BODY_MAX};`,
    'client_header_timeout 10s;',
    'client_body_timeout 20s;',
    'keepalive_timeout 65s;',
    'proxy_http_version 1.1;',
    'proxy_set_header Connection "";',
    // A client of HTTP/1.0 may have no Host header, which the services require.
    `map $http_host $asked_host { '' ${pool.host}:${pool.port}; default $http_host; }`,
    'proxy_set_header Host $asked_host;',
    // A client must not choose the addresses that the service sees.
    'proxy_set_header X-Forwarded-For $remote_addr;',
    "proxy_set_header X-Forwarded-Host '';",
    'proxy_set_header X-Forwarded-Proto $scheme;',
    'proxy_connect_timeout 1s;',
    `proxy_read_timeout ${toSeconds(serverTimeoutMs)}s;`,
    // A silent instance costs a request this time once.
    `proxy_next_upstream_timeout ${toSeconds(serverTimeoutMs)}s;`,
    // Events are sent at once.
    'proxy_buffering off;',
    `include ${folder}/${NGINX_MEMBERS};`,
    // Without any time of connection, no instance received the request.
    `map $upstream_connect_time $unreached { default 0; '' 1; "~^-(, -)*$" 1; }`,
    'map $request_method:$http_idempotency_key $repeatable { default $unreached; "~^(GET|HEAD):" 1; "~^POST:." 1; }',
    "map $http_accept $html { default 0; '~text/html' 1; }",
    // nginx would repeat PUT, DELETE and OPTIONS.
    'map $request_method $once { default 1; "~^(GET|HEAD|POST)$" 0; }',
    `map $request_method:$http_idempotency_key $keyed { ${KEYED[retries].join('; ')}; }`,
    `map "$cookie_${cookie}:$instance" $affinity { "~^(?<kept>.+):\\k<kept>$" ''; "~:$" ''; default "${cookie}=$instance; Path=/; HttpOnly; SameSite=Lax"; }`,
  ];
}

const indent = (lines: readonly string[]): string[] => lines.map((line) => `  ${line}`);

export function renderNginx(pool: Pool, folder: string): string {
  return [
    'daemon off;',
    'worker_processes 1;',
    'worker_rlimit_nofile 16384;',
    `pid ${folder}/${NGINX_PID};`,
    // A lower level would write the addresses of requests, which name patients.
    'error_log stderr crit;',
    // A reload must not end a request that may be silent for so long.
    `worker_shutdown_timeout ${toSeconds(pool.serverTimeoutMs)}s;`,
    'events { worker_connections 8192; }',
    'http {',
    ...indent(httpLines(pool, folder)),
    '  server {',
    ...indent(indent(serverBlock(pool))),
    '  }',
    '  server {',
    `    listen 127.0.0.1:${pool.adminPort};`,
    // A kept connection could belong to a worker with the former states.
    '    keepalive_timeout 0;',
    '    location = / { stub_status; }',
    `    location = ${NGINX_STATES_PATH} { default_type application/json; return 200 $states; }`,
    '  }',
    '}',
    '',
  ].join('\n');
}
