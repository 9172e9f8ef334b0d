/**
 * Checks a replicated PostgreSQL: the installed programs and, of a running system, that one node is
 * the primary, that a standby confirms its commits, and that etcd has a majority.
 */
import { join } from 'node:path';
import { quoteForShell } from '../../local/command-hint.js';
import { CLUSTER_FOLDER, readScope } from '../../local/engines/cluster-folder.js';
import { findClusterPrograms, type ClusterPrograms } from '../../local/engines/cluster-programs.js';
import { PATRONI_FILE } from '../../local/engines/patroni.js';
import { findRecordPlaces } from '../../local/record-places.js';
import { adviceOnStandby, hasStandby } from '../../local/setup/standby.mjs';
import {
  acceptsWrites,
  lacksDeletedLog,
  LOG_KEPT_MB,
  SILENT,
  type DatabaseNode,
} from '../../shared/record/nodes.js';
import { pollUntil } from '../../shared/wait-until.js';
import { readRecord, type EtcdMember, type RecordState } from '../../shared/record/read-record.js';
import { installCommand, ok, problem, warning, type Check, type Finding } from './finding.js';

const STATUS = 'npx relevo status --watch';
/** A standby that lacks more than this is late, bytes. */
const LATE_BYTES = 16_777_216;

/** A busy machine may answer late; the other checks of the doctor run at the same time. */
const ANSWERS = { deadlineMs: 5_000, pollMs: 200 };

type Programs = Pick<ClusterPrograms, 'patroniVersion' | 'etcdVersion' | 'binDir'>;

/** @param programs the failure as text when they cannot run here. */
export function judgeStandbyPrograms(programs: Programs | string): Finding {
  if (typeof programs === 'string')
    return warning(
      'standby',
      `${programs} Only --standby needs it.`,
      installCommand(
        'patroni etcd-server python3-etcd python3-psycopg2 postgresql tini',
        'patroni',
      ),
    );
  const { patroniVersion, etcdVersion, binDir } = programs;
  return ok('standby', `Patroni ${patroniVersion}, etcd ${etcdVersion}, ${binDir}`);
}

function judgeWrites(nodes: readonly DatabaseNode[]): Finding[] {
  const primaries = nodes.filter(({ role }) => role === 'primary').map(({ name }) => name);
  if (nodes.every(({ state }) => state === SILENT))
    return [problem('database', 'No Patroni answers, so that the primary is unknown.', STATUS)];
  if (primaries.length > 1)
    return [
      problem(
        'database',
        `${primaries.join(' and ')} both claim to be the primary; only one can commit, because the other has no standby.`,
        STATUS,
      ),
    ];
  if (primaries.length === 0)
    return [problem('database', 'No node is the primary, so that payments wait.', STATUS)];
  if (!acceptsWrites(nodes))
    return [
      problem(
        'database',
        `${primaries[0]} is the primary and no standby confirms its commits, so that payments wait.`,
        STATUS,
      ),
    ];
  const standby = nodes.find(({ role }) => role === 'sync-standby')?.name;
  return [ok('database', `${primaries[0]} is the primary, ${standby} confirms its commits`)];
}

/** @param folder of the cluster. */
function toCopyCommand(name: string, folder: string): string {
  const file = quoteForShell(join(folder, name, PATRONI_FILE));
  return `patronictl -c ${file} reinit --force ${readScope(folder) ?? 'SCOPE'} ${name}`;
}

function judgeNode(node: DatabaseNode, folder: string): Finding[] {
  const { name, role, state, lagBytes, streaming } = node;
  if (role === 'primary') return [];
  if (lacksDeletedLog(node))
    return [
      problem(
        'database',
        `${name} does not follow the primary and lacks ${lagBytes} bytes of the log; only the last ${LOG_KEPT_MB} MB are kept for it. The command deletes its data and copies those of the primary.`,
        toCopyCommand(name, folder),
      ),
    ];
  if (state === SILENT) return [warning('database', `Patroni of ${name} does not answer.`, STATUS)];
  if (streaming === false)
    return [warning('database', `${name} is ${state} and does not follow the primary.`, STATUS)];
  return lagBytes !== null && lagBytes > LATE_BYTES
    ? [warning('database', `${name} lacks ${lagBytes} bytes of the log.`, STATUS)]
    : [];
}

function judgeEtcd(members: readonly EtcdMember[]): Finding {
  const bad = members.filter(({ healthy }) => !healthy).map(({ name }) => name);
  if (bad.length === 0) return ok('etcd', `all ${members.length} members are healthy`);
  if (bad.length * 2 < members.length)
    return warning(
      'etcd',
      `${bad.join(', ')} does not answer; the others have a majority.`,
      STATUS,
    );
  return problem(
    'etcd',
    'It has no majority: the primary continues while all nodes run, and no other can replace it.',
    STATUS,
  );
}

/** @param folder of the cluster: part of the commands. */
export const judgeRecord = ({ nodes, etcd }: RecordState, folder: string): Finding[] => [
  ...judgeWrites(nodes),
  ...nodes.flatMap((node) => judgeNode(node, folder)),
  judgeEtcd(etcd),
];

const readPrograms = (): Promise<Programs | string> =>
  hasStandby()
    ? findClusterPrograms([]).catch((error: Error) => error.message)
    : Promise.resolve(adviceOnStandby().replace(/, or start without --standby\.$/, '.'));

type Places = NonNullable<ReturnType<typeof findRecordPlaces>>;

/** Reads again while a part does not answer. */
async function readAnswers(places: Places): Promise<RecordState> {
  let state: RecordState | null = null;
  const isAnswered = async (): Promise<boolean> => {
    state = await readRecord(places);
    return state.nodes.every((node) => node.state !== SILENT) && state.etcd.every(isHealthy);
  };
  await pollUntil(isAnswered, ANSWERS);
  return state ?? readRecord(places);
}

const isHealthy = ({ healthy }: EtcdMember): boolean => healthy;

export const recordCheck: Check = {
  name: 'standby',
  async look({ running, config }) {
    const places = running?.system ? findRecordPlaces(running.system) : null;
    const [programs, state] = await Promise.all([
      readPrograms(),
      places ? readAnswers(places) : null,
    ]);
    const folder = join(config.dataDir, CLUSTER_FOLDER);
    return [judgeStandbyPrograms(programs), ...(state ? judgeRecord(state, folder) : [])];
  },
};
