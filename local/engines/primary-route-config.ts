/**
 * Renders the configuration of a HAProxy that passes connections on to the primary of a database
 * cluster. It asks the Patroni of each node on `/primary`, which only the present primary answers
 * with 200. Pure.
 * @see https://patroni.readthedocs.io/en/latest/rest_api.html
 * @see https://docs.haproxy.org/2.6/configuration.html
 */
import { section } from './haproxy-instances.js';

/** One PostgreSQL with its Patroni. */
interface RouteNode {
  name: string;
  host: string;
  /** Of PostgreSQL. */
  port: number;
  /** Of Patroni's REST API. */
  restPort: number;
}

export interface PrimaryRoute {
  /** The address on which HAProxy listens. */
  host: string;
  port: number;
  nodes: readonly RouteNode[];
}

/** Pause between two checks, in ms: of the primary, and of a node that is not the primary. */
const CHECK_MS = 500;
const FAST_CHECK_MS = 200;
/** Longest wait for the answer of a check, in ms. */
const CHECK_TIMEOUT_MS = 500;

const GLOBAL = ['nbthread 1', 'maxconn 2000'];

const DEFAULTS = [
  'mode tcp',
  // HAProxy waits a second before each repetition, and clients would wait with it.
  'retries 0',
  'timeout connect 1s',
  // Longer than an idle connection of a pool, and than any statement.
  'timeout client 24h',
  'timeout server 24h',
  `timeout check ${CHECK_TIMEOUT_MS}ms`,
  // The peer of a connection may be a machine that lost its power.
  'option clitcpka',
  'option srvtcpka',
];

const toServer = ({ name, host, port, restPort }: RouteNode): string =>
  `server ${name} ${host}:${port} check port ${restPort}`;

/** The configuration: HAProxy closes every connection while no node is the primary. */
export function renderPrimaryRoute({ host, port, nodes }: PrimaryRoute): string {
  return [
    section('global', GLOBAL),
    section('defaults', DEFAULTS),
    section('listen primary', [
      `bind ${host}:${port}`,
      'option httpchk',
      'http-check send meth OPTIONS uri /primary',
      'http-check expect status 200',
      // A former primary keeps no connection: `on-marked-down`. A standby counts as a node that is
      // down, so that its promotion is noticed by `downinter`.
      `default-server inter ${CHECK_MS}ms fastinter ${FAST_CHECK_MS}ms downinter ${FAST_CHECK_MS}ms fall 2 rise 1 on-marked-down shutdown-sessions`,
      ...nodes.map(toServer),
    ]),
    '',
  ].join('\n\n');
}
