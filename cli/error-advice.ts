/** Advice for a refusal, by its code. Pure. A code without an entry needs no advice. */

const ADVICE: Readonly<Record<string, string>> = {
  UNAUTHENTICATED:
    'The token does not belong to that installation: `relevo tokens` prints the local ones, RELEVO_TOKEN sets another.',
  FORBIDDEN: 'The token is of another kind: set RELEVO_TOKEN to the required one, or unset it.',
  PATIENT_UNKNOWN: '`relevo patients` lists the patients.',
  PATIENT_NOT_FOUND: '`relevo patients` lists the patients.',
  PAYMENT_NOT_FOUND: '`relevo payments` lists the payments.',
  REPLICA_NOT_FOUND: '`relevo status` lists the replicas.',
  INSTANCE_NOT_FOUND: '`relevo status` lists the instances.',
  LAST_INSTANCE: 'Set another instance to ready first: `relevo ready INSTANCE`.',
  IDEMPOTENCY_KEY_REUSED:
    'Use a new key for a new payment, or repeat amount, currency, concept and patient exactly.',
  NO_CANDIDATE:
    'Wait until another replica is alive (`relevo status --watch`), or set one to ready: `relevo ready REPLICA`.',
  HANDOVER_LOST: 'Check the current leader (`relevo status`), then retry.',
  SCHEDULE_EXISTS: '`relevo status` shows it; `relevo handover --cancel` cancels it.',
  SCHEDULE_TIME_INVALID:
    'Choose a time like 2026-11-30T02:00:00Z, within seven days; `date -u` prints the time in UTC.',
  TOO_BUSY: 'Retry after a short time, with the same key if there is one.',
  BACKLOG_FULL: 'Retry after a short time, with the same key; `relevo status` shows the backlog.',
  NOT_ACCEPTING: '`relevo status` shows the reason; an operator resumes: `relevo accept resume`.',
  BILL_NOT_SETTLED: '`relevo bill PATIENT` shows the amounts that are still due.',
  OVERLOADED: 'Retry after a short time, with the same key if there is one.',
  UNAVAILABLE:
    'A part of the system is unreachable: `relevo doctor` finds the cause. Retry with the same key; no payment is charged twice.',
  NOT_REDRIVABLE: 'Only a FAILED payment can be re-driven: `relevo payment ID` shows its status.',
};

export const getAdvice = (code: string): string | null => ADVICE[code] ?? null;
