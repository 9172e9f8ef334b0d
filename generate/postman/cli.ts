/**
 * Writes the generated files: the Postman collection and environment, the table of refusals in
 * docs/api.md and the alerts of Prometheus. With `--check` it writes nothing and exits with 1 when
 * the files on disk are outdated.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { runMain } from '../../local/errors.js';
import { parseProgramOptions, POSTMAN_OPTIONS } from '../../local/program-options.js';
import { ROOT } from '../../shared/web/assets.js';
import { makeAlertsFile } from '../alerts.js';
import { getDocuments } from '../documents.js';
import { updateErrorsTable } from '../errors-table.js';
import { makeCollection, makeEnvironment } from './collection.js';

const FOLDER = join(ROOT, 'docs/postman');
const PAGE = join(ROOT, 'docs/api.md');
const ALERTS = join(ROOT, 'deploy/prometheus/alerts.yml');

type Part = ReturnType<typeof makeCollection>;

/** An object as one line, with one line for each of its `item`. */
function toLines({ item, ...rest }: Part, toText: (each: Part) => string): string {
  const items = (item as Part[]).map(toText).join(',\n');
  return `${JSON.stringify(rest).slice(0, -1)},"item":[\n${items}\n]}`;
}

/** One line per request: an indented file would be a third larger. */
const toCollectionText = (collection: Part): string =>
  `${toLines(collection, (folder) => toLines(folder, (request) => JSON.stringify(request)))}\n`;

/** Path and text of each file. */
export function postmanFiles(): [path: string, text: string][] {
  return [
    [
      join(FOLDER, 'relevo.postman_collection.json'),
      toCollectionText(makeCollection(getDocuments())),
    ],
    [
      join(FOLDER, 'relevo.postman_environment.json'),
      `${JSON.stringify(makeEnvironment(), null, 1)}\n`,
    ],
    [PAGE, updateErrorsTable(readFileSync(PAGE, 'utf8'))],
    [ALERTS, makeAlertsFile()],
  ];
}

/** The files that are missing or not up to date. */
export const outdatedFiles = (): string[] =>
  postmanFiles().flatMap(([path, text]) =>
    existsSync(path) && readFileSync(path, 'utf8') === text ? [] : [path],
  );

function main(words: readonly string[]): number {
  const { check } = parseProgramOptions('npm run postman', POSTMAN_OPTIONS, words);
  const outdated = check ? outdatedFiles() : [];
  for (const path of outdated)
    process.stderr.write(`${path} is not up to date: run npm run postman\n`);
  if (check) return outdated.length > 0 ? 1 : 0;
  mkdirSync(FOLDER, { recursive: true });
  for (const [path, text] of postmanFiles()) {
    writeFileSync(path, text);
    process.stdout.write(`${path}\n`);
  }
  return 0;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href)
  runMain(() => Promise.resolve().then(() => main(process.argv.slice(2))));
