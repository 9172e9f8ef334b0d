/**
 * The help of every command inside a page: docs/cli.md says `<!-- help: pay -->`, and what stands between that and `<!-- /help -->` is made
 * from the command itself. A test makes it again and compares, so that the page cannot go stale. Pure but for reading yargs' help.
 */
import { nameOf, type Command } from './command.js';
import { overview } from './overview.js';
import { helpOf } from './program.js';

export const HANDBOOK = 'docs/cli.md';
/** Stands for the overview. */
const ALL = 'relevo';
const BLOCK = /<!-- help: ([\w-]+) -->\n[^]*?<!-- \/help -->/g;

/** The names a page has a block for, in its order. */
export const documented = (page: string): string[] => [...page.matchAll(BLOCK)].map(([, name = '']) => name);

/** Every block of the page made again. @throws Error for a block of a command that does not exist. */
export async function withHelp(page: string, commands: readonly Command[]): Promise<string> {
  const texts = new Map<string, string>();
  for (const name of documented(page)) {
    if (name !== ALL && !commands.some((command) => nameOf(command) === name)) throw new Error(`There is no command ${name}.`);
    texts.set(name, name === ALL ? overview(commands) : await helpOf(name, commands));
  }
  const tidy = (text: string): string => text.split('\n').map((line) => line.trimEnd()).join('\n');
  return page.replace(BLOCK, (_block, name: string) => `<!-- help: ${name} -->\n\`\`\`text\n${tidy(texts.get(name) ?? '')}\n\`\`\`\n<!-- /help -->`);
}

/** Commands that a page says nothing of. */
export const undocumented = (page: string, commands: readonly Command[]): string[] =>
  commands.map(nameOf).filter((name) => !documented(page).includes(name));
