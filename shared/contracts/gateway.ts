/** The gateway's wire contract: any gateway that honours `Idempotency-Key` and can be asked by key. */
import { z } from 'zod';
import { amountMinor, currency, id } from './ids.js';

export const chargeRequest = z.object({ amountMinor, currency, patientId: id });
export type ChargeRequest = z.infer<typeof chargeRequest>;

/** Text that can be stored, logged and shown as it is: no control or format characters, no lone surrogates, no line separators. */
const printable = (longest: number) => z.string().max(longest).regex(/^[^\p{C}\p{Zl}\p{Zp}]*$/u, 'must be printable');

/** `cancelled`: the key was closed before any money moved; a later charge with it is refused. */
export const charge = z.object({
  key: printable(200),
  status: z.enum(['approved', 'declined', 'cancelled']),
  reference: printable(200),
  amountMinor: z.int(),
  currency: printable(3),
  reason: printable(200).nullable(),
  at: printable(40),
});
export type Charge = z.infer<typeof charge>;
