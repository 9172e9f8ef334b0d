/**
 * `relevo tokens`: prints the bearer tokens of this installation. Only this command and a start in
 * the foreground print them.
 */
import { readTokens } from '../../local/tokens.js';
import { answer, command } from '../command.js';
import { EXIT } from '../exit-codes.js';
import { CommandFailure } from '../failure.js';

const KINDS = ['api', 'operator', 'internal'] as const;
const USE: Readonly<Record<(typeof KINDS)[number], string>> = {
  api: 'staff: pages and API',
  operator: 'operators: console, hand-over',
  internal: 'between services',
};

export const tokens = command({
  command: 'tokens [kind]',
  describe: 'Print the tokens of this installation',
  group: 'The system',
  details:
    'Tokens are secrets: they permit payments and operations. With a kind, prints only that token, for `$(relevo tokens api)`.',
  positionals: { kind: { choices: KINDS, doc: 'Kind of the token' } },
  options: {},
  examples: [['curl -H "Authorization: Bearer $(relevo tokens api)" …', 'in a command']],
  async run(args, context) {
    const { config } = context;
    const kept = readTokens(config.dataDir);
    if (!kept)
      throw new CommandFailure(
        'NO_TOKENS',
        `There are no tokens in ${config.dataDir}; the first start creates them.`,
        EXIT.no,
      );
    const all = { ...kept, ...config.tokens };
    const kind = KINDS.find((each) => each === args.kind);
    const asked = kind ? [kind] : KINDS;
    const document = Object.fromEntries(asked.map((each) => [each, all[each]]));
    answer(context, args.json, document, () =>
      kind
        ? all[kind]
        : KINDS.map((each) => `${each.padEnd(9)} ${all[each]}   ${USE[each]}`).join('\n'),
    );
    return EXIT.done;
  },
});
