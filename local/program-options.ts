/**
 * The options of the programs that `relevo` shows in its help and completes: the programs parse
 * their arguments with the same tables.
 */
import { BALANCERS } from '../shared/balancer/pool.js';
import { formatUsage } from '../shared/arguments/help.js';
import type { Options, OptionTable } from '../shared/arguments/options.js';
import { ArgumentError, EXIT_ARGUMENTS, parseOptions } from '../shared/arguments/parse.js';
import { StartError } from './errors.js';

const DIGITS = ['1', '2', '3', '4', '5', '6', '7', '8', '9'] as const;
const MOST_PATIENTS = 1_000_000;

export const UP_OPTIONS = {
  monitors: {
    text: true,
    choices: ['1', '3', '5'],
    default: '1',
    doc: 'Monitors; a majority of them decides',
  },
  replicas: { text: true, choices: DIGITS, default: '3', doc: 'Payment replicas' },
  patients: { text: true, choices: DIGITS, default: '1', doc: 'Instances of API and staff pages' },
  gateway: {
    text: true,
    choices: ['simulated', 'http'],
    default: 'simulated',
    doc: 'http starts the stand-alone gateway with its own ledger',
  },
  balancer: {
    text: true,
    choices: ['none', ...BALANCERS],
    default: 'none',
    doc: 'Load balancer on port 4000, in front of the instances on 4001, 4002, …',
  },
  standby: {
    flag: true,
    doc: 'PostgreSQL and Redis with standbys: three nodes under Patroni, three under Sentinel',
  },
  measurements: {
    flag: true,
    doc: 'Measure processing latencies: ZooKeeper, a device per replica, an API with a chart',
  },
  faults: {
    text: true,
    choices: ['on', 'off'],
    default: 'off',
    doc: 'Enables fault injection in gateway, replicas and monitors',
  },
  detach: { flag: true, doc: 'Return when every process is up; `relevo down` stops them' },
} as const;

export const SEED_OPTIONS = {
  patients: { default: 100, min: 1, max: MOST_PATIENTS, doc: 'Total number of patients' },
  show: {
    default: 0,
    min: 0,
    max: MOST_PATIENTS,
    doc: 'Print the first patients with their authorization codes',
    hidden: true,
  },
} as const;

export const STUDIO_OPTIONS = {
  port: { default: 5_555, min: 1, max: 65_535, doc: 'Port of Prisma Studio' },
} as const;

export const CLIENT_OPTIONS = {
  package: { text: true, doc: 'Also write a package into this folder' },
} as const;

export const POSTMAN_OPTIONS = {
  check: { flag: true, hidden: true, doc: 'Write nothing; fail when a file is outdated' },
} as const;

/**
 * Parses the arguments of a program. @param line the command that starts it: `npm run studio`.
 * @throws StartError with exit code 4 and the usage.
 */
export function parseProgramOptions<const T extends OptionTable>(
  line: string,
  table: T,
  words: readonly string[],
): Options<T> {
  try {
    return parseOptions(table, words);
  } catch (error) {
    if (!(error instanceof ArgumentError)) throw error;
    throw new StartError(`${error.message}\nUsage: ${formatUsage(line, table)}`, EXIT_ARGUMENTS);
  }
}
