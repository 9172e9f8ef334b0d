/**
 * docs/cli.md contains the output of `--help`: generates the page again from the commands and
 * compares it.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { getName } from '../../../../cli/command.js';
import { COMMANDS } from '../../../../cli/commands/index.js';
import {
  getDocumented,
  HANDBOOK,
  getUndocumented,
  updateHelp,
} from '../../../../cli/programs/handbook.js';
import { ROOT } from '../../../../local/root.js';

const page = readFileSync(join(ROOT, HANDBOOK), 'utf8');

describe('docs/cli.md', () => {
  it('shows the current help of every command (`npm run relevo -- handbook` updates it)', () => {
    expect(getUndocumented(page, COMMANDS)).toEqual([]);
    expect(getDocumented(page)).toHaveLength(COMMANDS.length + 1);
    expect(page).toBe(updateHelp(page, COMMANDS));
  });

  it('names every option of every command', () => {
    for (const { options } of COMMANDS) {
      const shown = Object.entries(options).filter(([, option]) => option.hidden !== true);
      for (const [name] of shown) expect(page).toContain(`--${name}`);
    }
  });

  it('control: changed help, a missing command and an unknown command are detected', () => {
    const stale = page.replace('Longest wait for the outcome', 'Shortest wait for the outcome');
    expect(stale).not.toBe(page);
    expect(updateHelp(stale, COMMANDS)).toBe(page);
    expect(getUndocumented(page.replace('<!-- help: pay -->', ''), COMMANDS)).toContain('pay');
    expect(() => updateHelp('<!-- help: fly -->\n<!-- /help -->', COMMANDS)).toThrow(
      'There is no command fly',
    );
  });
});

test('help fits 80 columns', () => {
  for (const command of COMMANDS) {
    const text = updateHelp(`<!-- help: ${getName(command)} -->\n<!-- /help -->`, COMMANDS);
    for (const line of text.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
  }
});
