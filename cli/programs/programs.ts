/**
 * The commands that are programs with their own arguments and exit codes. local/bootstrap.mjs
 * usually starts them directly. This module declares them for the overview, help and completion;
 * `become` runs one when another word precedes its name.
 */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ROOT } from '../../local/root.js';
import { UP_CHOICES, UP_DEFAULTS } from '../../local/up-options.js';
import { command, flag, words, type Command, type Group, type OptionTable } from '../command.js';

/** Replaces the work of this process by a program, which ends the process itself. */
export async function runProgram(file: string, args: readonly string[]): Promise<never> {
  const path = join(ROOT, file);
  process.argv = [process.execPath, path, ...args];
  await import(pathToFileURL(path).href);
  return new Promise(() => undefined);
}

interface Program {
  name: string;
  file: string;
  describe: string;
  group: Group;
  details?: string;
  options?: OptionTable;
  examples?: Command['examples'];
}

/** The arguments after the name of a command, unparsed. */
export const getWordsAfter = (name: string): string[] =>
  process.argv.slice(process.argv.indexOf(name) + 1).filter((word) => word !== '--json');

const toCommand = ({
  name,
  file,
  describe,
  group,
  details,
  options = {},
  examples,
}: Program): Command =>
  command({
    command: name,
    describe,
    group,
    ...(details === undefined ? {} : { details }),
    options,
    ownWords: true,
    ...(examples === undefined ? {} : { examples }),
    run: () => runProgram(file, getWordsAfter(name)),
  });

const choice = (name: keyof typeof UP_CHOICES, describe: string) =>
  ({ ...words(describe), choices: UP_CHOICES[name], default: UP_DEFAULTS[name] }) as const;

export const UP_OPTIONS = {
  monitors: choice('monitors', 'Monitors; a majority of them decides'),
  replicas: choice('replicas', 'Payment replicas'),
  patients: choice('patients', 'Instances of API and staff pages'),
  gateway: choice('gateway', 'http starts the stand-alone gateway with its own ledger'),
  faults: choice('faults', 'Enables fault injection in gateway, replicas and monitors'),
  detach: flag('Return when every process is up; `relevo down` stops them'),
} as const;

/** The experiments, for completion. */
export const EXPERIMENTS = [
  'availability',
  'chaos',
  'failover',
  'bench',
  'growth',
  'compare',
] as const;

const PROGRAMS: readonly Program[] = [
  {
    name: 'experiment',
    file: 'experiments/cli.ts',
    group: 'Tools',
    describe: 'Run an experiment of the lab and check its history',
    details:
      '`relevo experiment` lists the experiments, `relevo experiment NAME --help` the options of one.',
    examples: [['relevo experiment availability', 'the published test, with its verdict']],
  },
  {
    name: 'simulate',
    file: 'simulation/cli.ts',
    group: 'Tools',
    describe: 'Simulate the protocol in virtual time under seeded faults',
    details: 'For its options, see simulation/README.md.',
    examples: [['relevo simulate --seeds 1000', 'a thousand schedules of faults']],
  },
  {
    name: 'seed',
    file: 'local/seed-command.ts',
    group: 'Tools',
    describe: 'Add sample patients to the database',
    details:
      'Uses DATABASE_URL; default: the database of the running system. Options: --patients N, the total number; --show N prints the first N with their authorization codes.',
    options: { patients: { type: 'number', describe: 'Total number of patients', default: 100 } },
  },
  {
    name: 'studio',
    file: 'local/studio.ts',
    group: 'Tools',
    describe: 'Open Prisma Studio on the database',
    options: { port: { type: 'number', describe: 'Port of Prisma Studio', default: 5555 } },
  },
  {
    name: 'gateway',
    file: 'gateway/main.ts',
    group: 'Tools',
    describe: 'Run the stand-alone simulated gateway',
    details: 'Configured by environment variables: gateway/README.md.',
  },
  {
    name: 'postman',
    file: 'generate/postman/cli.ts',
    group: 'Tools',
    describe: 'Generate the Postman collection',
  },
  {
    name: 'handbook',
    file: 'cli/programs/handbook-cli.ts',
    group: 'Tools',
    describe: 'Update the help of all commands in docs/cli.md',
  },
  {
    name: 'client',
    file: 'generate/client-types.ts',
    group: 'Tools',
    describe: 'Generate the types of the TypeScript client',
    options: { package: { type: 'string', describe: 'Also write a package into this folder' } },
  },
  {
    name: 'test',
    file: 'local/test.ts',
    group: 'Tools',
    describe: 'Run the tests, with their own PostgreSQL and Redis',
    details: 'A plain word selects a folder of test/; every other argument goes to Jest.',
    examples: [
      ['relevo test unit', 'the unit tests'],
      ['relevo test test/unit/cli -t suggestion', 'only the matching tests'],
    ],
  },
  {
    name: 'test-node',
    file: 'local/node-versions/main.ts',
    group: 'Tools',
    describe: 'Check Relevo on every supported version of Node.js',
    details:
      'Installs each version below .data/node/, then runs the unit tests, the whole system and a batch of payments on it. Exit code 1 when a check fails.',
    examples: [['relevo test-node 24', 'only Node.js 24']],
  },
];

export const programs: readonly Command[] = PROGRAMS.map(toCommand);
