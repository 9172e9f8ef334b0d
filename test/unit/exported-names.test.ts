/**
 * One exported name has one meaning (CONTRIBUTING.md, "Glossary"): counts the names that several
 * files of production code declare and export. A declaration file (`x.d.mts`) and its module count
 * as one file. The limit is never raised.
 */
import { describe, expect, test } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { ROOT } from '../../local/root.js';

/** The goal is a handful. */
const SHARED_NAMES_MAX = 54;

const isExported = (statement: ts.Statement): boolean =>
  ts.canHaveModifiers(statement) &&
  (ts.getModifiers(statement) ?? []).some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword);

/** The names of exported declarations, without those that the file only exports again. */
function exportedNames(path: string, text: string): string[] {
  const source = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
  return source.statements.filter(isExported).flatMap((statement) => {
    if (ts.isVariableStatement(statement))
      return statement.declarationList.declarations.map(({ name }) => name.getText(source));
    const { name } = statement as ts.Statement & { name?: ts.Identifier };
    return name ? [name.text] : [];
  });
}

/** The names that several files export, each with its files. */
function findSharedNames(files: readonly (readonly [path: string, text: string])[]): string[] {
  const places = new Map<string, Set<string>>();
  for (const [path, text] of files)
    for (const name of exportedNames(path, text))
      places.set(name, (places.get(name) ?? new Set()).add(path.replace(/(\.d)?\.\w+$/, '')));
  return [...places]
    .filter(([, paths]) => paths.size > 1)
    .map(([name, paths]) => `${name}: ${[...paths].join(', ')}`);
}

function readProduction(): [path: string, text: string][] {
  const listed = execFileSync('git', ['ls-files', '-co', '--exclude-standard'], {
    cwd: ROOT,
    encoding: 'utf8',
  });
  return listed
    .split('\n')
    .filter((path) => /\.(ts|mts|mjs|js)$/.test(path) && !/^(test|docs)\//.test(path))
    .map((path) => [path, readFileSync(join(ROOT, path), 'utf8')]);
}

describe('exported names', () => {
  test('few names are exported by several files', () => {
    const shared = findSharedNames(readProduction());
    expect(shared.slice(SHARED_NAMES_MAX)).toEqual([]);
  });

  test('control: a name in two files is found; a declaration file and a second export are not', () => {
    expect(
      findSharedNames([
        ['a/x.ts', 'export interface Verdict {}\nexport const y = 1, z = 2;'],
        ['b/x.ts', 'export type Verdict = string;\nexport { y } from "../a/x.js";'],
        ['c/x.mjs', 'export function only() {}'],
        ['c/x.d.mts', 'export declare function only(): void;'],
      ]),
    ).toEqual(['Verdict: a/x, b/x']);
  });
});
