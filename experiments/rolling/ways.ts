/**
 * The ways to restart: one process after another, as the product does, and two controls that leave
 * a part of it away.
 */
import type { RestartStep } from '../../shared/contracts/rolling-restart.js';
import { performStep, type Performing } from '../../local/rolling/perform.js';
import type { ManagedProcess } from '../../local/processes/processes.js';
import { pollUntil } from '../../shared/wait-until.js';

export const WAYS = ['one-by-one', 'no-drain', 'together'] as const;
export type Way = (typeof WAYS)[number];

const POLL_MS = 50;

export const isWay = (word: string): word is Way => (WAYS as readonly string[]).includes(word);

/** Stops the instances, starts them, and waits until the balancer sends requests to them. */
async function restartWithoutDrain(
  { calls }: Performing,
  instances: readonly ManagedProcess[],
  signal: AbortSignal,
): Promise<void> {
  await Promise.all(instances.map((instance) => instance.stop()));
  signal.throwIfAborted();
  await Promise.all(instances.map((instance) => instance.start()));
  for (const { name } of instances)
    await pollUntil(() => calls.isServed(name), { deadlineMs: Infinity, pollMs: POLL_MS, signal });
}

/** How each way performs the steps of the instances; all other steps are those of the product. */
const INSTANCES: Readonly<Record<Way, typeof performStep>> = {
  'one-by-one': performStep,
  'no-drain': (performing, { name }, signal) =>
    restartWithoutDrain(performing, [performing.system.process(name)], signal),
  // The first step restarts all of them.
  'together': async (performing, { name }, signal) => {
    const { patients } = performing.system;
    if (name === patients[0]?.name) await restartWithoutDrain(performing, patients, signal);
  },
};

export const performIn =
  (way: Way): typeof performStep =>
  (performing: Performing, step: RestartStep, signal: AbortSignal) =>
    (step.kind === 'instance' ? INSTANCES[way] : performStep)(performing, step, signal);
