/** What a request asked for, as 64 hexadecimal digits: equal for equal requests, whatever the order and the spacing of their JSON. */
import { hash } from 'node:crypto';
import { canonicalJson } from './core/idempotency.js';

export const fingerprint = (validatedBody: unknown): string => hash('sha256', canonicalJson(validatedBody), 'hex');
