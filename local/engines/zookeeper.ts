/**
 * Runs an ensemble of three ZooKeeper members, each with a folder of its own. They listen on the
 * loopback address without a password: every local user can read and change their data, which
 * is why the API of the measurements checks each leader by itself.
 *
 * The members keep their data; their ports may change from one start to the next.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readMemberState } from '../../shared/zookeeper/member-state.js';
import { StartError } from '../errors.js';
import type { ZookeeperPlace } from '../measurement-places.js';
import { ManagedProcess } from '../processes/processes.js';
import { findProgram, JAVA, ZOOKEEPER_JARS } from '../setup/programs.mjs';
import { adviceOnZookeeper, hasZookeeper } from '../setup/zookeeper.mjs';
import { findAccount, type Account } from './account.js';
import { withoutVariables } from './etcd.js';

/** Name of the folder inside the data folder of an installation. */
const ENSEMBLE_FOLDER = 'zookeeper';

const HOST = '127.0.0.1';
const READY_DEADLINE_MS = 60_000;
const STOP_DEADLINE_MS = 5_000;

/** A dead leader is replaced within half a second, and sessions may be as short as 400 ms. */
const TIMINGS = [
  'tickTime=200',
  'initLimit=50',
  'syncLimit=10',
  'minSessionTimeout=400',
  'maxSessionTimeout=20000',
];
/** Old snapshots and logs are deleted every hour, so that the disk space stays bounded. */
const RETENTION = ['snapCount=10000', 'autopurge.snapRetainCount=3', 'autopurge.purgeInterval=1'];

const MEMORY = ['-Xms32m', '-Xmx96m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1'];
const JVM = [
  ...MEMORY,
  '-XX:ActiveProcessorCount=1',
  // It would leave a file in /tmp.
  '-XX:-UsePerfData',
  '-Djava.awt.headless=true',
  '-Dzookeeper.jmx.log4j.disable=true',
  '-Dzookeeper.admin.enableServer=false',
  // In KB. The default makes each new log file 64 MB long.
  '-Dzookeeper.preAllocSize=1024',
  '-Dorg.slf4j.simpleLogger.defaultLogLevel=warn',
];
const MAIN_CLASS = 'org.apache.zookeeper.server.quorum.QuorumPeerMain';

/** The settings of one member. Pure. */
const memberSettings = (dataDir: string, places: readonly ZookeeperPlace[]): string[] => [
  ...TIMINGS,
  ...RETENTION,
  `dataDir=${dataDir}`,
  'admin.enableServer=false',
  'standaloneEnabled=false',
  'reconfigEnabled=false',
  '4lw.commands.whitelist=srvr,mntr',
  ...places.map(
    ({ port, peerPort, electionPort }, index) =>
      `server.${index + 1}=${HOST}:${peerPort}:${electionPort};${HOST}:${port}`,
  ),
];

interface Surroundings {
  java: string;
  account: Account;
  /** Holds one folder per member. */
  folder: string;
  places: readonly ZookeeperPlace[];
}

function prepareMember(
  { java, account, folder, places }: Surroundings,
  { name, port }: ZookeeperPlace,
): ManagedProcess {
  const dataDir = join(folder, name);
  const settings = join(dataDir, 'zoo.cfg');
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  writeFileSync(join(dataDir, 'myid'), `${places.findIndex((place) => place.name === name) + 1}\n`);
  writeFileSync(settings, `${memberSettings(dataDir, places).join('\n')}\n`);
  account.own(dataDir);
  return new ManagedProcess({
    name,
    kind: 'zookeeper',
    port,
    url: `${HOST}:${port}`,
    before: account.before,
    command: [java, ...JVM, '-cp', ZOOKEEPER_JARS.join(':'), MAIN_CLASS, settings],
    cwd: dataDir,
    // Options from the environment would also print lines of their own.
    env: withoutVariables('JAVA_', 'JDK_', '_JAVA_', 'CLASSPATH'),
    deathSignal: 'KILL',
    ready: async () =>
      ['leader', 'follower'].includes((await readMemberState({ host: HOST, port })).role),
    readyDeadlineMs: READY_DEADLINE_MS,
    stopSignal: 'SIGTERM',
    stopDeadlineMs: STOP_DEADLINE_MS,
  });
}

/**
 * Creates the folders of the members; does not start them. Start them together: a member is ready
 * when it has a majority.
 * @param dataDir of the installation.
 * @throws StartError when Java or ZooKeeper is missing.
 */
export async function prepareEnsemble(
  dataDir: string,
  places: readonly ZookeeperPlace[],
): Promise<ManagedProcess[]> {
  const java = findProgram(JAVA.names);
  if (!java || !hasZookeeper()) throw new StartError(adviceOnZookeeper());
  const account = await findAccount(java, '-version');
  if (typeof account === 'string') throw new StartError(`Java cannot run here: ${account}`);
  const folder = join(dataDir, ENSEMBLE_FOLDER);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  return places.map((place) => prepareMember({ java, account, folder, places }, place));
}
