/**
 * Provides Java and ZooKeeper for `npm start -- --measurements`: uses installed ones, else installs
 * them with the system's package manager, else prints one line of advice. Debian's package
 * `libzookeeper-java` is the library alone, which brings no service.
 */
import { existsSync } from 'node:fs';
import { installPackage } from './apt.mjs';
import { findProgram, JAVA, ZOOKEEPER_JARS } from './programs.mjs';
import { SetupError } from './run.mjs';

/** Whether a command line starts a ZooKeeper ensemble: by its option, or by its purpose. */
export function needsZookeeper([name, ...words]) {
  if (words.includes('--help') || words.includes('-h')) return false;
  const isExperiment = name === 'experiment' && words[0] === 'zookeeper';
  return isExperiment || (name === 'up' && words.includes('--measurements'));
}

/** The parts that are missing, as label and package of each. */
const findMissing = () => [
  ...(ZOOKEEPER_JARS.every((jar) => existsSync(jar))
    ? []
    : [{ label: 'ZooKeeper', packageName: 'libzookeeper-java' }]),
  ...(findProgram(JAVA.names) ? [] : [JAVA]),
];

export const hasZookeeper = () => findMissing().length === 0;

/** The parts that are missing and the command that installs them, as one sentence. */
export function adviceOnZookeeper() {
  const missing = findMissing();
  const labels = missing.map(({ label }) => label).join(' and ');
  const packages = missing.map(({ packageName }) => packageName).join(' ');
  return `${labels} ${missing.length > 1 ? 'are' : 'is'} missing: install ${packages} (Debian: apt-get install --no-install-recommends ${packages}), or start without --measurements.`;
}

/** @throws SetupError with advice for the user. */
export async function provideZookeeper() {
  const missing = findMissing();
  if (missing.length === 0) return;
  const failure = await installPackage(
    missing.map(({ label }) => label).join(', '),
    ...missing.map(({ packageName }) => packageName),
  );
  if (hasZookeeper()) return;
  const advice = adviceOnZookeeper();
  throw new SetupError(
    failure ? `${advice}\nThe attempt to install it ended with:\n${failure}` : advice,
  );
}
