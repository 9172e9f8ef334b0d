/**
 * The folder of a replicated PostgreSQL: one folder per node and etcd member, the generated
 * passwords, and the ports with which the etcd members know each other.
 */
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { StartError } from '../errors.js';
import type { ClusterSecrets } from './patroni-config.js';
import type { StoreProtocol } from './patroni-settings.js';

/** Name of the folder inside the data folder of an installation. */
export const CLUSTER_FOLDER = 'standby';
const SECRETS = 'secrets.json';
const FACTS = 'cluster.json';

const secretsFile = z.object({
  superuser: z.string().min(16),
  replication: z.string().min(16),
  rewind: z.string().min(16),
  restApi: z.string().min(16),
});

/** Facts that cannot change while the data stay. */
const factsFile = z.object({
  scope: z.string(),
  protocol: z.enum(['etcd', 'etcd3']),
  peerPorts: z.array(z.int()),
});
export type ClusterFacts = z.infer<typeof factsFile>;

const makePassword = (): string => randomBytes(18).toString('base64url');

/** The content of a file, made on the first call. @throws StartError when it is damaged. */
function provide<T>(file: string, schema: z.ZodType<T>, make: () => T): T {
  if (!existsSync(file)) {
    const made = make();
    writeFileSync(file, `${JSON.stringify(made, null, 2)}\n`, { mode: 0o600 });
    return made;
  }
  try {
    return schema.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch {
    throw new StartError(`${file} cannot be parsed; restore it from a backup.`);
  }
}

/** The name of the cluster of this folder in etcd; null: unknown. */
export function readScope(folder: string): string | null {
  try {
    return factsFile.parse(JSON.parse(readFileSync(join(folder, FACTS), 'utf8'))).scope;
  } catch {
    return null;
  }
}

/** The passwords of the cluster in this folder, made on the first call. @throws StartError */
export const provideSecrets = (folder: string): ClusterSecrets =>
  provide(join(folder, SECRETS), secretsFile, () => ({
    superuser: makePassword(),
    replication: makePassword(),
    rewind: makePassword(),
    restApi: makePassword(),
  }));

/**
 * Creates the folder, and compares the ports of the etcd members and the protocol with those of
 * its first start. etcd keeps the addresses of its members with its data, and the record of which
 * nodes may become primary is there, so that it must not be deleted.
 * @throws StartError when they differ.
 */
export function provideFacts(
  folder: string,
  wanted: { protocol: StoreProtocol; peerPorts: readonly number[] },
): ClusterFacts {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const facts = provide(join(folder, FACTS), factsFile, () => ({
    scope: `relevo-${randomBytes(4).toString('hex')}`,
    protocol: wanted.protocol,
    peerPorts: [...wanted.peerPorts],
  }));
  const [first = 0, wantedFirst = 0] = [facts.peerPorts[0], wanted.peerPorts[0]];
  if (facts.peerPorts.join() !== wanted.peerPorts.join())
    throw new StartError(
      `The etcd members in ${folder} know each other by port ${first}, not ${wantedFirst}: start with the RELEVO_PORT_OFFSET of the first start, or set RELEVO_DATA to another folder.`,
    );
  if (facts.protocol !== wanted.protocol)
    throw new StartError(
      `The state in ${folder} was written with the protocol ${facts.protocol} of etcd and the installed version has only ${wanted.protocol}: install the former version of etcd, or set RELEVO_DATA to another folder.`,
    );
  return facts;
}
