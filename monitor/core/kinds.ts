/**
 * Enumerations of the monitor: layers, opinions, failures of a ping, kinds of election, policies.
 */

/** The three layers of failure detection. Each detects a different kind of failure. */
export type Layer = 'connection' | 'heartbeat' | 'ping';
/**
 * One monitor's opinion of one replica. `unknown`: never seen; `left`: the replica sent a goodbye.
 */
export type Opinion = 'unknown' | 'alive' | 'suspect' | 'left';
/**
 * Why a ping had no answer. `refused`: no process listens there; `reset`: a process listened, and
 * the connection broke.
 */
export type PingFailure = 'refused' | 'reset' | 'timeout' | 'error';
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
