/** The small closed lists of the monitor's vocabulary. */

/** The three ways a failure is noticed; they measure different failures. */
export type Layer = 'connection' | 'heartbeat' | 'ping';
/** One monitor's opinion of one replica. `unknown`: never seen; `left`: said goodbye. */
export type Opinion = 'unknown' | 'alive' | 'suspect' | 'left';
/** Why a ping had no answer. `refused`: nobody listens there; `reset`: somebody did. */
export type PingFailure = 'refused' | 'reset' | 'timeout' | 'error';
export const ELECTION_KINDS = ['first', 'kill', 'freeze', 'ping', 'gray', 'left', 'restart', 'planned'] as const;
export type ElectionKind = (typeof ELECTION_KINDS)[number];
export const POLICIES = ['random', 'lowest-id', 'fastest'] as const;
export type Policy = (typeof POLICIES)[number];
