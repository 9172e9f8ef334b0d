/**
 * Generates the help of every command into a page: the text between `<!-- help: pay -->` and `<!--
 * /help -->` in docs/cli.md comes from the command itself. A test generates the blocks again and
 * compares them, so that the page stays current. Pure.
 */
import { getName, type Command } from '../command.js';
import { listCommands } from '../output/command-list.js';
import { getHelp } from '../program.js';

export const HANDBOOK = 'docs/cli.md';
/** The name of the overview's block. */
const ALL = 'relevo';
const BLOCK = /<!-- help: ([\w-]+) -->\n[^]*?<!-- \/help -->/g;

/** The names of the page's blocks, in their order. */
export const getDocumented = (page: string): string[] =>
  [...page.matchAll(BLOCK)].map(([, name = '']) => name);

/** The page with every block generated again. @throws Error for a block of an unknown command. */
export function updateHelp(page: string, commands: readonly Command[]): string {
  const texts = new Map<string, string>();
  for (const name of getDocumented(page)) {
    const command = commands.find((each) => getName(each) === name);
    if (name !== ALL && !command) throw new Error(`There is no command ${name}.`);
    texts.set(name, command ? getHelp(command) : listCommands(commands));
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
export const getUndocumented = (page: string, commands: readonly Command[]): string[] =>
  commands.map(getName).filter((name) => !getDocumented(page).includes(name));
