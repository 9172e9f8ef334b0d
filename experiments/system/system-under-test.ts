/**
 * The system in a cluster: Relevo, or a baseline on the same engines, ports, gateway and contract.
 * A system under test defines its processes and how the lab reads its leader; everything else
 * (traffic, faults, evidence, checkers) is the same for all.
 */
import type { Place, Shape } from '../../local/plan.js';
import type { System } from '../../local/system.js';
import { readLeadership } from '../../shared/postgres/leadership-store.js';
import type { Pool } from '../../shared/postgres/postgres.js';
import { hasWorkingLeader, readStatus } from './monitor-status.js';

/** Name and term of the leader; leader null: none, or none yet. */
export interface CurrentLeader {
  leader: string | null;
  term: number;
}

export interface SystemUnderTest {
  /** One word, as in `result.systems`. */
  name: string;
  /** Description of the system in one sentence. */
  what: string;
  /** The numbers of its processes for the requested numbers. */
  shape(asked: Omit<Shape, 'gateway'>): Omit<Shape, 'gateway'>;
  /** Its programs. Default: Relevo's. */
  program?: (place: Place) => string;
  /**
   * Whether its outcomes have no valid term, which a constraint of the table otherwise refuses.
   * Default: false.
   */
  termless?: boolean;
  leadership(system: System, pool: Pool): Promise<CurrentLeader>;
  /**
   * Polls the system once: the number of replicas that are alive, and whether one of them leads.
   */
  poll(system: System): Promise<{ alive: number; led: boolean }>;
}

export const RELEVO: SystemUnderTest = {
  name: 'relevo',
  what: 'Monitors watch three replicas and elect a leader, which processes queued payments under a fenced term; failures are retried.',
  shape: (asked) => asked,
  leadership: (_system, pool) => readLeadership(pool, 0),
  poll: async ({ monitors, tokens }) => {
    const status = await readStatus(monitors[0], tokens.operator);
    if (!status) return { alive: 0, led: false };
    const alive = status.replicas.filter(({ observed }) => observed === 'alive');
    return { alive: alive.length, led: hasWorkingLeader({ ...status, replicas: alive }) };
  },
};

/** Whether a system of a result is Relevo, also in another arrangement such as `relevo-haproxy`. */
export const isRelevo = (name: string): boolean =>
  name === RELEVO.name || name.startsWith(`${RELEVO.name}-`);
