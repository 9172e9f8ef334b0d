/** Unbalanced (I10): the entries of a payment in the ledger of PostgreSQL do not sum to zero. */
import type { Checker } from './recorded.js';

export const findUnbalanced: Checker = ({ unbalanced }) => [...new Set(unbalanced ?? [])];
