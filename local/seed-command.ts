/**
 * `npm run seed [-- --patients N]`: runs prisma/seed.ts on DATABASE_URL. Default: the database of
 * the running system.
 */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { startHint } from './command-hint.js';
import { readLocalConfig } from './config.js';
import { StartError } from './errors.js';
import { readRunning } from './installation.js';
import { ROOT } from './root.js';

function databaseUrl(): string {
  const { dataDir, databaseUrl: given } = readLocalConfig(process.env);
  const url = given ?? readRunning(dataDir)?.system?.databaseUrl;
  if (!url)
    throw new StartError(
      `Relevo is not running; \`${startHint('npm start', process.env)}\` starts it, or set DATABASE_URL.`,
      1,
    );
  return url;
}

try {
  process.env['DATABASE_URL'] = databaseUrl();
  const seed = join(ROOT, 'prisma/seed.ts');
  // The file seeds only when it is the main program; an import alone does nothing.
  process.argv[1] = seed;
  await import(pathToFileURL(seed).href);
} catch (error) {
  if (!(error instanceof StartError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = error.exitCode;
}
