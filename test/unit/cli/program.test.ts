/** Parses the command line: commands, suggestions, exit code 4, and the candidates for a shell. */
import { listCommands } from '../../../cli/output/command-list.js';
import { getName, type Context } from '../../../cli/command.js';
import { COMMANDS } from '../../../cli/commands/index.js';
import { filterByStart, suggestNext } from '../../../cli/completion/completion-candidates.js';
import {
  candidateLine,
  completionScript,
  SHELLS,
} from '../../../cli/completion/completion-scripts.js';
import { CommandFailure } from '../../../cli/failure.js';
import { runWords } from '../../../cli/program.js';
import { readLocalConfig } from '../../../local/config.js';
import { fakeTerminal } from '../../support/fake-terminal.js';

const context: Context = {
  terminal: fakeTerminal(),
  env: {},
  config: readLocalConfig({ RELEVO_DATA: '/nowhere' }),
  commands: COMMANDS,
  target: () => {
    throw new CommandFailure('NOT_RUNNING', 'reached the target', 5);
  },
  now: () => new Date(0),
  interruption: new AbortController().signal,
};

const failureOf = async (words: string[]): Promise<CommandFailure> => {
  try {
    await runWords(words, COMMANDS, context);
  } catch (error) {
    if (error instanceof CommandFailure) return error;
    throw error;
  }
  throw new Error(`${words.join(' ')} was not refused`);
};

describe('wrong arguments', () => {
  it.each([
    [['stauts'], 'There is no command "stauts". Did you mean status?'],
    [['handovre', '--reason', 'x'], 'There is no command "handovre". Did you mean handover?'],
    [['xyzzy'], 'There is no command "xyzzy".'],
    [['--url', 'http://x', 'stat'], 'There is no command "stat". Did you mean status?'],
    [['pay', '--amuont', '3'], 'There is no option --amuont. Did you mean --amount?'],
    [['pay', '--docment=3'], 'There is no option --docment. Did you mean --document?'],
    [['status', '--waatch'], 'There is no option --waatch. Did you mean --watch?'],
    [['status', '--no-colour'], 'There is no option --no-colour.'],
    [['pay'], '--amount is missing.'],
    [['pay', '--amount'], '--amount needs a value.'],
    [['drain'], 'An argument is missing: relevo drain <name>.'],
    [['drain', 'server_1', 'server_2'], 'drain does not know what "server_2" means.'],
    [['completion', 'ksh'], 'shell must be bash, zsh, fish, not "ksh".'],
    [
      ['payments', '--status', 'done'],
      '--status must be PENDING, SUCCEEDED, DECLINED, FAILED, not "DONE".',
    ],
    [['leaders', '--limit', 'many'], '--limit must be a whole number from 1 to 200.'],
    [['leaders', '--limit', '0'], '--limit must be a whole number from 1 to 200.'],
    [['batch', '--count', '1.5'], '--count must be a whole number from 1 to 100000.'],
    [
      ['pay', '--amount', 'much', '--document', '1'],
      '--amount must be a number such as 150.00, not "much".',
    ],
    [
      ['pay', '--amount', '1', '--currency', 'XYZ'],
      '--currency must be a code of ISO 4217, such as USD or EUR, not "XYZ".',
    ],
    [['batch', '--currency', 'EUR'], '--currency needs --amount.'],
  ])('%j are refused in one sentence with exit code 4', async (words, sentence) => {
    const { message, exitCode, code } = await failureOf(words);
    expect({ message, exitCode, code }).toEqual({
      message: sentence,
      exitCode: 4,
      code: 'WRONG_ARGUMENTS',
    });
  });

  it('without arguments prints the overview and fails', async () => {
    expect(await failureOf([])).toMatchObject({ exitCode: 4, message: listCommands(COMMANDS) });
  });

  it('control: correct arguments reach the command', async () => {
    expect(await failureOf(['pay', '--amount', '1,50', '--document', '1'])).toMatchObject({
      message: 'reached the target',
    });
    expect(await failureOf(['leaders', '--limit', '5', '--json'])).toMatchObject({
      message: 'reached the target',
    });
    expect(await failureOf(['payments', '--status', 'failed'])).toMatchObject({
      message: 'reached the target',
    });
  });
});

describe('help', () => {
  it('lists every command, within 80 columns', async () => {
    const { output, exitCode } = await runWords(['--help'], COMMANDS, context);
    expect(exitCode).toBe(0);
    for (const command of COMMANDS)
      expect(output).toMatch(new RegExp(`^  ${getName(command)}\\b`, 'm'));
    for (const line of output.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
  });

  it('of a command is the same for `help pay` and `pay --help`, and does not run it', async () => {
    const asked = await runWords(['pay', '--help'], COMMANDS, context);
    expect(asked.output).toMatch(/^relevo pay\n/);
    expect(await runWords(['help', 'pay'], COMMANDS, context)).toEqual(asked);
  });
});

describe('completion', () => {
  const offered = (...words: string[]): string[] =>
    filterByStart(suggestNext(words, COMMANDS).candidates, words.at(-1) ?? '').map(
      ({ word }) => word,
    );

  it.each([
    [['dr'], ['drain']],
    [['pa'], ['pay', 'payments', 'payment', 'patients']],
    [['--j'], ['--json']],
    [
      ['pay', '--c'],
      ['--currency', '--concept'],
    ],
    [['pay', '--amount', '1', '--a'], []],
    [
      ['up', '--monitors', ''],
      ['1', '3', '5'],
    ],
    [['payments', '--status', 'F'], ['FAILED']],
    [['tokens', 'o'], ['operator']],
    [['trigger', 're'], ['refunded']],
    [
      ['completion', ''],
      ['bash', 'zsh', 'fish'],
    ],
    [['pay', '--document', ''], []],
    [['nonsense', ''], []],
  ])('of %j returns %j', (words, expected) => expect(offered(...words)).toEqual(expected));

  it.each([
    [['drain', ''], 'replicas and instances'],
    [['maint', 'serv'], 'replicas and instances'],
    [['handover', '--to', ''], 'replicas'],
    [['handover', '--reason', 'x', '--to', 's'], 'replicas'],
    [['experiment', ''], 'experiments'],
    [['drain', 'server_1', ''], null],
    [['drain', '--reason', ''], null],
    [['status', ''], null],
  ])('of %j requests the names of %s', (words, look) =>
    expect(suggestNext(words, COMMANDS).names).toBe(look),
  );

  it('has a script for each shell, which quotes the path of the entry point', () => {
    for (const shell of SHELLS)
      expect(completionScript(shell, "/it's/bootstrap.mjs")).toContain(
        `node '/it'\\''s/bootstrap.mjs' completion ${shell} --words --`,
      );
  });

  it('shows the description of a word in zsh and fish', () => {
    const candidate = { word: 'a:b', describe: 'what it is' };
    expect(SHELLS.map((shell) => candidateLine(shell, candidate))).toEqual([
      'a:b',
      'a\\:b:what it is',
      'a:b\twhat it is',
    ]);
  });
});
