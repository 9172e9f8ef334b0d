/** A separate group of three Redis servers and three Sentinels, for tests that disturb it. */
import { Redis } from 'ioredis';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RedisGroup } from '../../local/engines/redis-group.js';
import type { RedisServer } from '../../local/engines/redis.js';
import { GROUP_SENTINELS, GROUP_SERVERS } from '../../local/plan.js';
import { freePort } from '../../local/processes/ports.js';
import type { GroupState } from '../../shared/queue/group-state.js';
import { readGroup } from '../../shared/queue/read-group.js';
import {
  parseSentinelAddress,
  type HostAndPort,
  type SentinelAddress,
} from '../../shared/queue/redis-address.js';
import { eventually } from './eventually.js';

export interface OwnGroup {
  group: RedisGroup;
  url: string;
  state(): Promise<GroupState>;
  /** The server that the Sentinels name. */
  primary(): Promise<RedisServer>;
  /** Waits until all replicas follow the only primary. */
  settled(): Promise<void>;
  /**
   * Sets how long a primary may be silent before the Sentinels replace it, in ms. A test sets a
   * long time after the failover that it causes: on a busy machine another one could follow. A
   * failover that has begun continues.
   */
  allowSilence(silenceMs: number): Promise<void>;
  /** Ends all processes and deletes the data. */
  remove(): Promise<void>;
}

/** Starts a group, whose servers and Sentinels restart after a crash. */
export async function startOwnGroup(): Promise<OwnGroup> {
  const dataDir = mkdtempSync(join(tmpdir(), 'relevo-group-'));
  const ports = new Map<string, number>();
  for (const name of [...GROUP_SERVERS, ...GROUP_SENTINELS]) ports.set(name, await freePort());
  const group = new RedisGroup({ dataDir, portOf: (name) => ports.get(name) ?? 0 });
  const { processes } = group;
  const remove = async (): Promise<void> => {
    processes.forEach((process) => (process.supervised = false));
    for (const part of [group.sentinels, group.servers])
      await Promise.all(part.map((process) => process.stop(0)));
    rmSync(dataDir, { recursive: true, force: true });
  };
  try {
    await group.start();
  } catch (error) {
    await remove();
    throw error;
  }
  processes.forEach((process) => (process.supervised = true));
  const state = (): Promise<GroupState> => readGroup(parseSentinelAddress(group.address));
  const primary = async (): Promise<RedisServer> => {
    const named = (await state()).primary;
    const server = group.servers.find(({ port }) => port === named?.port);
    if (!server) throw new Error('the Sentinels name no server of the group');
    return server;
  };
  const isSettled = async (): Promise<boolean> => {
    const { servers, isFailing } = await state();
    return (
      !isFailing &&
      servers.length === group.servers.length &&
      servers.filter(({ role }) => role === 'primary').length === 1 &&
      servers.every(({ role, link }) => role === 'primary' || link === 'up')
    );
  };
  const settled = async (): Promise<void> => {
    await eventually(isSettled, { what: 'a complete Redis group' });
  };
  const allowSilence = async (silenceMs: number): Promise<void> => {
    const { sentinels, ...address } = parseSentinelAddress(group.address);
    await Promise.all(sentinels.map((place) => setDownAfter(place, address, silenceMs)));
  };
  return { group, url: group.address, state, primary, settled, allowSilence, remove };
}

async function setDownAfter(
  place: HostAndPort,
  { name, password = '' }: Pick<SentinelAddress, 'name' | 'password'>,
  silenceMs: number,
): Promise<void> {
  const sentinel = new Redis({ ...place, password, disconnectTimeout: 0 });
  sentinel.on('error', () => undefined);
  try {
    await sentinel.call('SENTINEL', 'SET', name, 'down-after-milliseconds', String(silenceMs));
  } finally {
    sentinel.disconnect();
  }
}
