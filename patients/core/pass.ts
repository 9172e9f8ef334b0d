/**
 * The exit pass: a patient with a succeeded payment may leave, for a limited time. A pass has the
 * id of its payment. Every succeeded payment earns a pass, also a payment of a part of the bill:
 * the staff decide which part is enough, and the rest stays due. An authorization, a void and a
 * refund earn none; a refund does not take a pass away.
 */
import type { PaymentKind, PaymentStatus } from '../../shared/contracts/payment.js';
import { isPaid } from './payment-record.js';

const HOUR_MS = 3_600_000;

export interface ExitPass {
  valid: boolean;
  patient: { id: string; name: string };
  requestTime: string;
  expirationTime: string;
}

export interface PaidPayment {
  status: PaymentStatus;
  kind: PaymentKind;
  completedAt: Date | null;
  patient: { id: string; name: string };
}

/**
 * The pass of a payment; null unless the payment has succeeded. A pass is no longer valid at the
 * very millisecond of its expiry.
 */
export function exitPass(payment: PaidPayment, validityHours: number, now: Date): ExitPass | null {
  if (payment.status !== 'SUCCEEDED' || payment.completedAt === null) return null;
  if (!isPaid(payment.kind)) return null;
  const expires = new Date(payment.completedAt.getTime() + validityHours * HOUR_MS);
  return {
    valid: now.getTime() < expires.getTime(),
    patient: payment.patient,
    requestTime: payment.completedAt.toISOString(),
    expirationTime: expires.toISOString(),
  };
}

/** unknown: no payment earned this pass. An expired pass remains known. */
export type PassState = 'valid' | 'expired' | 'unknown';

export const passState = (pass: ExitPass | null): PassState =>
  pass === null ? 'unknown' : pass.valid ? 'valid' : 'expired';

/** The part of a name that a stranger may read: the first name and initials, `Lucía R. S.` */
export function maskName(name: string): string {
  const [first = '', ...others] = name.trim().split(/\s+/);
  return [first, ...others.map((other) => `${[...other][0] ?? ''}.`)].join(' ');
}
