/**
 * Renders the part of nginx's configuration that changes at run time: the instances and their
 * administrative states. nginx has no runtime interface, so that a change is a new file and a
 * reload. Pure.
 * @see https://nginx.org/en/docs/http/ngx_http_upstream_module.html
 */
import type { AdminState } from '../contracts/leadership.js';
import { type Pool, type PoolMember, type Strategy } from './pool.js';

const STRATEGY_LINES: Record<Strategy, string | null> = {
  roundrobin: null,
  leastconn: 'least_conn',
  source: 'hash $remote_addr consistent',
  uri: 'hash $uri consistent',
  random: 'random',
};

/** The strategies with which nginx accepts backups. */
const HAS_BACKUPS: Record<Strategy, boolean> = {
  roundrobin: true,
  leastconn: true,
  source: false,
  uri: false,
  random: false,
};

const KEPT_CONNECTIONS = 64;
const NEW_CLIENTS = 'patients_new';

const toAddress = ({ host, port }: Pick<PoolMember, 'host' | 'port'>): string => `${host}:${port}`;

/**
 * nginx has no checks of its own here. It must not exclude an instance after a failed connection
 * either: an instance is back before the shortest exclusion ends, and when all are excluded, a
 * request fails without a try. A refused connection costs no time.
 */
const server = ({ weight, ...address }: PoolMember, role = ''): string =>
  `  server ${toAddress(address)} weight=${weight} max_fails=0${role};`;

const upstream = (name: string, lines: readonly (string | null)[]): string[] => [
  `upstream ${name} {`,
  ...lines.filter((line) => line !== null),
  `  keepalive ${KEPT_CONNECTIONS};`,
  '}',
];

const map = (source: string, target: string, lines: readonly string[]): string[] => [
  `map ${source} ${target} {`,
  ...lines.map((line) => `  ${line};`),
  '}',
];

/**
 * A drained instance receives only clients that have its cookie, an instance in `maint` none.
 * @param states of the members that are not ready.
 */
export function renderNginxMembers(
  pool: Pool,
  states: Readonly<Record<string, AdminState>> = {},
): string {
  const { affinity, cookie, members, strategy } = pool;
  const stateOf = ({ name }: PoolMember): AdminState => states[name] ?? 'ready';
  const open = members.filter((member) => stateOf(member) === 'ready');
  const kept = affinity === 'cookie' ? members.filter((member) => stateOf(member) !== 'maint') : [];
  const method = STRATEGY_LINES[strategy];
  const servers = (chosen: readonly PoolMember[], role = ''): string[] =>
    chosen.map((member) => server(member, role));
  // nginx tries a server once per request; as a backup, an instance gets a second try.
  const again = HAS_BACKUPS[strategy] ? servers(open, ' backup') : [];
  // An upstream needs a server. Port 9 refuses, and the answer is 503.
  const none = open.length === 0 ? ['  server 127.0.0.1:9;'] : [];
  const lines = [
    ...upstream(NEW_CLIENTS, [method && `  ${method};`, ...servers(open), ...again, ...none]),
    ...kept.flatMap((member) =>
      upstream(`patients_of_${member.name}`, [
        ...servers([member]),
        ...servers([...open, ...(open.includes(member) ? [] : [member])], ' backup'),
      ]),
    ),
    ...map(`$cookie_${cookie}`, '$pool', [
      `default ${NEW_CLIENTS}`,
      ...kept.map(({ name }) => `${name} patients_of_${name}`),
    ]),
    // For the control, which reads the states that nginx applies.
    ...map('$host', '$states', [`default '${JSON.stringify(states)}'`]),
    // After a repetition, the last address is the one that answered.
    ...map('$upstream_addr', '$instance', [
      "default ''",
      ...members.map((member) => `"~${toAddress(member).replaceAll('.', '\\.')}$" ${member.name}`),
    ]),
  ];
  return `${lines.join('\n')}\n`;
}
