/** Identifiers and small values that appear in several contracts. */
import { z } from 'zod';
import { AMOUNT_MAX_MINOR, CURRENCIES } from '../money.js';

export const id = z.uuid();
export const partition = z.int().min(0).max(1023);
export const term = z.int().min(0);
export const memberId = z.string().regex(/^[A-Za-z0-9_-]{1,64}$/);
export const amountMinor = z.int().min(1).max(AMOUNT_MAX_MINOR);
export const currency = z.enum(CURRENCIES);
export const reason = z.string().trim().min(1).max(500);
export const timestamp = z.iso.datetime();
