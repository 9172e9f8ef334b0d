/** One list names all programs: bootstrap.mjs, npm scripts, help and completion agree with it. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { getName } from '../../../../cli/command.js';
import { COMMANDS } from '../../../../cli/commands/index.js';
import { PROGRAMS } from '../../../../local/programs.mjs';
import { ROOT } from '../../../../local/root.js';

const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
  scripts: Record<string, string>;
};
const started = Object.values(scripts).flatMap(
  (line) => /^node local\/bootstrap\.mjs (\S+)$/.exec(line)?.[1] ?? [],
);
const names = COMMANDS.map(getName);

it('every program is a file, and `relevo` shows it', () => {
  for (const [name, { file, describe: text }] of Object.entries(PROGRAMS)) {
    if (file !== undefined) expect(existsSync(join(ROOT, file))).toBe(true);
    if (text !== undefined) expect(names).toContain(name);
  }
});

it('every npm script starts a program or a command', () => {
  expect(started.length).toBeGreaterThan(8);
  expect(started.filter((name) => !names.includes(name))).toEqual([]);
});

it('no command exists twice', () => expect(new Set(names).size).toBe(names.length));
