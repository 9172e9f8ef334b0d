/**
 * Runs an engine as an ordinary user when we are root: PostgreSQL and Apache httpd refuse root, and
 * the others need none of its rights. The first choice is a user namespace that maps root to
 * another user: no file changes its owner, and it works below a home directory that other users
 * cannot enter. Where namespaces are forbidden, the user `postgres` or `nobody` becomes the owner
 * of the engine's folder.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { runToEnd } from '../processes/run-to-end.js';
import { findProgram } from '../setup/programs.mjs';

export interface Account {
  /** Prefix of each command; empty for ordinary users. */
  before: readonly string[];
  /** Gives these paths to the user of the server, when the server runs as another user. */
  own: (...paths: string[]) => void;
}

const NAMESPACE = ['-U', '--map-user=1000', '--map-group=1000', '--'];
const OTHER_USERS = ['postgres', 'nobody'];
/**
 * Keeps root's capability to enter directories of mode 700 for the other user, because a checkout
 * may be in one.
 */
const ENTER_HOMES = ['--inh-caps', '+dac_override', '--ambient-caps', '+dac_override'];

function asOtherUser(user: string, setpriv: string): Account | null {
  const [, , uid, gid] =
    readFileSync('/etc/passwd', 'utf8')
      .split('\n')
      .find((line) => line.startsWith(`${user}:`))
      ?.split(':') ?? [];
  if (!uid || !gid) return null;
  return {
    before: [setpriv, `--reuid=${uid}`, `--regid=${gid}`, '--clear-groups', ...ENTER_HOMES, '--'],
    own: (...paths) => void spawnSync('chown', ['-R', `${uid}:${gid}`, ...paths]),
  };
}

/** The prefixes that root may try, best first. */
function* waysForRoot(): Generator<Account> {
  const unshare = findProgram(['unshare']);
  if (unshare) yield { before: [unshare, ...NAMESPACE], own: () => undefined };
  const setpriv = findProgram(['setpriv']);
  if (!setpriv) return;
  for (const user of OTHER_USERS) {
    const way = asOtherUser(user, setpriv);
    if (way) yield way;
  }
}

/**
 * Finds an account that can run a program. @param check arguments with which the program ends at
 * once, such as `--version`. @returns the failure as text when there is none.
 */
export async function findAccount(program: string, check: string): Promise<Account | string> {
  const ways = process.getuid?.() === 0 ? waysForRoot() : [{ before: [], own: () => undefined }];
  let failure = 'neither unshare nor setpriv is installed';
  for (const way of ways) {
    const { code, output } = await runToEnd([...way.before, program, check]);
    if (code === 0) return way;
    failure = output || `${way.before[0] ?? program} ended with code ${code}`;
  }
  return failure;
}
