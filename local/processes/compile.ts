/**
 * Compiles a service into one file, in some ten milliseconds, for `npm start` and for the container
 * image. Replicas run the compiled file because the TypeScript compiler would add 30 MB to their
 * process. Memory delays failover: a monitor detects a killed replica when its connections close,
 * and the kernel closes them only after it has freed the memory, at about 0.1 ms per MB. That is
 * the largest part of a failover.
 */
import { mkdirSync, renameSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { build } from 'esbuild';
import { ROOT } from '../root.js';

const FOLDER = 'generated/services';

/**
 * The name of the compiled file: the folder when the program is its `main.ts`, else folder and
 * file.
 */
const toName = (program: string): string =>
  basename(program) === 'main.ts' ? dirname(program) : program.replace(/\.ts$/, '');

/** The compiled file of a program; both are relative to the project's root. */
export const getCompiledPath = (program: string): string => `${FOLDER}/${toName(program)}.mjs`;

/**
 * @param program relative to the project's root: `payments/main.ts`. @returns the compiled file,
 *   relative to the project's root.
 */
export async function compile(program: string): Promise<string> {
  const path = getCompiledPath(program);
  const file = join(ROOT, path);
  const fresh = `${file}.${process.pid}`;
  mkdirSync(dirname(file), { recursive: true });
  await build({
    entryPoints: [join(ROOT, program)],
    outfile: fresh,
    bundle: true,
    packages: 'external',
    platform: 'node',
    format: 'esm',
    target: 'node20',
    sourcemap: 'inline',
    sourcesContent: false,
    logLevel: 'silent',
  });
  renameSync(fresh, file); // Atomic: another system may be starting from this folder.
  return path;
}
