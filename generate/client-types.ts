/**
 * Generates the client's types from the documents into generated/client/. The repository does not
 * contain them, like all generated files. With `--package FOLDER` it also builds the client as a
 * package for `npm install --install-links FOLDER`.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import openapiTypes, { astToString } from 'openapi-typescript';
import { runMain } from '../local/errors.js';
import { CLIENT_OPTIONS, parseProgramOptions } from '../local/program-options.js';
import { ROOT } from '../shared/web/assets.js';
import { getDocuments, type ServiceName } from './documents.js';
import { writePackage } from './client-package.js';

const HEADER = '/** Generated from the OpenAPI document by `npm run client`. */\n';
const FOLDER = join(ROOT, 'generated/client');

/** The TypeScript types of one document. */
export const makeTypes = async (document: object): Promise<string> =>
  HEADER + astToString(await openapiTypes(JSON.stringify(document), { alphabetize: true }));

/** Leaves an up-to-date file unchanged, so that file watchers do not react. */
function writeIfChanged(path: string, text: string): void {
  if (existsSync(path) && readFileSync(path, 'utf8') === text) return;
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}

/** Writes generated/client/. @returns the paths. */
export async function writeClientTypes(): Promise<string[]> {
  const all = Object.entries(getDocuments()) as [ServiceName, object][];
  return Promise.all(
    all.map(async ([service, document]) => {
      const path = join(FOLDER, `${service}.ts`);
      writeIfChanged(path, await makeTypes(document));
      return path;
    }),
  );
}

async function main(words: readonly string[]): Promise<number> {
  const { package: folder } = parseProgramOptions('npm run client', CLIENT_OPTIONS, words);
  const files = await writeClientTypes();
  for (const file of files) process.stdout.write(`${relative(ROOT, file)}\n`);
  if (folder === null) return 0;
  writePackage(resolve(folder));
  process.stdout.write(`${folder}: npm install ${folder}\n`);
  return 0;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href)
  runMain(() => main(process.argv.slice(2)));
