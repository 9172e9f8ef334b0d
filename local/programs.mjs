/**
 * The programs of this repository. bootstrap.mjs runs them; the command list, the help and the
 * completion of `relevo` show those with a description. Plain JavaScript without dependencies,
 * because bootstrap.mjs reads it before `npm ci`. Every other command is in cli/commands/.
 *
 * `redis`: the program needs Redis. `hasHelp`: it has a help of its own.
 */
export const PROGRAMS = {
  'up': { file: 'local/up.ts', redis: true },
  'experiment': {
    file: 'experiments/cli.ts',
    redis: true,
    hasHelp: true,
    describe: 'Run an experiment of the lab and check its history',
    details:
      '`relevo experiment` lists the experiments, `relevo experiment NAME --help` the options of one.',
    examples: [['relevo experiment availability', 'the published test, with its verdict']],
  },
  'simulate': {
    file: 'simulation/cli.ts',
    hasHelp: true,
    describe: 'Simulate the protocol in virtual time under seeded faults',
    details: 'For its options, see simulation/README.md.',
    examples: [['relevo simulate --seeds 1000', 'a thousand schedules of faults']],
  },
  'seed': {
    file: 'local/seed-command.ts',
    describe: 'Add sample patients to the database',
    details:
      'Uses DATABASE_URL; default: the database of the running system. Options: --patients N, the total number; --show N prints the first N with their authorization codes.',
  },
  'studio': { file: 'local/studio.ts', describe: 'Open Prisma Studio on the database' },
  'gateway': {
    file: 'gateway/main.ts',
    describe: 'Run the stand-alone simulated gateway',
    details: 'Configured by environment variables: gateway/README.md.',
  },
  'postman': { file: 'generate/postman/cli.ts', describe: 'Generate the Postman collection' },
  'handbook': {
    file: 'cli/programs/handbook-cli.ts',
    describe: 'Update the help of all commands in docs/cli.md',
  },
  'client': {
    file: 'generate/client-types.ts',
    describe: 'Generate the types of the TypeScript client',
  },
  'test': {
    file: 'local/test.ts',
    redis: true,
    describe: 'Run the tests, with their own PostgreSQL and Redis',
    details: 'A plain word selects a folder of test/; every other argument goes to Jest.',
    examples: [
      ['relevo test unit', 'the unit tests'],
      ['relevo test test/unit/cli -t suggestion', 'only the matching tests'],
    ],
  },
  'test-node': {
    file: 'local/node-versions/main.ts',
    redis: true,
    describe: 'Check Relevo on every supported version of Node.js',
    details:
      'Installs each version below .data/node/, then runs the unit tests, the whole system and a batch of payments on it. Exit code 1 when a check fails.',
    examples: [['relevo test-node 24', 'only Node.js 24']],
  },
  /** Only installs what is missing. */
  'setup': { redis: true },
};
