/**
 * Whether four facts are those of a patient. One answer whichever of them is wrong, and as much work for a document that no patient has: a
 * guess tells nothing, not even by the time it takes. The work is expensive on purpose (a hash of the code), so that only a few
 * comparisons run at the same time; beyond a short waiting list nothing is compared.
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import { isCodeOf } from '../shared/code-hash.js';
import { Problem } from '../shared/errors.js';
import { codeForm, personForm, type PatientFacts } from './core/identification.js';
import { refusedTotal } from './metrics.js';
import type { KnownPatient, StaffRecords } from './staff-records.js';
import { Turns } from './turns.js';

/** Comparisons at the same time, each with 16 MB and a thread of Node's four. */
const AT_ONCE = 2;
/** Comparisons that may wait: less than half a second of work. */
const WAITING_MAX = 8;

const digest = (facts: PatientFacts): Buffer => createHash('sha256').update(personForm(facts)).digest();

/** Compared with when there is no such document. */
const NOBODY: PatientFacts = { document: '', name: '', birthDate: '', authorizationCode: '' };

export async function sameFacts(typed: PatientFacts, known: KnownPatient | null): Promise<boolean> {
  // The document's own form may be written in several ways in the record; it found the row.
  const recorded = known ? { ...known, document: typed.document } : NOBODY;
  const isSamePerson = timingSafeEqual(digest(typed), digest(recorded));
  const isSameCode = await isCodeOf(codeForm(typed.authorizationCode), known?.authorizationCode ?? null, codeForm);
  return isSamePerson && isSameCode && known !== null;
}

/** The patient's id; null when any of the facts is wrong. @throws Problem UNAVAILABLE · TOO_BUSY, and nothing was compared */
export type Identify = (typed: PatientFacts) => Promise<string | null>;

/** @param same replaces the comparison in tests. */
export function createIdentify(records: Pick<StaffRecords, 'patientByDocument'>, same = sameFacts): Identify {
  const turns = new Turns(AT_ONCE, WAITING_MAX);
  return async (typed) => {
    const known = await records.patientByDocument(typed.document);
    const isSame = turns.take(() => same(typed, known));
    if (!isSame) {
      refusedTotal.inc({ reason: 'identifications' });
      throw new Problem('TOO_BUSY', 'Too many patients are being identified already', { retryAfterSeconds: 1 });
    }
    return (await isSame) && known ? known.id : null;
  };
}
