/**
 * A program for tests of the exit paths: opens a cluster, injects every kind of fault at once,
 * reports that in one line of JSON, and waits. On SIGINT (Ctrl-C) it heals and closes everything.
 */
import { FAULTS } from '../../experiments/faults/faults.js';
import { Injector } from '../../experiments/faults/injector.js';
import { openCluster } from '../../experiments/system/cluster.js';
import { seededRandom } from '../../shared/random.js';

const interruption = new AbortController();
process.once('SIGINT', () => interruption.abort());
const over = new Promise<void>((resolve) =>
  interruption.signal.addEventListener('abort', () => resolve(), { once: true }),
);

const cluster = await openCluster({
  replicas: 3,
  monitors: 3,
  patients: 2,
  links: true,
  disk: true,
  progress: { show: () => undefined, end: () => undefined },
  signal: interruption.signal,
});
const injector = new Injector(cluster, interruption.signal);
const injected: string[] = [];
// Starts with the last target of each kind, because then few faults exclude each other.
for (const fault of [...FAULTS].reverse()) {
  for (const target of [...fault.targets(cluster)].reverse()) {
    const outcome = await injector.inject(fault, {
      target,
      durationMs: Infinity,
      random: seededRandom(1, fault.kind),
    });
    if (!outcome.injected) continue;
    injected.push(fault.kind);
    break;
  }
}
const pids = [...Object.values(cluster.system.pids()), ...(cluster.disk ? [cluster.disk.pid] : [])];
const ports = cluster.links?.pairs.map((pair) => cluster.links?.portOf(pair));
process.stdout.write(`${JSON.stringify({ injected, pids, ports, folder: cluster.folder })}\n`);
// Keeps the program running while all its connections are broken.
const awake = setInterval(() => undefined, 1_000);
await over;
await cluster.close();
clearInterval(awake);
process.stdout.write(`${JSON.stringify({ failures: injector.failures })}\n`);
