/** Adds the sample hospital to an empty database, with prisma/seed.ts when that file exists. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ROOT } from '../root.js';

interface SeedModule {
  seedIfEmpty: (databaseUrl: string, patients?: number) => Promise<number>;
}

/** @returns the number of patients added; 0 when the database already has patients. */
export async function seedDatabase(databaseUrl: string): Promise<number> {
  const file = join(ROOT, 'prisma/seed.ts');
  if (!existsSync(file)) return 0;
  const { seedIfEmpty } = (await import(pathToFileURL(file).href)) as SeedModule;
  return seedIfEmpty(databaseUrl);
}
