/**
 * Checks manifests against the types and the schemas of Kubernetes, offline. Neither suffices: the
 * schemas find wrong values and missing fields but accept unknown fields, and the types find
 * unknown fields but not every wrong value (a quantity, for example). Together they find what
 * `kubeconform -strict` finds.
 */
import { createRequire } from 'node:module';
import { join } from 'node:path';
import ts from 'typescript';
import { ROOT } from '../../../local/root.js';
import type { Manifest } from './manifests.js';
import { takeNewerFields } from './newer-fields.js';

const require = createRequire(import.meta.url);
/** It exists only in memory, in a folder from which the packages are found. */
const FILE = join(ROOT, 'test', 'checked-manifests.ts');

/** The packages of groups that are not part of Kubernetes itself. */
const PACKAGES: Readonly<Record<string, string>> = {
  'gateway.networking.k8s.io': '@kubernetes-models/gateway-api',
  'postgresql.cnpg.io': '@kubernetes-models/cloudnative-pg',
};

/** The module of a kind: `kubernetes-models/apps/v1/Deployment`. */
function toModule({ apiVersion, kind }: Manifest): string {
  const [group = ''] = apiVersion.split('/');
  return `${PACKAGES[group] ?? 'kubernetes-models'}/${apiVersion}/${kind}`;
}

const getTitle = ({ kind, metadata }: Manifest): string => `${kind} ${metadata.name}`;

const OPTIONS: ts.CompilerOptions = {
  strict: true,
  exactOptionalPropertyTypes: true,
  noEmit: true,
  skipLibCheck: true,
  types: [],
  target: ts.ScriptTarget.ES2022,
  module: ts.ModuleKind.ESNext,
  moduleResolution: ts.ModuleResolutionKind.Bundler,
};

/** A program of one file, whose text is only in memory. */
function createProgram(text: string): ts.Program {
  const host = ts.createCompilerHost(OPTIONS);
  const getSourceFile = host.getSourceFile.bind(host);
  const fileExists = host.fileExists.bind(host);
  host.getSourceFile = (name, ...rest) =>
    name === FILE
      ? ts.createSourceFile(name, text, ts.ScriptTarget.ES2022)
      : getSourceFile(name, ...rest);
  host.fileExists = (name) => name === FILE || fileExists(name);
  return ts.createProgram([FILE], OPTIONS, host);
}

/** One line per object, so that the line of a problem names its object. */
const toLine = (manifest: Manifest, index: number): string =>
  `import type { I${manifest.kind} as T${index} } from '${toModule(manifest)}'; export const object${index}: T${index} = ${JSON.stringify(manifest)};`;

/** Unknown fields and wrong types, by the compiler of TypeScript. */
export function findTypeErrors(manifests: readonly Manifest[]): string[] {
  const known = manifests.map((manifest) => takeNewerFields(manifest).known);
  const program = createProgram(known.map(toLine).join('\n'));
  return ts.getPreEmitDiagnostics(program).map(({ file, start = 0, messageText }) => {
    const message = ts.flattenDiagnosticMessageText(messageText, ' ');
    const line = file?.fileName === FILE ? file.getLineAndCharacterOfPosition(start).line : -1;
    const manifest = manifests[line];
    return `${manifest ? getTitle(manifest) : 'the types'}: ${message}`;
  });
}

type Model = new (data: unknown) => { validate(): void };

/** Wrong values and missing fields, by the schemas. */
export const findSchemaErrors = (manifests: readonly Manifest[]): string[] =>
  manifests.flatMap((manifest) => {
    const { known, problems } = takeNewerFields(manifest);
    try {
      const module = require(toModule(manifest)) as Record<string, Model>;
      const Kind = module[manifest.kind];
      if (!Kind) return [`${getTitle(manifest)}: the kind is unknown`];
      new Kind(known).validate();
      return problems.map((problem) => `${getTitle(manifest)}: ${problem}`);
    } catch (error) {
      return [`${getTitle(manifest)}: ${(error as Error).message}`];
    }
  });
