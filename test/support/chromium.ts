/** Finds the machine's Chromium. */
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

/**
 * The path of Chromium; null: this machine has none. `CHROMIUM` names one that is not on the path.
 */
export function findChromium(): string | null {
  const paths = (process.env['PATH'] ?? '')
    .split(delimiter)
    .flatMap((folder) => NAMES.map((name) => join(folder, name)));
  for (const path of [process.env['CHROMIUM'] ?? '', ...paths]) {
    try {
      if (path !== '') accessSync(path, constants.X_OK);
      if (path !== '') return path;
    } catch {
      // Not executable; try the next path.
    }
  }
  return null;
}
