/**
 * Whether four facts are those of a patient. One answer whichever of them is wrong, and as much work for a document that nobody has: who
 * guesses learns nothing, not even from the clock.
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import { factsForm, type PatientFacts } from './core/identification.js';
import type { KnownPatient, StaffRecords } from './staff-records.js';

const digest = (facts: PatientFacts): Buffer => createHash('sha256').update(factsForm(facts)).digest();

/** Compared with when there is no such document. */
const NOBODY: PatientFacts = { document: '', name: '', birthDate: '', authorizationCode: '' };

export function sameFacts(typed: PatientFacts, known: KnownPatient | null): boolean {
  // The document's own form may be written in several ways in the record; it found the row.
  const recorded = known ? { ...known, document: typed.document } : NOBODY;
  return timingSafeEqual(digest(typed), digest(recorded)) && known !== null;
}

/** The patient's id; null when any of the facts is wrong. @throws Problem UNAVAILABLE */
export async function identify(records: Pick<StaffRecords, 'patientByDocument'>, typed: PatientFacts): Promise<string | null> {
  const known = await records.patientByDocument(typed.document);
  return sameFacts(typed, known) && known ? known.id : null;
}
