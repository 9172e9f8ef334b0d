/**
 * Fields of CloudNativePG 1.28 that the package with its types does not know yet. They are checked
 * here and removed from the copy that the types and the schemas see.
 */
import type { Manifest } from './manifests.js';

interface NewerField {
  kind: string;
  /** The names from the manifest to the field. */
  path: readonly string[];
  isValid: (value: unknown) => boolean;
}

const SYNCHRONOUS = ['spec', 'postgresql', 'synchronous'];
const NEWER_FIELDS: readonly NewerField[] = [
  {
    kind: 'Cluster',
    path: [...SYNCHRONOUS, 'dataDurability'],
    isValid: (value) => value === 'required' || value === 'preferred',
  },
  {
    kind: 'Cluster',
    path: [...SYNCHRONOUS, 'failoverQuorum'],
    isValid: (value) => typeof value === 'boolean',
  },
];

type Fields = Record<string, unknown>;

/** The object that has the field; null: none. */
function findOwner(manifest: Manifest, path: readonly string[]): Fields | null {
  const owner = path
    .slice(0, -1)
    .reduce<unknown>(
      (at, name) => (typeof at === 'object' ? (at as Fields | null)?.[name] : undefined),
      manifest,
    );
  return typeof owner === 'object' ? (owner as Fields | null) : null;
}

/** @returns a copy without the newer fields, and the problems of their values. */
export function takeNewerFields(manifest: Manifest): { known: Manifest; problems: string[] } {
  const known = structuredClone(manifest);
  const problems = NEWER_FIELDS.filter(({ kind }) => kind === manifest.kind).flatMap(
    ({ path, isValid }) => {
      const [owner, name = ''] = [findOwner(known, path), path.at(-1)];
      if (owner === null || !(name in owner)) return [];
      const value = owner[name];
      delete owner[name];
      return isValid(value) ? [] : [`${path.join('.')} must not be ${JSON.stringify(value)}`];
    },
  );
  return { known, problems };
}
