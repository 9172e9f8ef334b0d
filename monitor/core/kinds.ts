/**
 * Enumerations of the monitor: failures of a ping, kinds of election, policies.
 */

/**
 * Why a ping had no answer. `refused`: no process listens there; `reset`: a process listened, and
 * the connection broke.
 */
export type PingFailure = 'refused' | 'reset' | 'timeout' | 'error';
/**
 * The evidence against the leader: `kill`: connections are refused; `freeze`: no beats; `ping`: no
 * answers; `gray`: alive and worse than another; `left`: it said goodbye; `restart`: another
 * `bootId`. `first`: there was no leader. `planned`: a hand-over.
 */
export const ELECTION_KINDS = [
  'first',
  'kill',
  'freeze',
  'ping',
  'gray',
  'left',
  'restart',
  'planned',
] as const;
export type ElectionKind = (typeof ELECTION_KINDS)[number];
export const POLICIES = ['random', 'lowest-id', 'fastest'] as const;
export type Policy = (typeof POLICIES)[number];
