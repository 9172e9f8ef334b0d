/** docs/cli.md says what `--help` says: the page is made again from the commands and compared. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { nameOf } from '../../../cli/command.js';
import { COMMANDS } from '../../../cli/commands/index.js';
import { documented, HANDBOOK, undocumented, withHelp } from '../../../cli/handbook.js';
import { ROOT } from '../../../local/root.js';

const page = readFileSync(join(ROOT, HANDBOOK), 'utf8');

describe('docs/cli.md', () => {
  it('shows the help of every command as it is (`npm run relevo -- handbook` writes it again)', async () => {
    expect(undocumented(page, COMMANDS)).toEqual([]);
    expect(documented(page)).toHaveLength(COMMANDS.length + 1);
    expect(page).toBe(await withHelp(page, COMMANDS));
  });

  it('names every option of every command', () => {
    for (const { options } of COMMANDS) {
      const shown = Object.entries(options).filter(([, option]) => option.hidden !== true);
      for (const [name] of shown) expect(page).toContain(`--${name}`);
    }
  });

  it('control: help that was changed, a command left out, and one that does not exist are seen', async () => {
    const stale = page.replace('Longest wait for the outcome', 'Shortest wait for the outcome');
    expect(stale).not.toBe(page);
    expect(await withHelp(stale, COMMANDS)).toBe(page);
    expect(undocumented(page.replace('<!-- help: pay -->', ''), COMMANDS)).toContain('pay');
    await expect(withHelp('<!-- help: fly -->\n<!-- /help -->', COMMANDS)).rejects.toThrow('There is no command fly');
  });
});

test('help fits 80 columns', async () => {
  for (const command of COMMANDS) {
    const text = await withHelp(`<!-- help: ${nameOf(command)} -->\n<!-- /help -->`, COMMANDS);
    for (const line of text.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
  }
});
