/**
 * The npm packages in the container image. The compiled services contain most packages; the image
 * keeps only those outside of them (local/processes/packages.ts) and those whose files a service
 * serves, with everything that these load. Pure.
 */

/** The packages that the services load or serve, without the packages that these load. */
const ROOTS = [
  '@opentelemetry/api',
  '@opentelemetry/exporter-trace-otlp-http',
  '@opentelemetry/resources',
  '@opentelemetry/sdk-trace-node',
  '@prisma/client',
  'msgpackr-extract',
  'swagger-ui-dist',
  'uplot',
];

/** The fields of a row of package-lock.json that name other packages. */
interface LockedPackage {
  dependencies?: Record<string, string>;
  optionalDependencies?: Record<string, string>;
  peerDependencies?: Record<string, string>;
  peerDependenciesMeta?: Record<string, { optional?: boolean }>;
}
/**
 * The rows of package-lock.json by their places, such as `node_modules/express`; the empty place is
 * the project.
 */
export type LockRows = Readonly<Record<string, LockedPackage>>;

/** The place of the package that a package at `from` loads under a name; null: not installed. */
function findPlace(lock: LockRows, from: string, name: string): string | null {
  const place = `${from === '' ? '' : `${from}/`}node_modules/${name}`;
  if (lock[place]) return place;
  return from === ''
    ? null
    : findPlace(lock, from.replace(/\/?node_modules\/(?!.*node_modules\/).*$/, ''), name);
}

/** The names that a package loads. It works without its optional peers. */
const findNames = ({
  dependencies,
  optionalDependencies,
  peerDependencies = {},
  peerDependenciesMeta = {},
}: LockedPackage): string[] => [
  ...Object.keys({ ...dependencies, ...optionalDependencies }),
  ...Object.keys(peerDependencies).filter((name) => peerDependenciesMeta[name]?.optional !== true),
];

/** The places of the packages that the image keeps. */
export function findKept(lock: LockRows): Set<string> {
  const kept = new Set<string>();
  const visit = (from: string, names: readonly string[]): void => {
    for (const name of names) {
      const place = findPlace(lock, from, name);
      if (place === null || kept.has(place)) continue;
      kept.add(place);
      visit(place, findNames(lock[place] ?? {}));
    }
  };
  visit('', ROOTS);
  return kept;
}

/** The places of the installed packages that the image does not need. */
export const findUnneeded = (lock: LockRows): string[] => {
  const kept = findKept(lock);
  return Object.keys(lock).filter((place) => place !== '' && !kept.has(place));
};
