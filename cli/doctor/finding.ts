/** What the doctor finds: how bad it is, what it is about, what it says, and the command that mends it. */
import type { LocalConfig } from '../../local/config.js';
import type { Running } from '../../local/installation.js';

/** `warning`: it works, not as it could. `problem`: it will not work, or does not. */
export type Level = 'ok' | 'warning' | 'problem';

export interface Finding {
  level: Level;
  /** Two words at most: `Node.js`, `port 5000`. */
  subject: string;
  says: string;
  /** A command to type; null where all is well. */
  fix: string | null;
}

export interface Surroundings {
  env: NodeJS.ProcessEnv;
  config: LocalConfig;
  /** What runs on the data folder; null: nothing. */
  running: Running | null;
}

export interface Check {
  name: string;
  /** Looks, and judges what it saw. Null facts, where there is nothing to look at, give no finding. */
  look(around: Surroundings): Promise<readonly Finding[]>;
}

export const ok = (subject: string, says: string): Finding => ({ level: 'ok', subject, says, fix: null });
export const warning = (subject: string, says: string, fix: string): Finding => ({ level: 'warning', subject, says, fix });
export const problem = (subject: string, says: string, fix: string): Finding => ({ level: 'problem', subject, says, fix });

/** How a program of the system is installed here. */
export function installCommand(debian: string, brew: string, platform: NodeJS.Platform = process.platform): string {
  if (platform === 'darwin') return `brew install ${brew}`;
  return `${process.getuid?.() === 0 ? '' : 'sudo '}apt-get install -y ${debian}`;
}

/** Whether `found` is at least `wanted`, compared number by number. */
export function atLeast(found: string, wanted: readonly number[]): boolean {
  const numbers = found.replace(/^v/, '').split('.').map((part) => Number.parseInt(part, 10));
  for (const [index, least] of wanted.entries()) {
    const number = numbers[index] ?? 0;
    if (number !== least) return number > least;
  }
  return true;
}
