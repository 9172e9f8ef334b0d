/** Builds the client as a separate package: plain JavaScript with types, and one dependency. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { ROOT } from '../shared/web/assets.js';

const OPTIONS: ts.CompilerOptions = {
  target: ts.ScriptTarget.ES2022,
  module: ts.ModuleKind.NodeNext,
  moduleResolution: ts.ModuleResolutionKind.NodeNext,
  lib: ['lib.es2023.d.ts', 'lib.dom.d.ts', 'lib.dom.iterable.d.ts'],
  types: [],
  strict: true,
  exactOptionalPropertyTypes: true,
  verbatimModuleSyntax: true,
  skipLibCheck: true,
  declaration: true,
  rootDir: ROOT,
};

const toManifest = (): object => {
  const { version, license, devDependencies } = JSON.parse(
    readFileSync(join(ROOT, 'package.json'), 'utf8'),
  ) as {
    version: string;
    license: string;
    devDependencies: Record<string, string>;
  };
  return {
    name: 'relevo-client',
    version,
    license,
    type: 'module',
    engines: { node: '>=20.19' },
    description:
      'Typed client of Relevo: payments take effect once, however often a request is repeated.',
    exports: { '.': { types: './client/index.d.ts', default: './client/index.js' } },
    dependencies: { 'openapi-fetch': devDependencies['openapi-fetch'] },
  };
};

const HOST: ts.FormatDiagnosticsHost = {
  getCanonicalFileName: (name) => name,
  getCurrentDirectory: () => ROOT,
  getNewLine: () => '\n',
};

/** @throws Error with the compiler's messages. generated/client/ must exist. */
export function writePackage(folder: string): void {
  const program = ts.createProgram([join(ROOT, 'client/index.ts')], { ...OPTIONS, outDir: folder });
  const { diagnostics } = program.emit();
  const wrong = [...ts.getPreEmitDiagnostics(program), ...diagnostics];
  if (wrong.length > 0) throw new Error(ts.formatDiagnostics(wrong, HOST));
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), `${JSON.stringify(toManifest(), null, 2)}\n`);
}
