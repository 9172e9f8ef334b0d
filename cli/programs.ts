/**
 * The programs behind some commands: started by local/bootstrap.mjs without a detour, with their own words and exit codes. Here they are
 * named for the overview, help and completion; `become` runs one after all, where something stood in front of its name.
 */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ROOT } from '../local/root.js';
import { UP_CHOICES, UP_DEFAULTS } from '../local/up-options.js';
import { command, flag, words, type Command, type Group, type OptionTable } from './command.js';

/** Turns this process into a program; it ends the process by itself. */
export async function become(file: string, args: readonly string[]): Promise<never> {
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

/** The words behind a command's name, as they were typed. */
export const wordsBehind = (name: string): string[] => process.argv.slice(process.argv.indexOf(name) + 1).filter((word) => word !== '--json');

const programCommand = ({ name, file, describe, group, details, options = {}, examples }: Program): Command =>
  command({
    command: name,
    describe,
    group,
    ...(details === undefined ? {} : { details }),
    options,
    ownWords: true,
    ...(examples === undefined ? {} : { examples }),
    run: () => become(file, wordsBehind(name)),
  });

const choice = (name: keyof typeof UP_CHOICES, describe: string) =>
  ({ ...words(describe), choices: UP_CHOICES[name], default: UP_DEFAULTS[name] }) as const;

export const UP_OPTIONS = {
  monitors: choice('monitors', 'Monitors; a majority of them decides'),
  replicas: choice('replicas', 'Payment replicas'),
  patients: choice('patients', 'Instances of the API and the staff pages'),
  gateway: choice('gateway', 'http starts the stand-alone gateway with a ledger of its own'),
  faults: choice('faults', 'Fault switches of gateway, replicas and monitors'),
  detach: flag('Come back when all is up; `relevo down` stops it'),
} as const;

/** The names that `experiment` knows, for completion. */
export const EXPERIMENTS = ['availability', 'chaos', 'failover', 'bench', 'growth', 'compare'] as const;

const PROGRAMS: readonly Program[] = [
  {
    name: 'experiment', file: 'experiments/cli.ts', group: 'Tools',
    describe: 'Run an experiment of the lab and check what happened',
    details: 'Its own words stand behind it: `relevo experiment` lists the experiments, `relevo experiment NAME --help` the options of one.',
    examples: [['relevo experiment availability', 'the published test, with its verdict']],
  },
  {
    name: 'simulate', file: 'test/simulation/cli.ts', group: 'Tools',
    describe: 'Play the protocol in virtual time under seeded faults',
    details: 'Its own words stand behind it: test/simulation/README.md.',
    examples: [['relevo simulate --seeds 1000', 'a thousand schedules of faults']],
  },
  {
    name: 'seed', file: 'local/seed-command.ts', group: 'Tools',
    describe: 'Add sample patients to the database',
    details: 'On DATABASE_URL or, without one, on the database of what runs here. Options: --patients N, how many there are to be; --show N, prints the first N with their authorization codes.',
    options: { patients: { type: 'number', describe: 'How many there shall be', default: 100 } },
  },
  {
    name: 'studio', file: 'local/studio.ts', group: 'Tools',
    describe: 'Open Prisma Studio on the database',
    options: { port: { type: 'number', describe: 'Where it listens', default: 5555 } },
  },
  {
    name: 'gateway', file: 'gateway/main.ts', group: 'Tools',
    describe: 'Run the stand-alone simulated gateway',
    details: 'Configured by environment variables: gateway/README.md.',
  },
  {
    name: 'postman', file: 'api/postman/cli.ts', group: 'Tools',
    describe: 'Make the Postman collection again',
  },
  {
    name: 'handbook', file: 'cli/handbook-cli.ts', group: 'Tools',
    describe: 'Write the help of all commands into docs/cli.md again',
  },
  {
    name: 'client', file: 'api/client-types.ts', group: 'Tools',
    describe: 'Generate the types of the TypeScript client',
    options: { package: { type: 'string', describe: 'Also write it as a package into this folder' } },
  },
  {
    name: 'test', file: 'local/test.ts', group: 'Tools',
    describe: 'Run the tests, with a PostgreSQL and a Redis of their own',
    details: 'A plain word selects a folder of test/; everything else goes to Jest.',
    examples: [['relevo test unit', 'the unit tests'], ['relevo test test/unit/cli -t suggestion', 'some of them']],
  },
];

export const programs: readonly Command[] = PROGRAMS.map(programCommand);
