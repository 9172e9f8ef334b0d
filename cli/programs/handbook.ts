/**
 * Generates the help of every command into a page: the text between `<!-- help: pay -->` and `<!--
 * /help -->` in docs/cli.md comes from the command itself. A test generates the blocks again and
 * compares them, so that the page stays current. Pure, except that yargs formats the help.
 */
import { nameOf, type Command } from '../command.js';
import { overview } from '../output/command-list.js';
import { helpOf } from '../program.js';

export const HANDBOOK = 'docs/cli.md';
/** The name of the overview's block. */
const ALL = 'relevo';
const BLOCK = /<!-- help: ([\w-]+) -->\n[^]*?<!-- \/help -->/g;

/** The names of the page's blocks, in their order. */
export const documented = (page: string): string[] =>
  [...page.matchAll(BLOCK)].map(([, name = '']) => name);

/** The page with every block generated again. @throws Error for a block of an unknown command. */
export async function withHelp(page: string, commands: readonly Command[]): Promise<string> {
  const texts = new Map<string, string>();
  for (const name of documented(page)) {
    if (name !== ALL && !commands.some((command) => nameOf(command) === name))
      throw new Error(`There is no command ${name}.`);
    texts.set(name, name === ALL ? overview(commands) : await helpOf(name, commands));
  }
  const tidy = (text: string): string =>
    text
      .split('\n')
      .map((line) => line.trimEnd())
      .join('\n');
  return page.replace(
    BLOCK,
    (_block, name: string) =>
      `<!-- help: ${name} -->\n\`\`\`text\n${tidy(texts.get(name) ?? '')}\n\`\`\`\n<!-- /help -->`,
  );
}

/** The commands without a block in the page. */
export const undocumented = (page: string, commands: readonly Command[]): string[] =>
  commands.map(nameOf).filter((name) => !documented(page).includes(name));
