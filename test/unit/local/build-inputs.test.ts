/**
 * A program is compiled again when one of its files has changed, and only then. Works in a folder
 * below `generated/`, because inputs are relative to the project's root.
 */
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { isCurrent, recordInputs } from '../../../local/processes/build-inputs.js';
import { compile } from '../../../local/processes/compile.js';
import { ROOT } from '../../../local/root.js';

const LONG_AGO_S = 1_000_000_000;

let folder: string;
let compiled: string;
beforeEach(async () => {
  mkdirSync(join(ROOT, 'generated'), { recursive: true });
  folder = mkdtempSync(join(ROOT, 'generated/test-inputs-'));
  write('main.ts', "import { word } from './word.js';\nconsole.log(word);\n");
  write('word.ts', "export const word = 'first';\n");
  compiled = await compileProgram();
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
  rmSync(join(ROOT, compiled), { force: true });
  rmSync(join(ROOT, 'generated/build-inputs', `${compiled.replaceAll('/', '+')}.json`), {
    force: true,
  });
});

/** With a time of change in the past, as a file that nobody edits while it is compiled. */
function write(name: string, text: string, changedS = LONG_AGO_S): void {
  writeFileSync(join(folder, name), text);
  utimesSync(join(folder, name), changedS, changedS);
}
const compileProgram = (): Promise<string> => compile(relative(ROOT, join(folder, 'main.ts')));
const readCompiled = (): string => readFileSync(join(ROOT, compiled), 'utf8');
const MARKER = '// not compiled again';
/** A comment in the compiled file, with the same time and size. */
async function markCompiled(): Promise<void> {
  const text = readCompiled();
  const marked = `${MARKER}${text.slice(MARKER.length)}`;
  writeFileSync(join(ROOT, compiled), marked);
  utimesSync(join(ROOT, compiled), LONG_AGO_S, LONG_AGO_S);
  const inputs = ['main.ts', 'word.ts'].map((name) => relative(ROOT, join(folder, name)));
  await recordInputs(compiled, inputs, Date.now());
}

test('a program whose files have not changed is not compiled again', async () => {
  await markCompiled();
  await compileProgram();
  expect(readCompiled()).toContain(MARKER);
});

test.each([
  ['an imported file changes', () => write('word.ts', "export const word = 'second';\n")],
  ['it changes and keeps its size', () => write('word.ts', "export const word = 'FIRST';\n", 2)],
  ['the compiled file disappears', () => rmSync(join(ROOT, compiled))],
  ['another process replaces the compiled file', () => writeFileSync(join(ROOT, compiled), 'x')],
])('a program is compiled again after %s', async (_what, change) => {
  await markCompiled();
  change();
  expect(isCurrent(compiled)).toBe(false);
  await compileProgram();
  expect(readCompiled()).not.toContain(MARKER);
  expect(readCompiled()).toMatch(/"(?:first|second|FIRST)"/);
  expect(isCurrent(compiled)).toBe(true);
});

test('a file that changes while the program is compiled is not recorded', async () => {
  await markCompiled();
  write('word.ts', "export const word = 'during';\n", Date.now() / 1_000);
  await recordInputs(compiled, [relative(ROOT, join(folder, 'word.ts'))], Date.now() - 100);
  expect(isCurrent(compiled)).toBe(false);
});
