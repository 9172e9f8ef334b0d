/** What can happen to a leader. One shape: `inject` strikes and returns how to heal. */
import type { System } from '../../local/system.js';
import { sleep } from '../../shared/clock.js';

export type LeaderFaultKind = 'kill' | 'freeze' | 'planned';

export interface LeaderFault {
  kind: LeaderFaultKind;
  /** Resolves when the fault has struck. @returns what undoes it. */
  inject(system: System, leader: string): Promise<() => Promise<void>>;
}

/** The process dies; it is started again. */
const kill: LeaderFault = {
  kind: 'kill',
  inject: async (system, leader) => {
    const victim = system.process(leader);
    victim.kill('SIGKILL');
    return async () => {
      await victim.exited;
      await victim.start();
    };
  },
};

/** Long enough that a monitor cannot take it for slowness, ms. */
const FROZEN_MS = 2_000;

/** The process stands still: its port accepts, nothing answers. */
const freeze: LeaderFault = {
  kind: 'freeze',
  inject: async (system, leader) => {
    const victim = system.process(leader);
    victim.freeze();
    const thawAtMs = performance.now() + FROZEN_MS;
    return async () => {
      await sleep(thawAtMs - performance.now());
      victim.thaw();
    };
  },
};

/** No fault: an operator asks for a hand-over. */
const planned: LeaderFault = {
  kind: 'planned',
  inject: async ({ monitors, tokens }) => {
    const answer = await fetch(`${monitors[0]?.url ?? ''}/handover`, {
      method: 'POST',
      headers: { authorization: `Bearer ${tokens.operator}`, 'content-type': 'application/json' },
      body: JSON.stringify({ reason: 'failover experiment' }),
    });
    if (!answer.ok) throw new Error(`the hand-over was refused: HTTP ${answer.status} ${await answer.text()}`);
    return () => Promise.resolve();
  },
};

export const LEADER_FAULTS: readonly LeaderFault[] = [kill, freeze, planned];
