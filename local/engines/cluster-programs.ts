/** Finds the programs of a replicated PostgreSQL, their versions, and the account to run them. */
import { join } from 'node:path';
import { existsSync, readFileSync } from 'node:fs';
import { StartError } from '../errors.js';
import { runToEnd } from '../processes/run-to-end.js';
import { CLUSTER_PROGRAMS, findPostgresVersions, findProgram } from '../setup/programs.mjs';
import { adviceOnStandby } from '../setup/standby.mjs';
import { findAccount, type Account } from './account.js';

export interface ClusterPrograms {
  etcd: string;
  patroni: string;
  /** Folder of PostgreSQL's programs. */
  binDir: string;
  etcdVersion: string;
  patroniVersion: string;
  account: Account;
}

async function readVersion(program: string): Promise<string> {
  const { output } = await runToEnd([program, '--version']);
  const version = /\d+\.\d+(\.\d+)?/.exec(output)?.[0];
  if (version) return version;
  throw new StartError(`${program} --version reports no version: ${output}`);
}

/** The major version of the data in a folder; null: there are none. */
function readMajor(dataDir: string): number | null {
  const file = join(dataDir, 'PG_VERSION');
  return existsSync(file) ? Number(readFileSync(file, 'utf8').trim()) : null;
}

/** The version of existing data, else the newest installed one. @throws StartError */
function chooseBinDir(dataDirs: readonly string[]): string {
  const versions = findPostgresVersions();
  const major = dataDirs.map(readMajor).find((found) => found !== null);
  const chosen = versions.find((version) => major === undefined || version.major === major);
  if (chosen) return chosen.binDir;
  throw new StartError(
    major === undefined
      ? adviceOnStandby()
      : `The data in ${dataDirs[0]} are of PostgreSQL ${major}, which is not installed (Debian: apt-get install postgresql-${major}).`,
  );
}

/** @throws StartError when a program is missing or cannot run here. */
export async function findClusterPrograms(dataDirs: readonly string[]): Promise<ClusterPrograms> {
  const etcd = findProgram(CLUSTER_PROGRAMS.etcd.names);
  const patroni = findProgram(CLUSTER_PROGRAMS.patroni.names);
  if (!etcd || !patroni) throw new StartError(adviceOnStandby());
  const binDir = chooseBinDir(dataDirs);
  const [etcdVersion, patroniVersion, account] = await Promise.all([
    readVersion(etcd),
    readVersion(patroni),
    findAccount(join(binDir, 'postgres'), '--version'),
  ]);
  if (typeof account === 'string')
    throw new StartError(
      `PostgreSQL cannot run here (${account}); start Relevo as an ordinary user.`,
    );
  return { etcd, patroni, binDir, etcdVersion, patroniVersion, account };
}
