/** Identifiers and small values that appear in several contracts. */
import { z } from 'zod';
import { AMOUNT_MAX_MINOR, CURRENCIES } from '../money.js';

/** In lower case, the form that the database returns. */
export const id = z.uuid().toLowerCase();
/**
 * A whole number in digits, as in a query or a form; JSON may also send a number. Empty text is
 * invalid, not 0.
 */
export const parseWritten = <T extends z.ZodType<number>>(number: T) =>
  z.preprocess(
    (value) => (typeof value === 'string' && /^-?\d{1,16}$/.test(value) ? Number(value) : value),
    number,
  );
export const partition = z.int().min(0).max(1023);
export const term = z.int().min(0);
export const memberId = z.string().regex(/^[A-Za-z0-9_-]{1,64}$/);
export const amountMinor = z.int().min(1).max(AMOUNT_MAX_MINOR);
export const currency = z.enum(CURRENCIES, {
  error: 'must be an ISO 4217 code in capitals, such as USD',
});
/** The reason for an operator's action. No control characters: PostgreSQL cannot store NUL. */
export const reason = z
  .string()
  .trim()
  .min(1)
  .max(500)
  .regex(/^\P{Cc}*$/u, 'must not hold control characters');
export const timestamp = z.iso.datetime();
