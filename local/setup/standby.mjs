/**
 * Provides the programs of a replicated PostgreSQL for `npm start -- --standby`: uses installed
 * ones, else installs them with the system's package manager, else prints one line of advice. The
 * services and the cluster that the packages bring stay off, because Relevo runs the programs with
 * a configuration of its own.
 */
import { existsSync, readFileSync } from 'node:fs';
import { installPackage } from './apt.mjs';
import { CLUSTER_PROGRAMS, findPostgresVersions, findProgram } from './programs.mjs';
import { answers, SetupError } from './run.mjs';

/** Whether a command line starts a replicated PostgreSQL: by its option, or by its purpose. */
export function needsStandby([name, ...words]) {
  if (words.includes('--help') || words.includes('-h')) return false;
  const isExperiment = name === 'experiment' && / --of[ =]record( |$)/.test(` ${words.join(' ')}`);
  const hasOption = ['up', 'experiment', 'restore'].includes(name) && words.includes('--standby');
  return isExperiment || name === 'move' || hasOption;
}

/** The Python that runs Patroni has the modules for etcd and PostgreSQL. */
function hasModules(patroni) {
  const [first] = readFileSync(patroni, 'utf8').slice(0, 300).split('\n');
  const python = /^#!\s*(\S*python\S*)/.exec(first)?.[1];
  return python !== undefined && answers(python, '-c', 'import etcd, psycopg2');
}

/** The parts that are missing, as label, packages and services of each. */
function findMissing() {
  const { etcd, patroni } = CLUSTER_PROGRAMS;
  const program = findProgram(patroni.names);
  return [
    ...(findPostgresVersions().length > 0
      ? []
      : [{ label: 'PostgreSQL', packageNames: ['postgresql'], service: 'postgresql' }]),
    ...(findProgram(etcd.names) ? [] : [{ ...etcd, service: 'etcd' }]),
    ...(program && hasModules(program) ? [] : [{ ...patroni, service: 'patroni' }]),
  ];
}

/** Whether every program is installed. */
export const hasStandby = () => findMissing().length === 0;

/** A service that the installation started would hold a port and memory. */
function stopService(name) {
  if (existsSync('/run/systemd/system')) answers('systemctl', 'disable', '--now', name);
  else answers('service', name, 'stop');
}

/** The programs that are missing and the command that installs them, as one sentence. */
export function adviceOnStandby() {
  const missing = findMissing();
  const labels = missing.map(({ label }) => label);
  const packages = missing.flatMap(({ packageNames }) => packageNames).join(' ');
  return `${labels.join(' and ')} ${labels.length > 1 ? 'are' : 'is'} missing: install ${packages} (Debian: apt-get install --no-install-recommends ${packages}), or start without --standby.`;
}

/** @throws SetupError with advice for the user. */
export async function provideStandby() {
  const missing = findMissing();
  if (missing.length === 0) return;
  const failure = await installPackage(
    missing.map(({ label }) => label).join(', '),
    ...missing.flatMap(({ packageNames }) => packageNames),
  );
  if (failure === null) missing.forEach(({ service }) => stopService(service));
  if (hasStandby()) return;
  const advice = adviceOnStandby();
  throw new SetupError(
    failure ? `${advice}\nThe attempt to install it ended with:\n${failure}` : advice,
  );
}
