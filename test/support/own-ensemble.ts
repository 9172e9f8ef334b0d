/** A ZooKeeper ensemble of three for one test file. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { prepareEnsemble } from '../../local/engines/zookeeper.js';
import { ENSEMBLE, ensemblePlaces } from '../../local/measurement-places.js';
import { freePort } from '../../local/processes/ports.js';
import type { ManagedProcess } from '../../local/processes/processes.js';
import { ZooKeeper, type ZooKeeperOptions } from '../../shared/zookeeper/client.js';
import { readMemberState } from '../../shared/zookeeper/member-state.js';
import { eventually } from './eventually.js';

const HOST = '127.0.0.1';

export interface OwnEnsemble {
  members: readonly ManagedProcess[];
  /** `host:port,host:port,host:port` */
  servers: string;
  /** A member with this role, once there is one. */
  findMember(role: 'leader' | 'follower'): Promise<ManagedProcess>;
  /** A connected client; the caller closes it. */
  connect(options?: Partial<ZooKeeperOptions>): Promise<ZooKeeper>;
  /** Starts the members again without their data, as a new ensemble. */
  deleteData(): Promise<void>;
  /** Ends the members and deletes their data. */
  remove(): Promise<void>;
}

export async function startOwnEnsemble(): Promise<OwnEnsemble> {
  const folder = mkdtempSync(join(tmpdir(), 'relevo-ensemble-'));
  const ports = new Map<string, number>();
  for (const { name } of ENSEMBLE) ports.set(name, await freePort());
  const places = ensemblePlaces((name) => ports.get(name) ?? 0);
  const members = await prepareEnsemble(folder, places);
  await Promise.all(members.map((member) => member.start()));
  const servers = members.map(({ port }) => `${HOST}:${port}`).join(',');
  return {
    members,
    servers,
    findMember: (role) =>
      eventually(
        async () => {
          const states = await Promise.all(
            members.map(({ port }) => readMemberState({ host: HOST, port })),
          );
          return members[states.findIndex((state) => state.role === role)];
        },
        { what: `a member is ${role}` },
      ),
    connect: async (options = {}) => {
      const zk = new ZooKeeper({ servers, sessionTimeoutMs: 4_000, ...options });
      zk.start();
      await eventually(() => zk.state === 'connected', { what: 'a client is connected' });
      return zk;
    },
    deleteData: async () => {
      await Promise.all(members.map((member) => member.stop()));
      for (const { spec } of members)
        rmSync(join(spec.cwd ?? folder, 'version-2'), { recursive: true });
      await Promise.all(members.map((member) => member.start()));
    },
    remove: async () => {
      await Promise.all(members.map((member) => member.stop()));
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
