/** The result of a check: level, subject, text, and the command that corrects a problem. */
import type { LocalConfig } from '../../local/config.js';
import type { Running } from '../../local/installation.js';

/** `warning`: it works with restrictions. `problem`: it does not work, or will not. */
export type Level = 'ok' | 'warning' | 'problem';

export interface Finding {
  level: Level;
  /** At most two words: `Node.js`, `port 5000`. */
  subject: string;
  says: string;
  /** A command to run; null for level `ok`. */
  fix: string | null;
}

export interface Surroundings {
  env: NodeJS.ProcessEnv;
  config: LocalConfig;
  /** The system that runs on the data folder; null: none. */
  running: Running | null;
}

export interface Check {
  name: string;
  /** Collects facts and judges them. No findings when the check does not apply. */
  look(around: Surroundings): Promise<readonly Finding[]>;
}

export const ok = (subject: string, says: string): Finding => ({
  level: 'ok',
  subject,
  says,
  fix: null,
});
export const warning = (subject: string, says: string, fix: string): Finding => ({
  level: 'warning',
  subject,
  says,
  fix,
});
export const problem = (subject: string, says: string, fix: string): Finding => ({
  level: 'problem',
  subject,
  says,
  fix,
});

/** The command that installs a program of the operating system. */
export function installCommand(
  debian: string,
  brew: string,
  platform: NodeJS.Platform = process.platform,
): string {
  if (platform === 'darwin') return `brew install ${brew}`;
  return `${process.getuid?.() === 0 ? '' : 'sudo '}apt-get install -y ${debian}`;
}
