/**
 * No fault: an operator asks a monitor for a hand-over, from the target if it leads, otherwise to it. In the list so that schedules can
 * contain it. There is nothing to heal.
 */
import { processNames } from './processes.js';
import type { Fault } from './fault.js';
import type { Laboratory } from '../laboratory.js';

/** Longer than a hand-over that waits for what is in flight, ms. */
const ANSWER_MS = 10_000;

/** @returns null when it was done, otherwise why not. */
async function ask(url: string, token: string, order: { to?: string }): Promise<string | null> {
  try {
    const answer = await fetch(`${url}/handover`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ ...order, reason: 'asked for by an experiment' }),
      signal: AbortSignal.timeout(ANSWER_MS),
    });
    return answer.ok ? null : `HTTP ${answer.status} ${await answer.text()}`;
  } catch (error) {
    return (error as Error).message;
  }
}

/** As an operator would: the next monitor when one does not answer or cannot do it. */
export async function handOver({ system }: Laboratory, order: { to?: string }): Promise<void> {
  const refusals: string[] = [];
  for (const { name, url } of system.monitors.filter(({ up }) => up)) {
    const refusal = await ask(url, system.tokens.operator, order);
    if (refusal === null) return;
    refusals.push(`${name}: ${refusal}`);
  }
  throw new Error(`the hand-over was refused: ${refusals.join('; ') || 'no monitor runs'}`);
}

export const planned: Fault = {
  kind: 'planned',
  purpose: 'An operator hands the leadership over, for maintenance.',
  harmless: true,
  targets: (laboratory) => (laboratory.system.monitors.length > 0 ? processNames(laboratory, 'payments') : []),
  inject: async (laboratory, { target, falls }) => {
    const { leader } = await laboratory.leadership();
    falls();
    await handOver(laboratory, leader === target ? {} : { to: target });
    return null;
  },
};
