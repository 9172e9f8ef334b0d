/**
 * The Node.js of a peer's processes: the one of the bench, unless the peer's packages need a later
 * line; then a release of that line, which npm installs below `.data/node/`.
 */
import { installNode } from '../../local/node-versions/install.js';
import type { Peer } from './peer.js';
import { installPeerPackages, usesPeerPackages } from './peers/packages.js';

/** The programs, by line; a failed installation is tried again. */
const programs = new Map<number, Promise<string>>();

/** Whether a release, such as `v24.1.0`, belongs to this line or to a later one. */
export const isOfLine = (release: string, line: number): boolean =>
  Number(/^v(\d+)\./.exec(release)?.[1] ?? 0) >= line;

/**
 * The path of the program; installs it when necessary.
 * @throws StartError with the end of npm's output.
 */
export async function provideNode(
  { nodeLine: line }: Pick<Peer, 'nodeLine'>,
  signal: AbortSignal,
): Promise<string> {
  if (line === undefined || isOfLine(process.version, line)) return process.execPath;
  const known = programs.get(line);
  if (known) return known;
  const installing = installNode(String(line), signal);
  programs.set(line, installing);
  installing.catch(() => programs.delete(line));
  return installing;
}

/**
 * Installs what a peer needs and the project does not.
 * @throws Error with the end of npm's output.
 */
export async function installPeer(peer: Peer, signal: AbortSignal): Promise<void> {
  if (usesPeerPackages(peer)) await installPeerPackages();
  await provideNode(peer, signal);
}
