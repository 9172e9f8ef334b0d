/**
 * The gateway's wire contract. Any gateway fits that honours `Idempotency-Key` and returns a charge
 * by key.
 */
import { z } from 'zod';
import { amountMinor, currency, id } from './ids.js';

export const chargeRequest = z.object({ amountMinor, currency, patientId: id });
export type ChargeRequest = z.infer<typeof chargeRequest>;

/**
 * Text that is safe to store, log and display: no control or format characters, no lone surrogates,
 * no line separators.
 */
const printable = (longest: number) =>
  z
    .string()
    .max(longest)
    .regex(/^[^\p{C}\p{Zl}\p{Zp}]*$/u, 'must be printable');

/**
 * `cancelled`: the key was closed before any money moved. The gateway refuses a later charge with
 * this key.
 */
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
