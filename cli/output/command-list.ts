/** `relevo --help`: all commands in groups, within 80 columns. Pure. */
import { GROUPS, type Command } from '../command.js';

const formatRow = (left: string, right: string): string => `  ${left.padEnd(20)} ${right}`;

export function listCommands(commands: readonly Command[]): string {
  const groups = GROUPS.flatMap((group) => [
    '',
    `${group}:`,
    ...commands
      .filter((each) => each.group === group)
      .map(({ command, describe }) => formatRow(command, describe)),
  ]);
  return [
    'Usage: relevo COMMAND [options]     (npx relevo …, or npm run relevo -- …)',
    ...groups,
    '',
    'Common options:',
    formatRow('--help', 'After a command: its options, with examples'),
    formatRow('--json', 'Print JSON, also for failures'),
    formatRow('--url ADDRESS', 'Use another machine, with RELEVO_TOKEN'),
    '',
    'Exit codes: 0 done, 1 negative answer, 2 pending, 3 set-up failed,',
    '4 wrong arguments, 5 no answer, 130 interrupted.',
  ].join('\n');
}
