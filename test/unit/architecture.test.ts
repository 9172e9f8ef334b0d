/**
 * House rules that a compiler does not check, read from the sources (like tigerbeetle's tidy): core
 * folders are pure, services do not import each other, no import cycles, no long files, a header on
 * every file, no skipped test. Each rule has a control that violates it.
 */
import { describe, expect, test } from '@jest/globals';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, posix, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

const ROOT = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const SERVICES = ['monitor', 'payments', 'patients', 'gateway', 'measurements'];
/** A service of two programs, each in a folder of its own. */
const PROGRAMS: Partial<Record<string, string[]>> = { measurements: ['api/', 'device/'] };
const FOLDERS = [
  ...SERVICES,
  'shared',
  'simulation',
  'generate',
  'client',
  'local',
  'cli',
  'experiments',
  'prisma',
  'deploy',
  'test',
];
const LONGEST_LINES = 300;

interface Source {
  /** From the project's root, with `/`. */
  path: string;
  text: string;
}

interface Import {
  from: string;
  typeOnly: boolean;
}

const isCode = (name: string): boolean =>
  /\.(ts|mts|mjs|js)$/.test(name) && !name.split(sep).includes('node_modules');

function readSources(): Source[] {
  const names = FOLDERS.flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' }).map((name) =>
      join(folder, name),
    ),
  );
  const top = readdirSync(ROOT).filter((name) => isCode(name));
  return [...names.filter((name) => isCode(name)), ...top].map((name) => ({
    path: relative(ROOT, join(ROOT, name)).split(sep).join('/'),
    text: readFileSync(join(ROOT, name), 'utf8'),
  }));
}

const parse = ({ path, text }: Source): ts.SourceFile =>
  ts.createSourceFile(path, text, ts.ScriptTarget.ES2022, true);

const parsed = new WeakMap<Source, ts.Node[]>();

/** All nodes of a file; each file is parsed once. */
function nodesOf(source: Source): ts.Node[] {
  const before = parsed.get(source);
  if (before) return before;
  const nodes: ts.Node[] = [];
  const visit = (node: ts.Node): void => {
    nodes.push(node);
    node.forEachChild(visit);
  };
  visit(parse(source));
  parsed.set(source, nodes);
  return nodes;
}

function isTypeOnly(node: ts.ImportDeclaration | ts.ExportDeclaration): boolean {
  if (ts.isExportDeclaration(node)) return node.isTypeOnly;
  return /^import\s+type\b/.test(node.getText()) || everyNameIsType(node.importClause);
}

function everyNameIsType(clause: ts.ImportClause | undefined): boolean {
  const named = clause?.namedBindings;
  if (!clause || clause.name || !named || !ts.isNamedImports(named)) return false;
  return named.elements.length > 0 && named.elements.every((element) => element.isTypeOnly);
}

/** The imports of a file: statements, re-exports and `import()` of a literal. */
function importsOf(source: Source): Import[] {
  return nodesOf(source).flatMap((node): Import[] => {
    if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) {
      const from = node.moduleSpecifier;
      return from && ts.isStringLiteral(from)
        ? [{ from: from.text, typeOnly: isTypeOnly(node) }]
        : [];
    }
    if (!ts.isCallExpression(node) || node.expression.kind !== ts.SyntaxKind.ImportKeyword)
      return [];
    const [argument] = node.arguments;
    return argument && ts.isStringLiteral(argument)
      ? [{ from: argument.text, typeOnly: false }]
      : [];
  });
}

/** The path of a relative import; null for packages. */
function target(path: string, from: string): string | null {
  return from.startsWith('.')
    ? posix.normalize(posix.join(posix.dirname(path), from)).replace(/\.js$/, '.ts')
    : null;
}

const IMPURE_NAMES = new Set([
  'performance',
  'setTimeout',
  'setInterval',
  'setImmediate',
  'process',
]);
const IMPURE_CALLS = new Set(['Date.now', 'Math.random']);

function impurity(node: ts.Node): string | null {
  if (ts.isAwaitExpression(node)) return 'await';
  if (ts.isPropertyAccessExpression(node) && IMPURE_CALLS.has(node.getText()))
    return node.getText();
  if (ts.isNewExpression(node) && node.expression.getText() === 'Date' && !node.arguments?.length)
    return 'new Date()';
  if (!ts.isIdentifier(node) || !IMPURE_NAMES.has(node.text)) return null;
  const isMember = ts.isPropertyAccessExpression(node.parent) && node.parent.name === node;
  return isMember ? null : node.text;
}

const isCore = (path: string): boolean =>
  !path.startsWith('test/') && path.split('/').includes('core');

/**
 * `core/` imports only types, and code from `core/` of its own service or of `shared/`. It reads no
 * clock, no randomness and no environment, and awaits nothing.
 */
function coreOffences(source: Source): string[] {
  if (!isCore(source.path)) return [];
  const core = source.path.slice(0, source.path.indexOf('/core/') + 6);
  const isPure = (path: string | null): boolean =>
    path !== null && (path.startsWith(core) || path.startsWith('shared/core/'));
  const imports = importsOf(source).filter(
    ({ from, typeOnly }) => !typeOnly && !isPure(target(source.path, from)),
  );
  const impure = nodesOf(source).flatMap((node) => impurity(node) ?? []);
  return [...imports.map(({ from }) => `imports ${from}`), ...impure.map((what) => `uses ${what}`)];
}

/** Services import themselves, `shared/` and generated code; `shared/` imports no service. */
function boundaryOffences(source: Source): string[] {
  const home = source.path.split('/')[0] ?? '';
  if (home !== 'shared' && !SERVICES.includes(home)) return [];
  return importsOf(source).flatMap(({ from }) => {
    const folder = target(source.path, from)?.split('/')[0];
    return folder === undefined || [home, 'shared', 'generated'].includes(folder)
      ? []
      : [`imports ${from}`];
  });
}

const lengthOffences = ({ path, text }: Source): string[] => {
  const lines = text.trimEnd().split('\n').length;
  return path.startsWith('test/') || lines <= LONGEST_LINES ? [] : [`has ${lines} lines`];
};

const headerOffences = ({ path, text }: Source): string[] =>
  path.startsWith('test/') || /^(#!.*\n)?\/[*/]/.test(text) ? [] : ['opens without a comment'];

const LEFT_OUT = /^(only|skip|todo|failing)$/;
const RENAMED = /^(fit|fdescribe|xit|xtest|xdescribe)$/;

/**
 * All tests run. The only allowed switch is `describe.skip` chosen by a condition on the
 * environment, such as Docker.
 */
function leftOutOffences(source: Source): string[] {
  if (!source.path.startsWith('test/')) return [];
  return nodesOf(source).flatMap((node) => {
    if (ts.isIdentifier(node) && RENAMED.test(node.text)) return [`uses ${node.text}`];
    if (!ts.isPropertyAccessExpression(node) || !LEFT_OUT.test(node.name.text)) return [];
    if (!/^(test|it|describe)\b/.test(node.getText()) || ts.isConditionalExpression(node.parent))
      return [];
    return [`uses ${node.getText()}`];
  });
}

/**
 * The files of every import cycle, once each; type imports count, because they also show a
 * dependency.
 */
function cycles(sources: readonly Source[]): string[] {
  const known = new Set(sources.map(({ path }) => path));
  const next = new Map(
    sources.map((source) => [
      source.path,
      importsOf(source).flatMap(({ from }) => target(source.path, from) ?? []),
    ]),
  );
  const done = new Set<string>();
  const found: string[] = [];
  const visit = (path: string, way: readonly string[]): void => {
    const at = way.indexOf(path);
    if (at >= 0) found.push([...way.slice(at), path].join(' → '));
    if (at >= 0 || done.has(path) || !known.has(path)) return;
    next.get(path)?.forEach((to) => visit(to, [...way, path]));
    done.add(path);
  };
  sources.forEach(({ path }) => visit(path, []));
  return found;
}

interface Rule {
  rule: string;
  offences: (source: Source) => string[];
  /** Invented files, each of which violates the rule. */
  offenders: readonly [path: string, text: string][];
}

const RULES: readonly Rule[] = [
  {
    rule: 'core folders are pure and import only core and types',
    offences: coreOffences,
    offenders: [
      ['monitor/core/x.ts', "import { sleep } from '../../shared/clock.js';"],
      ['monitor/core/x.ts', "import { readFileSync } from 'node:fs';"],
      ['monitor/core/x.ts', "export { pay } from '../loop.js';"],
      ['payments/core/x.ts', "import { a } from '../../monitor/core/a.js';"],
      ['payments/core/x.ts', 'export const at = () => Date.now();'],
      ['payments/core/x.ts', 'export const at = () => new Date();'],
      ['payments/core/x.ts', 'export const at = () => performance.now();'],
      ['payments/core/x.ts', 'setTimeout(() => undefined, 1);'],
      ['patients/core/x.ts', 'export const luck = Math.random();'],
      ['patients/core/x.ts', "export const home = process.env['HOME'];"],
      ['patients/core/x.ts', 'export async function f() { await f(); }'],
    ],
  },
  {
    rule: 'services import no other service, and shared/ none at all',
    offences: boundaryOffences,
    offenders: [
      ['monitor/x.ts', "import { a } from '../payments/a.js';"],
      ['patients/http/x.ts', "import type { A } from '../../gateway/a.js';"],
      ['payments/x.ts', "const a = import('../local/a.js');"],
      ['shared/x.ts', "export * from '../monitor/a.js';"],
    ],
  },
  {
    rule: `no file outside test/ is longer than ${LONGEST_LINES} lines`,
    offences: lengthOffences,
    offenders: [['local/x.ts', 'a\n'.repeat(LONGEST_LINES + 1)]],
  },
  {
    rule: 'every file outside test/ opens with a comment',
    offences: headerOffences,
    offenders: [['local/x.ts', 'export const a = 1; // a\n']],
  },
  {
    rule: 'no test is skipped',
    offences: leftOutOffences,
    offenders: [
      ['test/x.test.ts', "test.only('a', () => undefined);"],
      ['test/x.test.ts', "describe.skip('a', () => undefined);"],
      ['test/x.test.ts', "it.skip.each([1])('a', () => undefined);"],
      ['test/x.test.ts', "test.todo('a');"],
      ['test/x.test.ts', "xit('a', () => undefined);"],
    ],
  },
];

const sources = readSources();
const byPath = (path: string): boolean => sources.some((source) => source.path === path);

test('all sources are found: every service has its main.ts and its core', () => {
  const missing = SERVICES.flatMap((service) =>
    (PROGRAMS[service] ?? ['']).map((folder) => `${service}/${folder}main.ts`),
  ).filter((path) => !byPath(path));
  expect(missing).toEqual([]);
  expect(
    new Set(sources.filter(({ path }) => isCore(path)).map(({ path }) => path.split('/')[0])),
  ).toEqual(new Set(['monitor', 'payments', 'patients', 'measurements', 'shared']));
});

describe.each(RULES)('$rule', ({ offences, offenders }) => {
  test('holds everywhere', () => {
    expect(
      sources.flatMap((source) => offences(source).map((offence) => `${source.path} ${offence}`)),
    ).toEqual([]);
  });

  test.each(offenders)('control: %s with %j is caught', (path, text) => {
    expect(offences({ path, text })).toHaveLength(1);
  });
});

test('allowed code is not caught', () => {
  const text = [
    '/** What `await process` means: Date.now(). */',
    "import type { A } from '../../shared/a.js';",
    "import { type B } from 'pg';",
    "import { c } from './c.js';",
    "export const d = (a: A, b: B) => [c(a.process, b), new Date(0), 'setTimeout'];",
  ].join('\n');
  expect(RULES.flatMap(({ offences }) => offences({ path: 'monitor/core/x.ts', text }))).toEqual(
    [],
  );
});

describe('import cycles', () => {
  test('there are none', () => expect(cycles(sources)).toEqual([]));

  test('control: a cycle of three files and a file that imports itself are found', () => {
    const chain = [
      ['a', 'b'],
      ['b', 'c'],
      ['c', 'a'],
      ['d', 'd'],
    ].map(([name, to]) => ({ path: `x/${name}.ts`, text: `import './${to}.js';` }));
    expect(cycles(chain)).toEqual(['x/a.ts → x/b.ts → x/c.ts → x/a.ts', 'x/d.ts → x/d.ts']);
  });
});
