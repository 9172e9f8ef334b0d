/**
 * Messages from the leader to callers that wait, over Redis: one per commit, and one wherever
 * messages may be missing. A lost message costs only time, because the rows hold the same
 * information.
 */
import { z } from 'zod';
import { id, memberId, partition, term, timestamp } from './ids.js';

/**
 * These payments are final now; their rows hold the outcomes. Carries only ids, because it is
 * written and read for every payment.
 */
export const outcomeEvent = z.object({
  partition,
  term,
  processedBy: memberId,
  completedAt: timestamp,
  ids: z.array(id),
});
export type OutcomeEvent = z.infer<typeof outcomeEvent>;

/**
 * Earlier outcome events may be missing. A new leader sends it at the start of its term, because
 * its predecessor may have died between a commit and the event. Any leader sends it after Redis was
 * unavailable. A receiver can read everything committed before this event: an election waits for
 * the commit under way.
 */
export const gapEvent = z.object({ partition, term, leader: memberId, gapAt: timestamp });
export type GapEvent = z.infer<typeof gapEvent>;

export type OutcomeMessage = OutcomeEvent | GapEvent;
