/**
 * Provides the load balancers that a command names: uses an installed one, else installs it with
 * the system's package manager, else prints one line of advice. The service that the package brings
 * stays off, because Relevo runs the program with a configuration of its own.
 */
import { existsSync } from 'node:fs';
import { installPackage } from './apt.mjs';
import { BALANCER_PROGRAMS, findProgram } from './programs.mjs';
import { answers, SetupError } from './run.mjs';

/** The commands that start a balancer by an option. */
const STARTERS = ['up', 'experiment'];
/** The experiments that always use balancers. */
const EXPERIMENTS = {
  haproxy: ['haproxy'],
  apache: ['apache'],
  sessions: ['haproxy', 'apache', 'nginx'],
};

/** Their values name balancers, also as a list. */
const OPTIONS = /^--(balancer|route)$/;

/** The balancers that a command line needs. Unknown names are left to the program's own check. */
export function getBalancers([name, ...words]) {
  if (!STARTERS.includes(name) || words.includes('--help') || words.includes('-h')) return [];
  const named = words.flatMap((word, index) => {
    const [option, value = words[index + 1] ?? ''] = word.split('=', 2);
    return OPTIONS.test(option) ? value.split(',') : [];
  });
  const always = name === 'experiment' ? (EXPERIMENTS[words[0]] ?? []) : [];
  return [...new Set([...named, ...always])].filter((balancer) => balancer in BALANCER_PROGRAMS);
}

export const hasBalancer = (name) => findProgram(BALANCER_PROGRAMS[name].names) !== null;

/** A service that the installation started would hold ports such as 80. */
function stopService(packageName) {
  const service = packageName.split('-')[0];
  if (existsSync('/run/systemd/system')) answers('systemctl', 'disable', '--now', service);
}

/** @throws SetupError with advice for the user. */
export async function provideBalancer(name) {
  if (hasBalancer(name)) return;
  const { label, packageName } = BALANCER_PROGRAMS[name];
  const failure = await installPackage(label, packageName);
  if (failure === null) stopService(packageName);
  if (hasBalancer(name)) return;
  const advice = `${label} is missing: install ${packageName} (Debian: apt-get install ${packageName}), or start without it.`;
  throw new SetupError(
    failure ? `${advice}\nThe attempt to install it ended with:\n${failure}` : advice,
  );
}
