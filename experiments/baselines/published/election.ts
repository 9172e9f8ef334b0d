/**
 * Who leads, as the report decides it: after each round of PING/ECHO the leader stays if it answered; otherwise one of those that did is
 * chosen at random. One missed echo means off. Pure: who answered and the draw are handed in.
 */

export interface Round {
  /** Null: nobody leads. */
  leader: string | null;
  /** What the console says of the round. */
  lines: string[];
}

/** `server_1` is "server 1" when it speaks, as published. */
const spoken = (id: string): string => id.replaceAll('_', ' ');

/** @param draw uniform in [0, 1). */
export function elect(leader: string | null, servers: readonly string[], answered: ReadonlySet<string>, draw: number): Round {
  const lines = servers.map((id) => `I AM ${answered.has(id) ? 'ALIVE' : 'OFF'} from ${spoken(id)}`);
  if (leader !== null && answered.has(leader)) return { leader, lines };
  const alive = servers.filter((id) => answered.has(id));
  const chosen = alive[Math.floor(draw * alive.length)] ?? null;
  return { leader: chosen, lines: chosen === null ? lines : [...lines, `The leader is ${chosen}`] };
}
