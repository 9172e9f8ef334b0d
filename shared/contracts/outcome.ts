/**
 * What a leader tells those who wait, over Redis: one message a commit, and one wherever messages may be missing. Lost ones cost time
 * only: the row says the same.
 */
import { z } from 'zod';
import { id, memberId, partition, term, timestamp } from './ids.js';

/** These payments are final now; what became of them is in their rows. Ids alone: written and read for every payment. */
export const outcomeEvent = z.object({ partition, term, processedBy: memberId, completedAt: timestamp, ids: z.array(id) });
export type OutcomeEvent = z.infer<typeof outcomeEvent>;

/**
 * Outcome events before this one may be missing: a new leader says so when it begins (the one before may have died between a commit and
 * its event), and any leader when Redis was away. Whatever was committed before it can be read by who hears it: an election waits for
 * the commit under way.
 */
export const gapEvent = z.object({ partition, term, leader: memberId, gapAt: timestamp });
export type GapEvent = z.infer<typeof gapEvent>;

export type OutcomeMessage = OutcomeEvent | GapEvent;
