/**
 * Adds the sample hospital to an empty database, with prisma/seed.ts when that file exists.
 * Compiles that file, because a compiled lab has no loader for TypeScript.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { compile } from '../processes/compile.js';
import { ROOT } from '../root.js';

interface SeedModule {
  seedIfEmpty: (databaseUrl: string, patients?: number) => Promise<number>;
}

/** @returns the number of patients added; 0 when the database already has patients. */
export async function seedDatabase(databaseUrl: string): Promise<number> {
  if (!existsSync(join(ROOT, 'prisma/seed.ts'))) return 0;
  const file = join(ROOT, await compile('prisma/seed.ts'));
  const { seedIfEmpty } = (await import(pathToFileURL(file).href)) as SeedModule;
  return seedIfEmpty(databaseUrl);
}
