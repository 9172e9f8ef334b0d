/** Where the project is; services run with this as their working directory. Found also from a compiled file anywhere below it. */
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

function nearestProject(folder: string): string {
  return existsSync(join(folder, 'package.json')) ? folder : nearestProject(dirname(folder));
}

export const ROOT = nearestProject(dirname(fileURLToPath(import.meta.url)));
