/**
 * A planned hand-over, not a failure: an operator requests a hand-over from the target if the
 * target leads, otherwise to it. The list of faults contains it so that schedules may. There is
 * nothing to heal.
 */
import { processNames } from './processes.js';
import type { FaultDefinition } from './fault.js';
import type { Cluster } from '../system/cluster.js';

/** Longer than a hand-over that waits for payments in flight, ms. */
const ANSWER_MS = 10_000;

/** @returns null when the hand-over is done, otherwise the reason for the refusal. */
async function ask(url: string, token: string, order: { to?: string }): Promise<string | null> {
  try {
    const answer = await fetch(`${url}/handover`, {
      method: 'POST',
      headers: { 'authorization': `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ ...order, reason: 'requested by an experiment' }),
      signal: AbortSignal.timeout(ANSWER_MS),
    });
    return answer.ok ? null : `HTTP ${answer.status} ${await answer.text()}`;
  } catch (error) {
    return (error as Error).message;
  }
}

/** Hands over as an operator would: tries the next monitor when one does not answer or refuses. */
export async function handOver({ system }: Cluster, order: { to?: string }): Promise<void> {
  const refusals: string[] = [];
  for (const { name, url } of system.monitors.filter(({ up }) => up)) {
    const refusal = await ask(url, system.tokens.operator, order);
    if (refusal === null) return;
    refusals.push(`${name}: ${refusal}`);
  }
  throw new Error(`the hand-over was refused: ${refusals.join('; ') || 'no monitor runs'}`);
}

export const planned: FaultDefinition = {
  kind: 'planned',
  purpose: 'An operator hands the leadership over, for maintenance.',
  harmless: true,
  targets: (cluster) =>
    cluster.system.monitors.length > 0 ? processNames(cluster, 'payments') : [],
  inject: async (cluster, { target, markInjected }) => {
    const { leader } = await cluster.leadership();
    markInjected();
    await handOver(cluster, leader === target ? {} : { to: target });
    return null;
  },
};
