/**
 * Election of a leader, as published: after each round of PING/ECHO the leader stays if it
 * answered; otherwise one of the servers that answered is chosen at random. A server with one
 * missed echo is off. Pure: the answers and the random number are arguments.
 */

export interface Round {
  /** Null: no leader. */
  leader: string | null;
  /** Console output of the round. */
  lines: string[];
}

/** The published console output calls `server_1` "server 1". */
const toSpokenName = (id: string): string => id.replaceAll('_', ' ');

/** @param draw uniform in [0, 1). */
export function elect(
  leader: string | null,
  servers: readonly string[],
  answered: ReadonlySet<string>,
  draw: number,
): Round {
  const lines = servers.map(
    (id) => `I AM ${answered.has(id) ? 'ALIVE' : 'OFF'} from ${toSpokenName(id)}`,
  );
  if (leader !== null && answered.has(leader)) return { leader, lines };
  const alive = servers.filter((id) => answered.has(id));
  const chosen = alive[Math.floor(draw * alive.length)] ?? null;
  return { leader: chosen, lines: chosen === null ? lines : [...lines, `The leader is ${chosen}`] };
}
