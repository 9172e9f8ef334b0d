/**
 * Brings the system into its usual state between two cells: every process runs, every instance is
 * in service, and a new client reaches each of them through the balancer.
 */
import { waitUntil } from '../../shared/wait-until.js';
import { answersOk } from '../../local/processes/service-process.js';
import { Browser } from '../balancer/browser.js';
import type { RunningBalancer, ReplicatedWeb } from '../balancer/replicated-web.js';

const DEADLINE_MS = 20_000;
const POLL_MS = 20;
/** New clients that are sent until each instance has answered one. */
const CLIENTS_MOST = 12;

async function reachesAll(url: string, instances: readonly string[]): Promise<boolean> {
  const missing = new Set(instances);
  for (let client = 0; client < CLIENTS_MOST && missing.size > 0; client += 1) {
    const browser = new Browser({ url });
    const { instance, error } = await browser.ask('/bill/identify');
    browser.close();
    if (error === null && instance !== null) missing.delete(instance);
  }
  return missing.size === 0;
}

/** @throws Error when the system is not as before within the deadline, AbortError. */
export async function restore(
  { cluster, instances }: ReplicatedWeb,
  { control, url }: RunningBalancer,
  signal: AbortSignal,
): Promise<void> {
  for (const { name, admin } of await control.read())
    if (admin !== 'ready') await control.set(name, 'ready');
  const isReady = async (): Promise<boolean> => {
    const ready = await Promise.all(
      cluster.system.patients.map((instance) => answersOk(`${instance.url}/readyz`)),
    );
    return ready.every(Boolean) && (await reachesAll(url, instances));
  };
  await waitUntil(isReady, {
    deadlineMs: DEADLINE_MS,
    pollMs: POLL_MS,
    signal,
    toError: () => new Error(`not every instance was in service again within ${DEADLINE_MS} ms`),
  });
}
