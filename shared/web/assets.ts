/**
 * Reads styles, scripts and images from files beside the code, also when a service runs compiled
 * into one file elsewhere.
 */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

function nearestProject(folder: string): string {
  return existsSync(join(folder, 'package.json')) ? folder : nearestProject(dirname(folder));
}

/** The project's root folder. */
export const ROOT = nearestProject(dirname(fileURLToPath(import.meta.url)));

/**
 * @param path from the project's root: `shared/web/theme.css`. @throws Error when it is missing;
 *   call this at start, not per request.
 */
export const readAsset = (path: string): string => readFileSync(join(ROOT, path), 'utf8');
