/**
 * Provides a version of Node.js as an npm package below `.data/node/`, without changing the
 * machine's own Node.js. npm's package `node` only chooses one of these packages in a script; they
 * contain the program itself.
 */
import { existsSync, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { StartError } from '../errors.js';
import { ROOT } from '../root.js';
import { npmCommand } from '../setup/packages.mjs';
import { runCommand } from './command.js';

/** The name of the package for this machine. On Macs with ARM it has another prefix. */
export const packageName = (platform: string, arch: string): string =>
  `${platform === 'darwin' && arch === 'arm64' ? 'node-bin' : 'node'}-${platform}-${arch}`;

export const getFolder = (version: string): string => join(ROOT, '.data/node', version);

/**
 * Installs the newest release of a version, such as `24` or `20.19`. Without a network, uses the
 * release that an earlier run installed.
 * @returns the path of the program. @throws StartError with the end of npm's output.
 */
export async function installNode(version: string, signal: AbortSignal): Promise<string> {
  const folder = getFolder(version);
  const name = packageName(process.platform, process.arch);
  const program = join(folder, 'node_modules', name, 'bin/node');
  mkdirSync(folder, { recursive: true });
  const ended = await runCommand(
    [...npmCommand(), 'install', '--no-save', '--prefix', folder, `${name}@${version}`],
    { env: process.env, log: join(folder, 'install.log'), signal },
  );
  signal.throwIfAborted();
  if (ended.code !== 0 && !existsSync(program))
    throw new StartError(`Node.js ${version} could not be installed. Output of npm:\n${ended.end}`);
  return program;
}

/** The environment of a check: this Node.js comes first on the PATH. */
export const environmentFor = (program: string): NodeJS.ProcessEnv => ({
  ...process.env,
  PATH: `${dirname(program)}:${process.env['PATH'] ?? ''}`,
  // Also set without npm, so that the children end when this process is killed (setup/starter.mjs).
  npm_lifecycle_event: 'test:node',
});
