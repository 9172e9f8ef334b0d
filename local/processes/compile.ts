/**
 * Compiles a program into one file, for `npm start` and for the container image. Replicas run the
 * compiled file because the TypeScript compiler would add 30 MB to their process. Memory delays
 * failover: a monitor detects a killed replica when its connections close, and the kernel closes
 * them only after it has freed the memory, at about 0.1 ms per MB. That is the largest part of a
 * failover. A service contains its npm packages too (packages.ts), which halves the CPU of a start.
 */
import { mkdirSync, renameSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { BuildOptions } from 'esbuild';
import { ROOT } from '../root.js';
import { isCurrent, recordInputs } from './build-inputs.js';
import { WITH_PACKAGES } from './packages.js';

const FOLDER = 'generated/services';

/**
 * The name of the compiled file: the folder when the program is its `main.ts`, else folder and
 * file.
 */
const toName = (program: string): string =>
  basename(program) === 'main.ts' ? dirname(program) : program.replace(/\.ts$/, '');

/** The compiled file of a program; both are relative to the project's root. */
export const getCompiledPath = (program: string): string => `${FOLDER}/${toName(program)}.mjs`;

const BASE: BuildOptions = {
  absWorkingDir: ROOT,
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'node20',
  sourcemap: 'inline',
  sourcesContent: false,
  logLevel: 'silent',
};

async function compileWith(program: string, options: BuildOptions): Promise<string> {
  const path = getCompiledPath(program);
  if (isCurrent(path)) return path;
  const startedAt = Date.now();
  const file = join(ROOT, path);
  const fresh = `${file}.${process.pid}`;
  mkdirSync(dirname(file), { recursive: true });
  // Loaded only here: most starts find every file compiled.
  const { build } = await import('esbuild');
  const { metafile } = await build({
    ...BASE,
    ...options,
    entryPoints: [program],
    outfile: fresh,
    metafile: true,
  });
  renameSync(fresh, file); // Atomic: another system may be starting from this folder.
  await recordInputs(path, Object.keys(metafile.inputs), startedAt);
  return path;
}

/**
 * A program of the lab or of the tests: its npm packages stay outside.
 *
 * @param program relative to the project's root: `simulation/worker.ts`. @returns the compiled
 *   file, relative to the project's root.
 */
export const compile = (program: string): Promise<string> =>
  compileWith(program, { packages: 'external' });

/** A service with its npm packages. Parameter and result as for `compile`. */
export const compileService = (program: string): Promise<string> =>
  compileWith(program, WITH_PACKAGES);

/**
 * A program of the lab with its npm packages, for runs that are shorter than the loading of the
 * packages: all but the compiler, which runs a program of its own folder. Parameter and result as
 * for `compile`.
 */
export const compileLab = (program: string): Promise<string> =>
  compileWith(program, {
    ...WITH_PACKAGES,
    external: [...(WITH_PACKAGES.external ?? []), 'esbuild'],
  });
