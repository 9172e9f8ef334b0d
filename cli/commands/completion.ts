/**
 * `relevo completion SHELL`: the script that teaches a shell to complete; with `--words` the answer to what that script asks. It never
 * fails and says nothing on standard error: it runs at every press of a key. Replicas are asked of the running system, for a moment.
 */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../../local/root.js';
import { ask } from '../client.js';
import { command, flag, type Context } from '../command.js';
import { matching, next, type Candidate, type Looked } from '../completing.js';
import { candidateLine, completionScript, SHELLS, type Shell } from '../completion-scripts.js';
import { EXIT } from '../exit-codes.js';
import { EXPERIMENTS } from '../programs.js';

/** Nobody waits longer for a name. */
const ASK_TIMEOUT_MS = 800;

async function replicas(context: Context): Promise<Candidate[]> {
  const addresses = context.target({ json: false, url: undefined }).addresses('monitor');
  const { body } = await ask<{ replicas: { id: string; observed: string; role: string | null }[] }>(addresses, { path: '/status', timeoutMs: ASK_TIMEOUT_MS });
  return body.replicas.map(({ id, observed, role }) => ({ word: id, describe: role ?? observed }));
}

const bare = (words: readonly string[]): Candidate[] => words.map((word) => ({ word, describe: '' }));

function folders(): Candidate[] {
  const folder = join(ROOT, 'test');
  if (!existsSync(folder)) return [];
  return bare(readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory()).map(({ name }) => name));
}

async function looked(kind: Looked, context: Context): Promise<Candidate[]> {
  if (kind === 'experiments') return bare(EXPERIMENTS);
  return kind === 'test folders' ? folders() : replicas(context).catch(() => []);
}

/** Everything behind the two dashes, as it was typed: yargs would read options in it. */
const typedWords = (): string[] => process.argv.slice(process.argv.indexOf('--') + 1);

const options = { words: { ...flag('What may stand next; for the script'), hidden: true } } as const;

export const completion = command<typeof options, { shell: string }>({
  command: 'completion <shell>',
  describe: 'Print what teaches a shell to complete `relevo`',
  group: 'Tools',
  details: 'It completes commands, options, replicas of the running system and experiments, and makes `relevo` itself a command of the shell.',
  positionals: { shell: { type: 'string', choices: SHELLS, demandOption: true, describe: 'Which shell' } },
  options,
  examples: [
    ['eval "$(npx relevo completion bash)"', 'in ~/.bashrc'],
    ['eval "$(npx relevo completion zsh)"', 'in ~/.zshrc, below compinit'],
    ['npx relevo completion fish | source', 'in ~/.config/fish/config.fish'],
  ],
  async run(args, context) {
    const shell = args.shell as Shell;
    if (!args.words) {
      context.terminal.raw(completionScript(shell, join(ROOT, 'local/bootstrap.mjs')));
      return EXIT.done;
    }
    const words = typedWords();
    const { candidates, look } = next(words, context.commands);
    const all = [...candidates, ...(look === null ? [] : await looked(look, context))];
    matching(all, words.at(-1) ?? '').forEach((each) => context.terminal.out(candidateLine(shell, each)));
    return EXIT.done;
  },
});
