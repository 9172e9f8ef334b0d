/**
 * The two baselines as systems under test: with the same engines, port scheme, gateway and
 * contract as Relevo.
 */
import type { Place } from '../../local/plan.js';
import type { System } from '../../local/system.js';
import type { SystemUnderTest } from '../system/system-under-test.js';

/** The gateway is the same in every system. */
const programs = (program: (place: Place) => string) => (place: Place) =>
  place.kind === 'gateway' ? 'gateway/main.ts' : `experiments/baselines/${program(place)}`;

export const SINGLE_SERVER: SystemUnderTest = {
  name: 'single-server',
  what: 'A single payment server: saves, charges, saves the outcome, responds; after a crash it restarts and finishes pending payments.',
  shape: () => ({ monitors: 0, replicas: 1, patients: 0 }),
  program: programs(() => 'single-server/main.ts'),
  termless: true,
  leadership: async ({ replicas }) => ({ leader: replicas[0]?.name ?? null, term: 0 }),
  poll: async ({ replicas }) => {
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
      headers: { authorization: `Bearer ${tokens.operator}` },
      signal: AbortSignal.timeout(STATUS_MS),
    });
    return answer.ok ? ((await answer.json()) as MonitorStatus) : nobody;
  } catch {
    return nobody;
  }
}

export const PUBLISHED: SystemUnderTest = {
  name: 'published',
  what: 'As published: a monitor pings every 2 s and chooses a leader at random; the leader charges and saves; no queue, no retries.',
  shape: ({ replicas }) => ({ monitors: 1, replicas, patients: 1 }),
  program: programs(({ kind }) => `published/${kind}.ts`),
  termless: true,
  leadership: async (system) => ({ leader: (await status(system)).leader, term: 0 }),
  poll: async (system) => {
    const { leader, alive } = await status(system);
    return { alive: alive.length, led: leader !== null && alive.includes(leader) };
  },
};
