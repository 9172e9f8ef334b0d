/**
 * Nothing outlives its starter: when the npm above this process is killed with -9, it gets no chance to pass anything on,
 * so this process looks from time to time whether its parents are still the same and ends itself when they are not.
 * Only below npm: started by hand in the background of a shell, it may well outlive the shell.
 */
import { readFileSync } from 'node:fs';

const LOOK_EVERY_MS = 500;

/** The parent of a process; null when it cannot be known (no /proc) or there is none. */
function parentOf(pid) {
  try {
    const [, ppid] = readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/^.*\) /s, '').split(' ');
    return Number(ppid);
  } catch {
    return null;
  }
}

/** npm runs scripts with a shell, which may or may not stay in between. */
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
  const above = shell === null ? null : parentOf(shell);
  const parent = process.ppid;
  const timer = setInterval(() => {
    const same = process.ppid === parent && (shell === null || above === null || parentOf(shell) === above);
    if (same) return;
    clearInterval(timer);
    process.kill(process.pid, 'SIGTERM');
  }, LOOK_EVERY_MS);
  timer.unref();
}
