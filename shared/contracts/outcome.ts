/**
 * Messages from the leader to callers that wait, over Redis: one per commit, and one wherever
 * messages may be missing. A lost message costs only time, because the rows hold the same
 * information.
 */

/**
 * These payments are final now; their rows hold the outcomes. Carries only ids, because it is
 * written and read for every payment.
 */
interface OutcomeEvent {
  partition: number;
  term: number;
  processedBy: string;
  completedAt: string;
  ids: string[];
}

/**
 * Earlier outcome events may be missing. A new leader sends it at the start of its term, because
 * its predecessor may have died between a commit and the event. Any leader sends it after Redis was
 * unavailable. A receiver can read everything committed before this event: an election waits for
 * the commit under way.
 */
interface GapEvent {
  partition: number;
  term: number;
  leader: string;
  gapAt: string;
}

export type OutcomeMessage = OutcomeEvent | GapEvent;
