/** Starts the process of a peer's producer or worker. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { compile } from '../../local/processes/compile.js';
import { ROOT } from '../../local/root.js';
import type { BenchEnvironment } from './benchmark.js';
import { provideNode } from './peer-node.js';
import type { Peer } from './peer.js';
import { BenchProgram } from './programs/program.js';

const PROGRAM = 'experiments/bench/programs/peer-program.ts';

/** The prefix of a peer's keys in Redis. */
export const PEER_PREFIX = 'bench';

/** Peers that differ only in a number share a file: `bullmq-prisma-50` is in `bullmq-prisma.ts`. */
function sourceOf(name: string, folder: string): string {
  const [own, shared] = [name, name.replace(/-\d+$/, '')].map(
    (each) => `experiments/bench/${folder}/${each}.ts`,
  ) as [string, string];
  return existsSync(join(ROOT, own)) ? own : shared;
}

export interface PeerProcess {
  /** For the log and the profile. */
  benchmark: string;
  peer: Pick<Peer, 'name' | 'nodeLine'>;
  /** Of the peer's file, below `experiments/bench/`. */
  folder: string;
  part: 'producer' | 'worker';
}

export async function startPeerProcess(
  { nodeArgs, signal, onLine }: Pick<BenchEnvironment, 'nodeArgs' | 'signal' | 'onLine'>,
  { benchmark, peer, folder, part }: PeerProcess,
): Promise<BenchProgram> {
  return BenchProgram.start({
    name: `${benchmark} ${part}`,
    source: PROGRAM,
    args: [join(ROOT, await compile(sourceOf(peer.name, folder))), peer.name],
    execPath: await provideNode(peer, signal),
    nodeArgs: nodeArgs(`${benchmark}/${part}`),
    signal,
    onLine,
  });
}
