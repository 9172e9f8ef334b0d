/**
 * `relevo leaders`: all leaders with the reason and the duration of each hand-over, newest first.
 */
import { ask } from '../client.js';
import { command, flag, type CommonArguments, type Context } from '../command.js';
import { EXIT } from '../exit-codes.js';
import { watch } from '../output/watch.js';
import { formatElection, formatLeaders, type ElectionRow } from './leaders-text.js';

const WATCH_MS = 1_000;
/** The page size limit of the monitor. */
const MOST = 200;

async function fetchElections(
  args: CommonArguments & { limit: number },
  context: Context,
): Promise<readonly ElectionRow[]> {
  const addresses = context.target(args).addresses('monitor');
  const { body } = await ask<{ elections: ElectionRow[] }>(addresses, {
    path: `/elections?limit=${args.limit}`,
    signal: context.interruption,
  });
  return body.elections;
}

export const leaders = command({
  command: 'leaders',
  describe: 'List the leaders, with times and reasons',
  group: 'Leadership',
  details:
    '`no leader`: time from the last report of the former leader (without a suspicion, from the request) until the new leader processed payments.',
  options: {
    limit: {
      min: 1,
      max: MOST,
      default: 10,
      doc: 'Number of elections, newest first',
    },
    watch: flag('Refresh until Ctrl-C; without a terminal, print a line per new election'),
  },
  examples: [['relevo leaders --limit 5', 'the last five']],
  async run(args, context) {
    const { terminal } = context;
    const text = (rows: readonly ElectionRow[]): string =>
      args.json ? JSON.stringify({ elections: rows }, null, 2) : formatLeaders(rows);
    if (!args.watch) {
      terminal.out(text(await fetchElections(args, context)));
      return EXIT.done;
    }
    let seen = -1;
    const lines = async (): Promise<string[]> => {
      const fresh = (await fetchElections(args, context))
        .filter(({ term }) => term > seen)
        .reverse();
      seen = fresh.at(-1)?.term ?? seen;
      return fresh.map((row) => (args.json ? JSON.stringify(row) : formatElection(row)));
    };
    return watch(
      terminal,
      { everyMs: WATCH_MS, view: async () => text(await fetchElections(args, context)), lines },
      context.interruption,
    );
  },
});
