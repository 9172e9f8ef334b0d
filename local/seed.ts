/** Puts the sample hospital into an empty database: prisma/seed.ts does it, once its file is there. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ROOT } from './root.js';

interface SeedModule {
  seedIfEmpty: (databaseUrl: string, patients?: number) => Promise<number>;
}

/** @returns how many patients were added; 0 when some are there already. */
export async function seedDatabase(databaseUrl: string): Promise<number> {
  const file = join(ROOT, 'prisma/seed.ts');
  if (!existsSync(file)) return 0;
  const { seedIfEmpty } = (await import(pathToFileURL(file).href)) as SeedModule;
  return seedIfEmpty(databaseUrl);
}
