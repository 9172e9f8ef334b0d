/** Why a payment waits, as `GET /waiting` and `GET /status` of a monitor answer. */
import { z } from 'zod';
import { WAITING_CAUSES } from '../core/waiting.js';

/** Why a payment waits. `sentence` is a clause without a capital and a full stop. */
export const waitingStatus = z.object({
  cause: z.enum(WAITING_CAUSES),
  sentence: z.string(),
});
export type WaitingStatus = z.infer<typeof waitingStatus>;
/** `GET /waiting` of a monitor. Null: the payment is not pending. */
export const waitingAnswer = z.object({ waiting: waitingStatus.nullable() });
