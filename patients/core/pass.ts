/**
 * The exit pass: who has paid may leave, for a limited time. A pass has the id of the payment that earned it. Every payment that succeeded
 * earns one, a part of the bill too: which part is enough is the staff's decision when they take it, and what is left stays due.
 */
import type { PaymentStatus } from '../../shared/contracts/payment.js';

const HOUR_MS = 3_600_000;

export interface ExitPass {
  valid: boolean;
  patient: { id: string; name: string };
  requestTime: string;
  expirationTime: string;
}

export interface PaidPayment {
  status: PaymentStatus;
  completedAt: Date | null;
  patient: { id: string; name: string };
}

/** The pass a payment has earned; null when it has not succeeded. At the very moment it expires it is not valid any more. */
export function exitPass(payment: PaidPayment, validityHours: number, now: Date): ExitPass | null {
  if (payment.status !== 'SUCCEEDED' || payment.completedAt === null) return null;
  const expires = new Date(payment.completedAt.getTime() + validityHours * HOUR_MS);
  return {
    valid: now.getTime() < expires.getTime(),
    patient: payment.patient,
    requestTime: payment.completedAt.toISOString(),
    expirationTime: expires.toISOString(),
  };
}

/** unknown: nobody ever earned it. An expired pass stays known. */
export type PassState = 'valid' | 'expired' | 'unknown';

export const passState = (pass: ExitPass | null): PassState => (pass === null ? 'unknown' : pass.valid ? 'valid' : 'expired');

/** What a stranger at the door may read of a name: the first one and initials, `Lucía R. S.` */
export function maskedName(name: string): string {
  const [first = '', ...others] = name.trim().split(/\s+/);
  return [first, ...others.map((other) => `${[...other][0] ?? ''}.`)].join(' ');
}
