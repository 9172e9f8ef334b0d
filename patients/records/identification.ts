/**
 * Checks whether four facts belong to one patient. The answer is the same whichever fact is wrong,
 * and an unknown document costs as much work, so neither the answer nor its duration helps to
 * guess. The work is expensive on purpose (a hash of the code). Therefore only a few comparisons
 * run at the same time; beyond a short waiting list requests are refused.
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import { isCodeOf } from '../../shared/code-hash.js';
import { Problem } from '../../shared/errors.js';
import { codeForm, personForm, type PatientFacts } from '../core/identification.js';
import { refusedTotal } from '../metrics.js';
import type { KnownPatient, StaffRecords } from './staff-records.js';
import { Turns } from './turns.js';

/** Concurrent comparisons, each with 16 MB and one of Node's four threads. */
const AT_ONCE = 2;
/** Waiting comparisons: less than half a second of work. */
const WAITING_MAX = 8;

const digest = (facts: PatientFacts): Buffer =>
  createHash('sha256').update(personForm(facts)).digest();

/** Compared with the typed facts when no patient has the document. */
const NO_PATIENT: PatientFacts = { document: '', name: '', birthDate: '', authorizationCode: '' };

export async function sameFacts(typed: PatientFacts, known: KnownPatient | null): Promise<boolean> {
  // The database may spell the document in several ways; the typed document found the row.
  const recorded = known ? { ...known, document: typed.document } : NO_PATIENT;
  const isSamePerson = timingSafeEqual(digest(typed), digest(recorded));
  const isSameCode = await isCodeOf(
    codeForm(typed.authorizationCode),
    known?.authorizationCode ?? null,
    codeForm,
  );
  return isSamePerson && isSameCode && known !== null;
}

/**
 * The patient's id; null when any fact is wrong. @throws Problem UNAVAILABLE · TOO_BUSY; then
 * nothing was compared
 */
export type Identify = (typed: PatientFacts) => Promise<string | null>;

/** @param same replaces the comparison in tests. */
export function createIdentify(
  records: Pick<StaffRecords, 'patientByDocument'>,
  same = sameFacts,
): Identify {
  const turns = new Turns(AT_ONCE, WAITING_MAX);
  return async (typed) => {
    const known = await records.patientByDocument(typed.document);
    const isSame = turns.take(() => same(typed, known));
    if (!isSame) {
      refusedTotal.inc({ reason: 'identifications' });
      throw new Problem('TOO_BUSY', 'Too many patients are being identified already', {
        retryAfterSeconds: 1,
      });
    }
    return (await isSame) && known ? known.id : null;
  };
}
