/** `relevo --help`: what there is, in groups, within 80 columns. Pure. */
import { GROUPS, type Command } from './command.js';

const row = (left: string, right: string): string => `  ${left.padEnd(20)} ${right}`;

export function overview(commands: readonly Command[]): string {
  const groups = GROUPS.flatMap((group) => [
    '',
    `${group}:`,
    ...commands.filter((each) => each.group === group).map(({ command, describe }) => row(command, describe)),
  ]);
  return [
    'Usage: relevo COMMAND [options]     (npx relevo …, or npm run relevo -- …)',
    ...groups,
    '',
    'Everywhere:',
    row('--help', 'Of a command: its options, with examples'),
    row('--json', 'The answer as JSON, failures too'),
    row('--url ADDRESS', 'Another machine; with RELEVO_TOKEN'),
    '',
    'Exit codes: 0 done, 1 the answer is no, 2 pending, 3 set-up failed,',
    '4 wrong arguments, 5 nobody answers, 130 interrupted.',
  ].join('\n');
}
