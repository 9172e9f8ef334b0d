/**
 * Compiles a service into one file, in some ten milliseconds. A replica runs from that: the compiler that would otherwise live in its
 * process costs 30 MB, and a killed process closes its connections, which is how its monitors learn of its death, only when the kernel has
 * taken down its memory: about 0.1 ms a MB, the largest part of a hand-over.
 */
import { mkdirSync, renameSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { build } from 'esbuild';
import { ROOT } from './root.js';

const FOLDER = join(ROOT, 'generated/services');

/** Named after its folder, which is a program's name when it has but one; else after its file too. */
const nameOf = (program: string): string => (basename(program) === 'main.ts' ? dirname(program) : program.replace(/\.ts$/, ''));

/** @param program from the project's root: `payments/main.ts`. @returns the compiled file, from the project's root. */
export async function compile(program: string): Promise<string> {
  const file = join(FOLDER, `${nameOf(program)}.mjs`);
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
  renameSync(fresh, file); // Whole or not at all: another system may be starting here.
  return relative(ROOT, file);
}
