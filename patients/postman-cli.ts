/**
 * Writes the Postman collection and environment under docs/postman/. With `--check` it writes nothing and exits 1 when the files on disk
 * are not what would be written.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { offlineDocument } from './http/routes.js';
import { postmanCollection, postmanEnvironment } from './postman.js';

const FOLDER = join(dirname(dirname(fileURLToPath(import.meta.url))), 'docs/postman');

/** Path and text of each file. */
export function postmanFiles(): [path: string, text: string][] {
  const text = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;
  return [
    [join(FOLDER, 'relevo.postman_collection.json'), text(postmanCollection(offlineDocument()))],
    [join(FOLDER, 'relevo.postman_environment.json'), text(postmanEnvironment())],
  ];
}

const onDisk = (path: string): string | null => {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
};

/** The files that are missing or not up to date. */
export const outdatedFiles = (): string[] => postmanFiles().filter(([path, text]) => onDisk(path) !== text).map(([path]) => path);

function main(check: boolean): number {
  if (check) {
    const outdated = outdatedFiles();
    for (const path of outdated) process.stderr.write(`${path} is not up to date: run npm run postman\n`);
    return outdated.length > 0 ? 1 : 0;
  }
  mkdirSync(FOLDER, { recursive: true });
  for (const [path, text] of postmanFiles()) {
    writeFileSync(path, text);
    process.stdout.write(`${path}\n`);
  }
  return 0;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) process.exitCode = main(process.argv.includes('--check'));
