/**
 * `relevo completion SHELL`: prints the completion script of a shell; with `--words`, prints the
 * candidates that the script requests. With `--words` the command never fails and prints nothing to
 * standard error, because it runs on a key press. It briefly asks a monitor for the names of the
 * replicas.
 */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { StatusSummary } from '../../shared/contracts/status.js';
import { ROOT } from '../../local/root.js';
import { ask } from '../client.js';
import { command, flag, type Context } from '../command.js';
import {
  filterByStart,
  suggestNext,
  type CompletionCandidate,
  type NameKind,
} from '../completion/completion-candidates.js';
import {
  candidateLine,
  completionScript,
  SHELLS,
  type Shell,
} from '../completion/completion-scripts.js';
import { EXIT } from '../exit-codes.js';
import { EXPERIMENT_NAMES } from '../../experiments/names.js';

/** Longest wait for the names of the replicas. */
const ASK_TIMEOUT_MS = 800;

type Named = Pick<StatusSummary, 'replicas'> & Partial<StatusSummary>;

/** Instances have states only behind a load balancer. */
function toInstances({ balancer, patients = [] }: Named): CompletionCandidate[] {
  if (!balancer) return [];
  return patients.map(({ id, admin = '' }) => ({ word: id, describe: admin }));
}

async function fetchNames(kind: NameKind, context: Context): Promise<CompletionCandidate[]> {
  const addresses = context.target({ json: false, url: null }).addresses('monitor');
  const { body } = await ask<Named>(addresses, {
    path: '/status',
    timeoutMs: ASK_TIMEOUT_MS,
  });
  const replicas = body.replicas.map(({ id, observed, role }) => ({
    word: id,
    describe: role ?? observed,
  }));
  return kind === 'replicas' ? replicas : [...replicas, ...toInstances(body)];
}

const toCandidates = (words: readonly string[]): CompletionCandidate[] =>
  words.map((word) => ({ word, describe: '' }));

function listTestFolders(): CompletionCandidate[] {
  const folder = join(ROOT, 'test');
  if (!existsSync(folder)) return [];
  return toCandidates(
    readdirSync(folder, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => name),
  );
}

async function lookUpNames(kind: NameKind, context: Context): Promise<CompletionCandidate[]> {
  if (kind === 'experiments') return toCandidates(EXPERIMENT_NAMES);
  return kind === 'test folders' ? listTestFolders() : fetchNames(kind, context).catch(() => []);
}

/** The arguments after `--`: the unfinished command line of the user. */
const getTypedWords = (): string[] => process.argv.slice(process.argv.indexOf('--') + 1);

export const completion = command({
  command: 'completion <shell>',
  describe: 'Print the script that completes `relevo` in a shell',
  group: 'Tools',
  details:
    'The script completes commands, options, replicas of the running system and experiments, and defines a command `relevo`.',
  positionals: {
    shell: { choices: SHELLS, required: true, doc: 'The shell' },
  },
  options: { words: { ...flag('Print the candidates; for the script'), hidden: true } },
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
    const words = getTypedWords();
    const { candidates, names } = suggestNext(words, context.commands);
    const all = [...candidates, ...(names === null ? [] : await lookUpNames(names, context))];
    filterByStart(all, words.at(-1) ?? '').forEach((each) =>
      context.terminal.out(candidateLine(shell, each)),
    );
    return EXIT.done;
  },
});
