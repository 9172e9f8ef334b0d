/**
 * The commands that are programs with their own arguments and exit codes. local/bootstrap.mjs
 * usually starts them directly. This module declares them for the command list, help and
 * completion; `runProgram` runs one when another word precedes its name.
 */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { OptionTable } from '../../shared/arguments/options.js';
import { CLIENT_OPTIONS, SEED_OPTIONS, STUDIO_OPTIONS } from '../../local/program-options.js';
import { PROGRAMS, type Program } from '../../local/programs.mjs';
import { ROOT } from '../../local/root.js';
import { command, type Command } from '../command.js';

/** Replaces the work of this process by a program, which ends the process itself. */
export async function runProgram(file: string, args: readonly string[]): Promise<never> {
  const path = join(ROOT, file);
  process.argv = [process.execPath, path, ...args];
  await import(pathToFileURL(path).href);
  return new Promise(() => undefined);
}

/** The arguments after the name of a command, unparsed. */
const getWordsAfter = (name: string): string[] =>
  process.argv.slice(process.argv.indexOf(name) + 1).filter((word) => word !== '--json');

const OPTIONS: Readonly<Record<string, OptionTable>> = {
  seed: SEED_OPTIONS,
  studio: STUDIO_OPTIONS,
  client: CLIENT_OPTIONS,
};

function toCommand([name, program]: [string, Program]): Command[] {
  const { file, describe, details, examples } = program;
  if (file === undefined || describe === undefined) return [];
  const spec = command({
    command: name,
    describe,
    group: 'Tools',
    ...(details === undefined ? {} : { details }),
    options: OPTIONS[name] ?? {},
    ownWords: true,
    ...(examples === undefined ? {} : { examples }),
    run: () => runProgram(file, getWordsAfter(name)),
  });
  return [spec];
}

export const programs: readonly Command[] = Object.entries(PROGRAMS).flatMap(toCommand);
