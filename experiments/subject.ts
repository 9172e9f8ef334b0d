/**
 * What runs in a laboratory: Relevo, or a system it is compared with on the same engines, ports, gateway and contract. A subject says which
 * processes there are and how the lab sees who leads; everything else (traffic, faults, evidence, checkers) is the same for all.
 */
import type { Place, Shape } from '../local/plan.js';
import type { System } from '../local/system.js';
import { readLeadership } from '../shared/leadership-store.js';
import type { Pool } from '../shared/postgres.js';

/** Name and term of who leads; leader null: nobody, or not yet. */
export interface Leader {
  leader: string | null;
  term: number;
}

export interface Subject {
  /** A word, as in `result.systems`. */
  name: string;
  /** What it is and does, in a sentence. */
  what: string;
  /** How many of each it has when so many are asked for. */
  shape(asked: Omit<Shape, 'gateway'>): Omit<Shape, 'gateway'>;
  /** Its programs; Relevo's when left out. */
  program?: (place: Place) => string;
  /** Whether its outcomes name no term that was led, which the record refuses otherwise; false when left out. */
  termless?: boolean;
  leadership(system: System, pool: Pool): Promise<Leader>;
  /** One look: how many replicas are seen alive, and whether one of those leads. */
  look(system: System): Promise<{ alive: number; led: boolean }>;
}

interface MonitorStatus {
  partitions: { leader: string | null; term: number }[];
  replicas: { id: string; observed: string; role: string; term: number }[];
}

/** Longest wait for a status, ms. */
const STATUS_MS = 2_000;

async function readStatus(url: string, token: string): Promise<MonitorStatus | null> {
  try {
    const answer = await fetch(`${url}/status`, { headers: { authorization: `Bearer ${token}` }, signal: AbortSignal.timeout(STATUS_MS) });
    return answer.ok ? ((await answer.json()) as MonitorStatus) : null;
  } catch {
    return null;
  }
}

export const RELEVO: Subject = {
  name: 'relevo',
  what: 'Monitors watch three replicas and elect a leader; it takes payments from a queue under a fenced term; what fails is tried again.',
  shape: (asked) => asked,
  leadership: (_system, pool) => readLeadership(pool, 0),
  look: async ({ monitors, tokens }) => {
    const status = await readStatus(monitors[0]?.url ?? '', tokens.operator);
    const leader = status?.partitions[0];
    const alive = status?.replicas.filter(({ observed }) => observed === 'alive') ?? [];
    return { alive: alive.length, led: alive.some(({ id, role, term }) => id === leader?.leader && role === 'leading' && term === leader.term) };
  },
};
