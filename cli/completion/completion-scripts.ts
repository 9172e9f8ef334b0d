/**
 * The scripts that let a shell complete `relevo`. When no program of that name is on the PATH, the
 * script also defines a shell function, so that `relevo` works without `npx`. Pure.
 */

export const SHELLS = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof SHELLS)[number];

const quote = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;

const bash = (
  door: string,
): string => `# relevo for bash: add  eval "$(npx relevo completion bash)"  to ~/.bashrc
command -v relevo >/dev/null 2>&1 || relevo() { node ${door} "$@"; }
_relevo() {
  local IFS=$'\\n'
  COMPREPLY=($(node ${door} completion bash --words -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null))
}
complete -F _relevo relevo
_relevo_npx() {
  [ "\${COMP_WORDS[1]}" = relevo ] && [ "$COMP_CWORD" -gt 1 ] || return
  COMP_WORDS=("\${COMP_WORDS[@]:1}")
  COMP_CWORD=$((COMP_CWORD - 1))
  _relevo
}
complete -p npx >/dev/null 2>&1 || complete -o bashdefault -o default -F _relevo_npx npx
`;

const zsh = (door: string): string => `#compdef relevo
# relevo for zsh: add  eval "$(npx relevo completion zsh)"  to ~/.zshrc, below compinit
whence relevo >/dev/null 2>&1 || relevo() { node ${door} "$@" }
_relevo() {
  local -a found
  found=(\${(f)"$(node ${door} completion zsh --words -- "\${(@)words[2,CURRENT]}" 2>/dev/null)"})
  _describe relevo found
}
compdef _relevo relevo
`;

const fish = (
  door: string,
): string => `# relevo for fish: add  npx relevo completion fish | source  to ~/.config/fish/config.fish
type -q relevo; or function relevo; node ${door} $argv; end
function __relevo_words
  set -l words (commandline -opc) (commandline -ct)
  node ${door} completion fish --words -- $words[2..-1] 2>/dev/null
end
complete -c relevo -f -a '(__relevo_words)'
`;

/** @param door the absolute path of the entry point, local/bootstrap.mjs. */
export function completionScript(shell: Shell, door: string): string {
  return { bash, zsh, fish }[shell](quote(door));
}

interface Described {
  word: string;
  describe: string;
}

/** A candidate in the format of a shell. zsh and fish also show its description. */
export function candidateLine(shell: Shell, { word, describe }: Described): string {
  if (describe === '' || shell === 'bash')
    return shell === 'zsh' ? word.replaceAll(':', '\\:') : word;
  return shell === 'zsh' ? `${word.replaceAll(':', '\\:')}:${describe}` : `${word}\t${describe}`;
}
