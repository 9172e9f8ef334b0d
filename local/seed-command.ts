/**
 * `npm run seed [-- --patients N] [--show N]`: adds patients to the database up to a number, and
 * prints the first ones with their identification. Uses DATABASE_URL; default: the database of the
 * running system. A large seed reports its progress.
 */
import { seedUpTo, showPatients } from '../prisma/seed.js';
import { startHint } from './command-hint.js';
import { readLocalConfig } from './config.js';
import { runMain, StartError } from './errors.js';
import { readRunning } from './installation.js';
import { parseProgramOptions, SEED_OPTIONS } from './program-options.js';

/** @throws StartError when there is no database. */
function findDatabase(): string {
  const { dataDir, databaseUrl } = readLocalConfig(process.env);
  const url = databaseUrl ?? readRunning(dataDir)?.system?.databaseUrl;
  if (url) return url;
  throw new StartError(
    `Relevo is not running; \`${startHint('npm start', process.env)}\` starts it, or set DATABASE_URL.`,
    1,
  );
}

async function addPatients(databaseUrl: string, patients: number): Promise<void> {
  const added = await seedUpTo(databaseUrl, patients, (there) =>
    process.stderr.write(`${there} of ${patients} patients are stored …\n`),
  );
  process.stdout.write(
    `${added} patients were added; ${patients - added} of these ${patients} existed already.\n`,
  );
}

runMain(async () => {
  const words = process.argv.slice(2);
  const { patients, show } = parseProgramOptions('npm run seed', SEED_OPTIONS, words);
  const databaseUrl = findDatabase();
  const mustAdd = show === 0 || words.some((word) => /^--patients(=|$)/.test(word));
  try {
    if (mustAdd) await addPatients(databaseUrl, patients);
    if (show > 0) process.stdout.write(await showPatients(databaseUrl, show));
    return 0;
  } catch (error) {
    throw new StartError((error as Error).message || String(error), 1);
  }
});
