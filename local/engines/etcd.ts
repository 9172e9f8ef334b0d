/**
 * Runs three etcd members, in which Patroni keeps which PostgreSQL is the primary. They listen on
 * the loopback address without a password, so every local user could change that record: a machine
 * with other users needs etcd's own access control.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { askEtcdHealth } from '../../shared/record/etcd-client.js';
import type { EtcdPlace } from '../plan.js';
import { ManagedProcess } from '../processes/processes.js';
import type { Account } from './account.js';

export interface EtcdOptions {
  program: string;
  account: Account;
  /** Holds one folder per member. */
  folder: string;
  host: string;
  places: readonly EtcdPlace[];
  /** Whether the members answer the v2 protocol. */
  enableV2: boolean;
}

const READY_DEADLINE_MS = 30_000;
const STOP_DEADLINE_MS = 5_000;
/** A dead leader of the members is replaced within about a second. */
const ELECTION = ['--heartbeat-interval', '50', '--election-timeout', '500'];
/** Bounds the disk space of a member. */
const RETENTION = ['--snapshot-count', '10000', '--max-snapshots', '2', '--max-wals', '2'];

const toUrl = (host: string, port: number): string => `http://${host}:${port}`;

/** Creates the folders of the members; does not start them. */
export function prepareEtcd(options: EtcdOptions): ManagedProcess[] {
  const { program, account, folder, host, places, enableV2 } = options;
  const members = places.map(({ name, peerPort }) => `${name}=${toUrl(host, peerPort)}`).join(',');
  return places.map(({ name, port, peerPort }) => {
    const dataDir = join(folder, name);
    mkdirSync(dataDir, { recursive: true, mode: 0o700 });
    account.own(dataDir);
    const [url, peerUrl] = [toUrl(host, port), toUrl(host, peerPort)];
    return new ManagedProcess({
      name,
      kind: 'etcd',
      port,
      url,
      before: account.before,
      command: [
        program,
        ...['--name', name, '--data-dir', dataDir],
        ...['--listen-client-urls', url, '--advertise-client-urls', url],
        ...['--listen-peer-urls', peerUrl, '--initial-advertise-peer-urls', peerUrl],
        ...['--initial-cluster', members, '--logger', 'zap', '--log-level', 'warn'],
        ...ELECTION,
        ...RETENTION,
        ...(enableV2 ? ['--enable-v2=true'] : []),
      ],
      // Settings of the environment would override none of these, and could add others.
      env: withoutVariables('ETCD_'),
      deathSignal: 'KILL',
      ready: () => askEtcdHealth(url),
      readyDeadlineMs: READY_DEADLINE_MS,
      // An orderly end waits for a majority, which ends too. Each answer is on the disk before it
      // is sent, so that a kill loses nothing.
      stopSignal: 'SIGKILL',
      stopDeadlineMs: STOP_DEADLINE_MS,
    });
  });
}

/** Removes the variables with one of these prefixes from the environment of a program. */
export const withoutVariables = (...prefixes: readonly string[]): Record<string, undefined> =>
  Object.fromEntries(
    Object.keys(process.env)
      .filter((name) => prefixes.some((prefix) => name.startsWith(prefix)))
      .map((name) => [name, undefined]),
  );
