/** Opens an address in the browser of the desktop, when this machine has one. */
import { spawn } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

type Environment = Readonly<Record<string, string | undefined>>;

const OPENERS: Partial<Record<NodeJS.Platform, readonly string[]>> = {
  darwin: ['open'],
  linux: ['wslview', 'xdg-open'],
};

const canRun = (file: string): boolean => {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
};

/** Whether windows can be shown: on Linux a display, or Windows around it. */
const hasDesktop = (env: Environment, platform: NodeJS.Platform): boolean =>
  platform !== 'linux' ||
  ['DISPLAY', 'WAYLAND_DISPLAY', 'WSL_DISTRO_NAME'].some((name) => env[name]);

/** The program that opens addresses; null: there is no desktop, or no such program. */
export function findOpener(env: Environment, platform: NodeJS.Platform): string | null {
  if (!hasDesktop(env, platform)) return null;
  const folders = (env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '');
  for (const name of OPENERS[platform] ?? []) {
    const file = folders.map((folder) => join(folder, name)).find(canRun);
    if (file) return file;
  }
  return null;
}

/** Starts the program; it outlives this process. @returns false when it could not be started. */
export function openAddress(opener: string, url: string): Promise<boolean> {
  return new Promise((resolve) => {
    const child = spawn(opener, [url], { detached: true, stdio: 'ignore' });
    child.once('error', () => resolve(false));
    child.once('spawn', () => {
      child.unref();
      resolve(true);
    });
  });
}
