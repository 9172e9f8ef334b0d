/**
 * Hashes a request to 64 hexadecimal digits: equal for equal requests, independent of the order and
 * spacing of their JSON.
 */
import { hash } from 'node:crypto';
import { canonicalJson } from '../core/idempotency.js';

export const fingerprint = (validatedBody: unknown): string =>
  hash('sha256', canonicalJson(validatedBody), 'hex');
