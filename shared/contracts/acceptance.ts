/** The switch that stops and resumes the acceptance of new payments, on the wire. */
import { z } from 'zod';
import { reason, timestamp } from './ids.js';

export const acceptanceRequest = z.strictObject({ accepting: z.boolean(), reason });

/** `since` null: never changed. */
export const acceptance = z.object({
  accepting: z.boolean(),
  /** The reason of the last change; empty: never changed. */
  reason: z.string(),
  since: timestamp.nullable(),
});
export type AcceptanceDocument = z.infer<typeof acceptance>;
