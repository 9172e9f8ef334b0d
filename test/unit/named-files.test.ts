/**
 * Files that a text names exist: programs to compile or to run, scripts of pages, workers, sources
 * in backticks in a comment. The compiler checks imports, but no path in a string: a moved file
 * would fail only when an experiment or the image is built.
 */
import { describe, expect, test } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ROOT } from '../../local/root.js';

interface Source {
  path: string;
  text: string;
}

/** The path of a source or of another file that programs read. */
const PATH = String.raw`(?:\.{1,2}\/|[\w@-]+\/)(?:[\w@.-]+\/)*[\w.-]+\.(?:m?ts|mjs|js|css|prisma|sql)`;
const IS_PATH = new RegExp(`^${PATH}$`);
/** A whole string, but not of an import declaration, which the compiler checks. */
const IN_QUOTES = new RegExp(`(?<!\\b(?:from|import) )(['"\`])(${PATH})\\1`, 'g');
/** Made at run time: the compiled programs, the types of the client. */
const MADE = /^generated\//;
/** The unit tests check texts with paths that do not exist. */
const UNIT_TESTS = /^test\/unit\//;
/** Its paths are those of the package that it writes. */
const WRITES_A_PACKAGE = 'generate/client-package.ts';

const isChecked = (path: string): boolean =>
  /\.m?[jt]s$/.test(path) && !UNIT_TESTS.test(path) && path !== WRITES_A_PACKAGE;

function readSources(): Source[] {
  const listed = execFileSync('git', ['ls-files', '-co', '--exclude-standard'], {
    cwd: ROOT,
    encoding: 'utf8',
  });
  return listed
    .split('\n')
    .filter(isChecked)
    .map((path) => ({ path, text: readFileSync(join(ROOT, path), 'utf8') }));
}

/** The paths in the strings of a source, and those in quotes or backticks in its comments. */
const findPaths = ({ text }: Source): string[] =>
  [...text.matchAll(IN_QUOTES)].map(([, , path]) => path as string);

/** Relative to the project's root, to the file that names it, or inside a package. */
function exists(name: string, { path }: Source): boolean {
  const asSource = name.replace(/\.(m?)js$/, '.$1ts');
  const folders = [ROOT, join(ROOT, dirname(path)), join(ROOT, 'node_modules')];
  return folders.some((folder) =>
    [name, asSource].some((variant) => existsSync(join(folder, variant))),
  );
}

const findMissing = (sources: readonly Source[]): string[] =>
  sources.flatMap((source) =>
    findPaths(source)
      .filter((name) => !MADE.test(name) && !exists(name, source))
      .map((name) => `${source.path}: ${name}`),
  );

describe('files that a text names', () => {
  test('exist in the sources', () => {
    const sources = readSources();
    expect(sources.flatMap(findPaths).length).toBeGreaterThan(50);
    expect(findMissing(sources)).toEqual([]);
  });

  test('exist in the scripts of package.json', () => {
    const { scripts, bin } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
      scripts: Record<string, string>;
      bin: Record<string, string>;
    };
    const words = [...Object.values(scripts), ...Object.values(bin)].flatMap((line) =>
      line.split(' '),
    );
    const named = words.filter((word) => IS_PATH.test(word));
    expect(named).not.toEqual([]);
    expect(named.filter((name) => !existsSync(join(ROOT, name)))).toEqual([]);
  });

  test('control: a program, a worker and a late import that are missing are found', () => {
    const text = [
      "import { gone } from './gone.js';",
      "await compile('simulation/gone.ts');",
      "new URL('./gone.mjs', import.meta.url);",
      "await import('../local/gone.js');",
      "await compile('simulation/worker.ts');",
    ].join('\n');
    expect(findMissing([{ path: 'simulation/x.ts', text }])).toEqual([
      'simulation/x.ts: simulation/gone.ts',
      'simulation/x.ts: ./gone.mjs',
      'simulation/x.ts: ../local/gone.js',
    ]);
  });
});
