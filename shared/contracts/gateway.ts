/** The gateway's wire contract: any gateway that honours `Idempotency-Key` and can be asked by key. */
import { z } from 'zod';
import { amountMinor, currency, id } from './ids.js';

export const chargeRequest = z.object({ amountMinor, currency, patientId: id });
export type ChargeRequest = z.infer<typeof chargeRequest>;

/** `cancelled`: the key was closed before any money moved; a later charge with it is refused. */
export const charge = z.object({
  key: z.string(),
  status: z.enum(['approved', 'declined', 'cancelled']),
  reference: z.string(),
  amountMinor: z.int(),
  currency: z.string(),
  reason: z.string().nullable(),
  at: z.string(),
});
export type Charge = z.infer<typeof charge>;
