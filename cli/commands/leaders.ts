/** `relevo leaders`: who led when, why, and how long each hand-over took; newest first. */
import { ask } from '../client.js';
import { command, flag, whole, type CommonArguments, type Context } from '../command.js';
import { EXIT } from '../exit-codes.js';
import { watch } from '../watch.js';
import { electionLine, leadersText, type ElectionRow } from './leaders-text.js';

const WATCH_MS = 1_000;
/** The most that one page of the monitor holds. */
const MOST = 200;

async function elections(args: CommonArguments & { limit: number }, context: Context): Promise<readonly ElectionRow[]> {
  const addresses = context.target(args).addresses('monitor');
  const { body } = await ask<{ elections: ElectionRow[] }>(addresses, { path: `/elections?limit=${args.limit}`, signal: context.interruption });
  return body.elections;
}

export const leaders = command({
  command: 'leaders',
  describe: 'Who led when, and why',
  group: 'Leadership',
  details: '`took`: from the suspicion (or the election, where nobody was suspected) until the new leader worked.',
  options: {
    limit: whole('limit', { min: 1, max: MOST, default: 10, describe: 'How many elections, newest first' }),
    watch: flag('Keep it on the screen until Ctrl-C; without a terminal, a line for each new election'),
  },
  examples: [['relevo leaders --limit 5', 'the last five']],
  async run(args, context) {
    const { terminal } = context;
    const text = (rows: readonly ElectionRow[]): string => (args.json ? JSON.stringify({ elections: rows }, null, 2) : leadersText(rows));
    if (!args.watch) {
      terminal.out(text(await elections(args, context)));
      return EXIT.done;
    }
    let seen = -1;
    const lines = async (): Promise<string[]> => {
      const fresh = (await elections(args, context)).filter(({ term }) => term > seen).reverse();
      seen = fresh.at(-1)?.term ?? seen;
      return fresh.map((row) => (args.json ? JSON.stringify(row) : electionLine(row)));
    };
    return watch(terminal, { everyMs: WATCH_MS, picture: async () => text(await elections(args, context)), lines }, context.interruption);
  },
});
