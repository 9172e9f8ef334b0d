/**
 * `relevo logs`: prints the last lines of the logs of the processes on this machine, in the order
 * of their times, also after the system has ended. `--follow` continues until Ctrl-C.
 */
import { join } from 'node:path';
import { sleep } from '../../shared/clock.js';
import { hasLevel, LOG_LEVELS } from '../../shared/logs/log-line.js';
import { command, flag, type Context } from '../command.js';
import { EXIT } from '../exit-codes.js';
import { CommandFailure, wrongArguments } from '../failure.js';
import { formatLogLine } from '../output/format-log-line.js';
import { findLogs, LogTails, type TailedLine } from '../programs/log-tail.js';

const LINES_MAX = 10_000;
const POLL_MS = 250;

/** @throws CommandFailure NO_LOGS, or WRONG_ARGUMENTS with the names that exist. */
function chooseLogs(folder: string, process: string | null): string[] {
  const found = findLogs(folder);
  if (found.length === 0)
    throw new CommandFailure(
      'NO_LOGS',
      `There are no logs in ${folder}; \`npm start\` writes them.`,
      EXIT.no,
    );
  if (process === null) return found;
  if (found.includes(process)) return [process];
  throw wrongArguments(`There is no log of "${process}".`, `There are: ${found.join(', ')}.`);
}

const print = ({ terminal }: Context, json: boolean, lines: readonly TailedLine[]): void =>
  lines.forEach(({ process, line }) =>
    terminal.out(
      json ? JSON.stringify({ process, line }) : formatLogLine(process, line, terminal.paint),
    ),
  );

export const logs = command({
  command: 'logs [process]',
  describe: 'Print the logs of the processes on this machine',
  group: 'The system',
  details:
    'Without a process, prints the logs of all processes in the order of their times. Works after the system has ended, too. With --json, one document per line: {process, line}.',
  positionals: { process: { doc: 'Name of a process, such as server_1 or postgres' } },
  options: {
    lines: { min: 1, max: LINES_MAX, default: 40, doc: 'Number of last lines' },
    level: {
      text: true,
      choices: LOG_LEVELS,
      doc: 'Least level; lines of other programs have none and are printed',
    },
    follow: flag('Continue with new lines until Ctrl-C'),
  },
  examples: [
    ['relevo logs server_1 --follow', 'one replica, as it works'],
    ['relevo logs --level warn', 'warnings and errors of all processes'],
  ],
  async run(args, context) {
    if (args.url !== null)
      throw wrongArguments('The logs are on the machine of the processes: --url is not possible.');
    const folder = join(context.config.dataDir, 'logs');
    const tails = new LogTails(folder, chooseLogs(folder, args.process));
    const least = LOG_LEVELS.find((level) => level === args.level) ?? LOG_LEVELS[0];
    const isWanted = (line: string): boolean => hasLevel(line, least);
    print(context, args.json, await tails.read(args.lines, isWanted));
    if (!args.follow) return EXIT.done;
    while (!context.interruption.aborted) {
      await sleep(POLL_MS, context.interruption).catch(() => undefined);
      print(context, args.json, await tails.read(LINES_MAX, isWanted));
    }
    return EXIT.interrupted;
  },
});
