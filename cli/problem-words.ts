/** What to do about a refusal, by its code. Pure; a code without an entry needs no more words than its own. */

const ADVICE: Readonly<Record<string, string>> = {
  UNAUTHENTICATED: 'The token is not one of that installation: `relevo tokens` prints those kept here, RELEVO_TOKEN gives another.',
  FORBIDDEN: 'It is a token of another kind: set RELEVO_TOKEN to the one it asks for, or leave it out.',
  PATIENT_UNKNOWN: '`relevo patients` lists them.',
  PATIENT_NOT_FOUND: '`relevo patients` lists them.',
  PAYMENT_NOT_FOUND: '`relevo payments` lists them.',
  REPLICA_NOT_FOUND: '`relevo status` lists them.',
  IDEMPOTENCY_KEY_REUSED: 'Take a new key for a new payment, or repeat amount, currency, concept and patient exactly.',
  NO_CANDIDATE: 'Wait until another replica is back (`relevo status --watch`), or set one to ready: `relevo ready REPLICA`.',
  HANDOVER_LOST: 'Look who leads now (`relevo status`), then ask again.',
  TOO_BUSY: 'Ask again in a moment, with the same key if there is one.',
  BACKLOG_FULL: 'Ask again in a moment, with the same key; `relevo status` shows what waits.',
  UNAVAILABLE: 'The database cannot be reached: `relevo doctor` looks. Ask again with the same key; nothing is charged twice.',
  NOT_REDRIVABLE: 'Only a FAILED payment can be driven again: `relevo payment ID` shows how it stands.',
};

export const adviceFor = (code: string): string | null => ADVICE[code] ?? null;
