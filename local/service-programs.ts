/** Finds the program of each service, compiled where possible. */
import type { Place } from './place.js';
import { compileService } from './processes/compile.js';
import type { ProcessKind } from './processes/process-spec.js';

/** The programs of a system that are not our own services without further arguments. */
export interface ProgramChoice {
  /**
   * Another program for a service, relative to the project's root: the lab compares other systems
   * on the same engines and ports.
   */
  program?: (place: Place) => string;
  /**
   * Additional node arguments for every service, such as `--import` of a loader; or a function that
   * returns them by name.
   */
  nodeArgs?: readonly string[] | ((name: string) => readonly string[]);
}

/** The additional node arguments of a service. */
export const getNodeArgs = (
  { name }: Place,
  { nodeArgs = [] }: ProgramChoice,
): readonly string[] => (typeof nodeArgs === 'function' ? nodeArgs(name) : nodeArgs);

/** The programs of services that are not `<kind>/main.ts`. */
const PROGRAMS: Partial<Readonly<Record<ProcessKind, string>>> = {
  measurements: 'measurements/api/main.ts',
  device: 'measurements/device/main.ts',
};

const getProgram = ({ kind }: Place): string => PROGRAMS[kind] ?? `${kind}/main.ts`;

const LOADERS = ['--import', '--require', '--loader'];
const loadsSomething = (nodeArgs: readonly string[]): boolean =>
  nodeArgs.some((word) => LOADERS.some((loader) => word.startsWith(loader)));

/**
 * The program of each place: compiled, also that of another system. Does not compile a service with
 * a loader in its node arguments: loaders work on the sources.
 */
export async function getPrograms(
  places: readonly Place[],
  options: ProgramChoice,
): Promise<(place: Place) => string> {
  const source = options.program ?? getProgram;
  const fit = places.filter((place) => !loadsSomething(getNodeArgs(place, options)));
  const toCompile = fit.map(source);
  const files = await Promise.all(
    [...new Set(toCompile)].map(async (file) => [file, await compileService(file)] as const),
  );
  const compiled = new Map(files);
  return (place) => (fit.includes(place) && compiled.get(source(place))) || source(place);
}
