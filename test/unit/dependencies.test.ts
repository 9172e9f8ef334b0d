/**
 * The production dependencies are exactly the packages that production code uses, so that `npm ci
 * --omit=dev` installs everything that the services and `npm start` need, and no package of the lab
 * or the tests.
 */
import { describe, expect, test } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { join } from 'node:path';
import ts from 'typescript';
import { ROOT } from '../../local/root.js';

interface Source {
  path: string;
  text: string;
}

/** The folders that a production installation runs. All others may also use devDependencies. */
const PRODUCTION =
  /^(?:monitor|payments|patients|gateway|measurements|shared|cli|local|deploy|prisma|client)\//;
/** The client is a package of its own: its manifest (generate/client-package.ts) names these. */
const CLIENT = { folder: /^client\//, packages: ['openapi-fetch'] };

interface Manifest {
  dependencies: Record<string, string>;
  devDependencies?: Record<string, string>;
}

const readManifest = (path: string): Manifest =>
  JSON.parse(readFileSync(join(ROOT, path), 'utf8')) as Manifest;
const { dependencies } = readManifest('package.json');

/** The packages whose version is a range. */
const findRanges = (manifest: Manifest): string[] =>
  Object.entries({ ...manifest.dependencies, ...manifest.devDependencies })
    .filter(([, version]) => !/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version))
    .map(([name, version]) => `${name}: ${version}`);

function readSources(): Source[] {
  const listed = execFileSync('git', ['ls-files', '-co', '--exclude-standard'], {
    cwd: ROOT,
    encoding: 'utf8',
  });
  return listed
    .split('\n')
    .filter((path) => /\.m?[jt]s$/.test(path))
    .filter((path) => PRODUCTION.test(path) || path === 'prisma.config.ts')
    .map((path) => ({ path, text: readFileSync(join(ROOT, path), 'utf8') }));
}

/** `@scope/name` or `name`, without the path inside the package. */
const toPackage = (specifier: string): string =>
  specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');

/** Adds members to the types of a package, and does not import it. */
const AUGMENTATION = /^declare module '.*'/gm;

/** The packages that a source imports, statically or dynamically, types included. */
const findPackages = ({ text }: Source): string[] => [
  ...new Set(
    ts
      .preProcessFile(text.replace(AUGMENTATION, ''), true, true)
      .importedFiles.map(({ fileName }) => fileName)
      .filter((name) => !name.startsWith('.') && !isBuiltin(name))
      .map(toPackage),
  ),
];

const findUndeclared = (sources: readonly Source[]): string[] =>
  sources.flatMap((source) =>
    findPackages(source)
      .filter((name) => !Object.hasOwn(dependencies, name))
      .filter((name) => !CLIENT.folder.test(source.path) || !CLIENT.packages.includes(name))
      .map((name) => `${source.path}: ${name}`),
  );

/** Only code that Prisma generates imports these. */
const GENERATED = ['@prisma/client'];

/** Some packages are not imported: their files are served, or a program of theirs is run. */
const findUnused = (sources: readonly Source[]): string[] =>
  Object.keys(dependencies)
    .filter((name) => !GENERATED.includes(name))
    .filter((name) => !sources.some(({ text }) => text.includes(name)));

describe('dependencies', () => {
  const sources = readSources();

  test('production code imports only production dependencies', () => {
    expect(findUndeclared(sources)).toEqual([]);
  });

  test('production code uses every production dependency', () => {
    expect(findUnused(sources)).toEqual([]);
  });

  test.each([
    'package.json',
    'experiments/bench/peers/package.json',
    'experiments/bench/peers/later-node/package.json',
  ])('%s has exact versions', (path) => expect(findRanges(readManifest(path))).toEqual([]));

  test('control: a range of versions is found', () => {
    expect(findRanges({ dependencies: { a: '^1.0.0', b: '1.0.0' } })).toEqual(['a: ^1.0.0']);
  });

  test('control: a package of the lab is found in a service, also when it is imported late', () => {
    const text = `import { scaleLog } from 'd3-scale';\nconst late = () => import('undici/x');`;
    expect(findUndeclared([{ path: 'monitor/main.ts', text }])).toEqual([
      'monitor/main.ts: d3-scale',
      'monitor/main.ts: undici',
    ]);
  });

  test('control: only the client may import the packages of its manifest', () => {
    const text = `import createClient from 'openapi-fetch';`;
    const found = ['client/relevo.ts', 'cli/client.ts'].map((path) => ({ path, text }));
    expect(findUndeclared(found)).toEqual(['cli/client.ts: openapi-fetch']);
  });

  test('control: a production dependency that only the lab uses is found', () => {
    expect(findUnused([])).toContain('express');
  });
});
