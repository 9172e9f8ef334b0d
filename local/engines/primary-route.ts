/**
 * Runs a HAProxy that passes connections on to the primary of a database cluster, for clients that
 * accept one host.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { connectOnce } from '../../shared/postgres/hosts/follow.js';
import { ManagedProcess } from '../processes/processes.js';
import { findBalancer, requireAccount } from './balancer.js';
import { haproxyEngine } from './haproxy.js';
import { renderPrimaryRoute, type PrimaryRoute } from './primary-route-config.js';

const CONFIG = 'haproxy.cfg';
const READY_DEADLINE_MS = 30_000;
const STOP_DEADLINE_MS = 5_000;
const ANSWER_MS = 1_000;

export interface PrimaryRouteOptions extends PrimaryRoute {
  name: string;
  /** Holds the configuration; created when missing. */
  folder: string;
  /** An address of a database through this HAProxy, for the check whether it is ready. */
  url: string;
}

const reachesPrimary = (url: string): Promise<boolean> =>
  connectOnce(url, { connectionTimeoutMillis: ANSWER_MS }).then(
    (client) => client.end().then(() => true),
    () => false,
  );

/** Writes the configuration; does not start HAProxy. @throws StartError when it is missing. */
export async function preparePrimaryRoute(options: PrimaryRouteOptions): Promise<ManagedProcess> {
  const { name, folder, host, port, url } = options;
  const program = findBalancer('haproxy');
  const { before, own } = await requireAccount(program, haproxyEngine.versionFlag);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const file = join(folder, CONFIG);
  writeFileSync(file, renderPrimaryRoute(options), { mode: 0o600 });
  own(folder);
  return new ManagedProcess({
    name,
    kind: 'route',
    port,
    url: `http://${host}:${port}`,
    before,
    // In the foreground, one process.
    command: [program, '-db', '-q', '-f', file],
    deathSignal: 'TERM',
    ready: () => reachesPrimary(url),
    readyDeadlineMs: READY_DEADLINE_MS,
    stopSignal: 'SIGTERM',
    stopDeadlineMs: STOP_DEADLINE_MS,
  });
}
