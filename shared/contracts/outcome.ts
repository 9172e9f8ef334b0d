/** One message a committed parcel, over Redis, for those who wait. Lost ones cost time only: the row says the same. */
import { z } from 'zod';
import { id, memberId, partition, term, timestamp } from './ids.js';
import { paymentStatus } from './payment.js';

export const outcomeEvent = z.object({
  partition,
  term,
  processedBy: memberId,
  completedAt: timestamp,
  payments: z.array(z.object({ id, status: paymentStatus.exclude(['PENDING']), attempts: z.int(), reason: z.string().nullable() })),
});
export type OutcomeEvent = z.infer<typeof outcomeEvent>;
