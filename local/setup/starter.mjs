/**
 * Ends this process when its starter has ended. An npm that is killed with -9 cannot forward a
 * signal, so this process checks at regular intervals that its parents are still the same, and ends
 * itself when they are not. Active only below npm: a process started by hand in the background of a
 * shell may outlive the shell.
 */
import { readFileSync } from 'node:fs';

const LOOK_EVERY_MS = 500;

/** The parent of a process; null when it is unknown (no /proc) or there is none. */
function getParent(pid) {
  try {
    const [, ppid] = readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ');
    return Number(ppid);
  } catch {
    return null;
  }
}

/** npm runs scripts with a shell, which may or may not remain as the parent. */
const SHELL = /^\d+ \((sh|dash|bash|zsh)\)/;

function isShell(pid) {
  try {
    return SHELL.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}

export function endWithStarter() {
  if (!process.env.npm_lifecycle_event || process.ppid <= 1) return;
  const shell = isShell(process.ppid) ? process.ppid : null;
  const above = shell === null ? null : getParent(shell);
  const parent = process.ppid;
  const timer = setInterval(() => {
    const same =
      process.ppid === parent && (shell === null || above === null || getParent(shell) === above);
    if (same) return;
    clearInterval(timer);
    process.kill(process.pid, 'SIGTERM');
  }, LOOK_EVERY_MS);
  timer.unref();
}
