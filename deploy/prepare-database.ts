/**
 * The set-up of the database as a program that ends: applies the migrations that are missing, and
 * puts the sample hospital into an empty database. Runs before the services at every start; the
 * second time it changes nothing. It makes no database and no role.
 */
import { runMain, StartError } from '../local/errors.js';
import { migrate } from '../local/engines/migrate.js';
import { seedIfEmpty } from '../prisma/seed.js';
import { ConfigError, EXIT_CONFIG, loadConfig } from '../shared/config.js';
import { isTransient } from '../shared/postgres/postgres.js';
import { PREPARE_OPTIONS } from './config.js';

async function prepare(): Promise<void> {
  const { databaseUrl, samplePatients } = loadConfig(PREPARE_OPTIONS, process.env);
  const applied = await migrate(databaseUrl);
  const added = samplePatients > 0 ? await seedIfEmpty(databaseUrl, samplePatients) : 0;
  process.stdout.write(
    `The database is ready: ${applied.length} migration(s) applied, ${added} sample patient(s) added.\n`,
  );
}

runMain(async () => {
  try {
    await prepare();
    return 0;
  } catch (error) {
    if (error instanceof ConfigError) {
      process.stderr.write(`${error.message}\n`);
      return EXIT_CONFIG;
    }
    if (isTransient(error))
      throw new StartError(
        `PostgreSQL cannot be reached: ${(error as NodeJS.ErrnoException).code ?? String(error)}.`,
        1,
      );
    throw error;
  }
});
