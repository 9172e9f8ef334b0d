/** The two systems that Relevo is compared with, as the lab runs them: on the same engines, ports scheme, gateway and contract. */
import type { Place } from '../../local/plan.js';
import type { System } from '../../local/system.js';
import type { Subject } from '../subject.js';

/** The gateway is the same for all. */
const programs = (program: (place: Place) => string) => (place: Place) =>
  place.kind === 'gateway' ? 'gateway/main.ts' : `experiments/baselines/${program(place)}`;

export const SINGLE_SERVER: Subject = {
  name: 'single-server',
  what: 'One payment server alone: saves, charges, saves the outcome, answers; after a crash it is started again and finishes what was pending.',
  shape: () => ({ monitors: 0, replicas: 1, patients: 0 }),
  program: programs(() => 'single-server/main.ts'),
  termless: true,
  leadership: async ({ replicas }) => ({ leader: replicas[0]?.name ?? null, term: 0 }),
  look: async ({ replicas }) => {
    const alive = replicas.filter(({ up }) => up).length;
    return { alive, led: alive > 0 };
  },
};

interface MonitorStatus {
  leader: string | null;
  alive: string[];
}

/** Longest wait for a status, ms. */
const STATUS_MS = 2_000;

async function status({ monitors, tokens }: System): Promise<MonitorStatus> {
  const nobody = { leader: null, alive: [] };
  try {
    const answer = await fetch(`${monitors[0]?.url ?? ''}/status`, {
      headers: { authorization: `Bearer ${tokens.operator}` }, signal: AbortSignal.timeout(STATUS_MS),
    });
    return answer.ok ? ((await answer.json()) as MonitorStatus) : nobody;
  } catch {
    return nobody;
  }
}

export const PUBLISHED: Subject = {
  name: 'published',
  what: 'As the report has it: a monitor pings each 2 s and names a leader at random; it charges and saves; no queue, nothing is tried again.',
  shape: ({ replicas }) => ({ monitors: 1, replicas, patients: 1 }),
  program: programs(({ kind }) => `published/${kind}.ts`),
  termless: true,
  leadership: async (system) => ({ leader: (await status(system)).leader, term: 0 }),
  look: async (system) => {
    const { leader, alive } = await status(system);
    return { alive: alive.length, led: leader !== null && alive.includes(leader) };
  },
};
