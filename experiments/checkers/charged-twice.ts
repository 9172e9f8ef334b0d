/**
 * Charged twice (I6): the gateway's own ledger holds more than one approved charge under one key.
 */
import { approvedKeys, repeated, type Checker } from './recorded.js';

export const chargedTwice: Checker = (history) => repeated(approvedKeys(history));
