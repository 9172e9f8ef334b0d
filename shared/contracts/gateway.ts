/**
 * The gateway's wire contract. Any gateway fits that honours `Idempotency-Key` and returns a charge
 * by key. `POST /charges` and `/authorizations` take a `chargeRequest`; `/captures`, `/voids` and
 * `/refunds` take an `operationRequest`. All keys are in one space: look-up and cancellation of a
 * key are the same for every kind.
 */
import { z } from 'zod';
import { amountMinor, currency, id } from './ids.js';
import { paymentKind } from './payment.js';

export const chargeRequest = z.object({ amountMinor, currency, patientId: id });
type ChargeRequest = z.infer<typeof chargeRequest>;

/**
 * Text that is safe to store, log and display: no control or format characters, no lone surrogates,
 * no line separators.
 */
const printable = (longest: number) =>
  z
    .string()
    .max(longest)
    .regex(/^[^\p{C}\p{Zl}\p{Zp}]*$/u, 'must be printable');

/** The key of the charge or authorization that an operation belongs to. */
export const operationRequest = chargeRequest.extend({ of: printable(200).min(1) });
/** `of` is absent for a charge or an authorization. */
export type GatewayOrder = ChargeRequest & { of?: string | undefined };

/**
 * A movement of money, or a key that was settled without one. `declined`: the issuer refused, or
 * the gateway did, because the payment does not allow the operation; then `reason` is a code of
 * shared/core/operation-rules.ts. `cancelled`: the key was closed before any money moved. The
 * gateway refuses a later order with this key.
 */
export const charge = z.object({
  key: printable(200),
  status: z.enum(['approved', 'declined', 'cancelled']),
  reference: printable(200),
  amountMinor: z.int(),
  currency: printable(3),
  reason: printable(200).nullable(),
  at: printable(40),
  /** Absent: a charge, also from a gateway that knows no other orders. */
  kind: paymentKind.optional(),
  /** The key of the charge or authorization of an operation; absent: no operation. */
  of: printable(200).optional(),
});
export type Charge = z.infer<typeof charge>;
