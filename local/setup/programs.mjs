/** Finds programs of the operating system. The PATH of some users lacks the folders of servers. */
import { accessSync, constants, readdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';

const PLACES = [
  '/usr/bin',
  '/usr/sbin',
  '/usr/local/bin',
  '/usr/local/sbin',
  '/opt/homebrew/bin',
  '/home/linuxbrew/.linuxbrew/bin',
];

/** Program names of Redis servers; both use the same protocol. */
export const REDIS_SERVERS = ['redis-server', 'valkey-server'];

/** The programs of the load balancers, and Debian's packages. */
export const BALANCER_PROGRAMS = {
  haproxy: { label: 'HAProxy', names: ['haproxy'], packageName: 'haproxy' },
  apache: { label: 'Apache httpd', names: ['apache2', 'httpd'], packageName: 'apache2-bin' },
  nginx: { label: 'nginx', names: ['nginx'], packageName: 'nginx-light' },
};

function isExecutable(file) {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/**
 * The first executable with one of these names: on the PATH, in the usual folders, or in `ours`;
 * null when there is none.
 */
export function findProgram(names, ours = []) {
  const folders = [
    ...(process.env.PATH ?? '').split(delimiter).filter(Boolean),
    ...PLACES,
    ...ours,
  ];
  for (const name of names) {
    const folder = folders.find((candidate) => isExecutable(join(candidate, name)));
    if (folder !== undefined) return join(folder, name);
  }
  return null;
}

/** The programs of a replicated PostgreSQL, and Debian's packages. */
export const CLUSTER_PROGRAMS = {
  etcd: { label: 'etcd', names: ['etcd'], packageNames: ['etcd-server'] },
  patroni: {
    label: 'Patroni',
    names: ['patroni'],
    packageNames: ['patroni', 'python3-etcd', 'python3-psycopg2', 'tini'],
  },
};

/** Java, and the archives of ZooKeeper where Debian installs them. */
export const JAVA = { label: 'Java', names: ['java'], packageName: 'default-jre-headless' };
export const ZOOKEEPER_JARS = ['/usr/share/java/zookeeper.jar', '/usr/share/java/slf4j-simple.jar'];

/** Folders with one folder per version, for packages of Debian and of PostgreSQL's own archive. */
const POSTGRES_VERSIONS = [
  { folder: '/usr/lib/postgresql', pattern: /^(\d+)$/ },
  { folder: '/usr', pattern: /^pgsql-(\d+)$/ },
];
/** The programs that Patroni calls. */
const POSTGRES_PROGRAMS = [
  'postgres',
  'initdb',
  'pg_ctl',
  'pg_isready',
  'pg_controldata',
  'pg_basebackup',
  'pg_rewind',
];

function listVersions({ folder, pattern }) {
  try {
    return readdirSync(folder).flatMap((name) => {
      const major = pattern.exec(name)?.[1];
      return major ? [{ major: Number(major), binDir: join(folder, name, 'bin') }] : [];
    });
  } catch {
    return [];
  }
}

/** The complete installations of PostgreSQL, newest first: major version and folder of programs. */
export const findPostgresVersions = () =>
  POSTGRES_VERSIONS.flatMap(listVersions)
    .filter(({ binDir }) => POSTGRES_PROGRAMS.every((name) => isExecutable(join(binDir, name))))
    .sort((a, b) => b.major - a.major);
