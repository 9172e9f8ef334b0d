/**
 * The phase of one term of a leader: running → finishing → ended; running → ended. A term never
 * leaves `ended`: to lead again in the same term, the replica begins a new LeaderTerm.
 *
 * - running: fetches, charges and commits.
 * - finishing: fetches nothing more and finishes the work in flight (a planned hand-over).
 * - ended: begins no new work; all of it is cancelled.
 */

/**
 * - stopped: the term was running.
 * - finished: the term was finishing, nothing was in flight, and no parcel had failed.
 * - cut-short: the term was finishing, and a parcel was in flight or had failed.
 */
type EndReason = 'stopped' | 'finished' | 'cut-short';

interface Working<Name extends string> {
  readonly name: Name;
  /** If so, the queue's worker still holds the job of that parcel and will never finish it. */
  readonly hasFailedParcel: boolean;
}

export type TermPhase =
  | Working<'running'>
  | Working<'finishing'>
  | { readonly name: 'ended'; readonly reason: EndReason };

export type TermInput =
  /** Fetch nothing more. */
  | { readonly type: 'finish' }
  /** The work on a parcel failed. */
  | { readonly type: 'parcel-failed' }
  /** End at once. */
  | { readonly type: 'stop'; readonly parcelsInFlight: number };

export const FIRST_PHASE: TermPhase = { name: 'running', hasFailedParcel: false };

export function stepTerm(phase: TermPhase, input: TermInput): TermPhase {
  if (phase.name === 'ended') return phase;
  switch (input.type) {
    case 'finish':
      return { ...phase, name: 'finishing' };
    case 'parcel-failed':
      return { ...phase, hasFailedParcel: true };
    case 'stop': {
      if (phase.name === 'running') return { name: 'ended', reason: 'stopped' };
      const isFinished = input.parcelsInFlight === 0 && !phase.hasFailedParcel;
      return { name: 'ended', reason: isFinished ? 'finished' : 'cut-short' };
    }
  }
}

/** Whether the term was asked to finish, also when it has ended since. */
export const wasAskedToFinish = (phase: TermPhase): boolean =>
  phase.name === 'finishing' || (phase.name === 'ended' && phase.reason !== 'stopped');

/** Whether the next term may use the same queue worker: the worker holds no job of this term. */
export const leavesWorkerFree = (phase: TermPhase): boolean =>
  phase.name === 'ended' && phase.reason === 'finished';
