/**
 * Charged twice (I6): the gateway's own ledger holds more than one approved charge under one key.
 */
import { findApprovedKeys, findRepeated, type Checker } from './recorded.js';

export const findChargedTwice: Checker = (history) => findRepeated(findApprovedKeys(history));
