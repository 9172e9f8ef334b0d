/**
 * What a leader tells those who wait, over Redis: one message a commit, and one wherever messages may be missing. Lost ones cost time
 * only: the row says the same.
 */
import { z } from 'zod';
import { id, memberId, partition, term, timestamp } from './ids.js';
import { paymentStatus } from './payment.js';

/** These payments are final now. */
export const outcomeEvent = z.object({
  partition,
  term,
  processedBy: memberId,
  completedAt: timestamp,
  payments: z.array(z.object({ id, status: paymentStatus.exclude(['PENDING']), attempts: z.int(), reason: z.string().nullable() })),
});
export type OutcomeEvent = z.infer<typeof outcomeEvent>;

/**
 * Outcome events before this one may be missing: a new leader says so when it begins (the one before may have died between a commit and
 * its event), and any leader when Redis was away. Whatever was committed before it can be read by who hears it: an election waits for
 * the commit under way.
 */
export const gapEvent = z.object({ partition, term, leader: memberId, gapAt: timestamp });
export type GapEvent = z.infer<typeof gapEvent>;

export type OutcomeMessage = OutcomeEvent | GapEvent;
