/**
 * Normalizes the four facts that identify a patient, so that accents, capitals and blanks make no
 * difference. `identification.ts` compares all four facts at once, in constant time.
 */
import { bare, documentForm } from '../../shared/core/spelling.js';

export interface PatientFacts {
  /** Number of the identity document. */
  document: string;
  name: string;
  /** Calendar day, `1987-03-14`. */
  birthDate: string;
  /** Printed on the admission sheet. */
  authorizationCode: string;
}

/** The fields of the form, in order. */
export const FACTS = [
  'document',
  'name',
  'birthDate',
  'authorizationCode',
] as const satisfies readonly (keyof PatientFacts)[];

/** Longest accepted text of a field, in characters. Longer text is refused without a comparison. */
export const FACT_MAX = 120;

export { documentForm };
export const nameForm = (text: string): string =>
  bare(text)
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();
export const codeForm = (text: string): string =>
  bare(text)
    .replace(/\s/gu, '')
    .replace(/[\p{Pd}\u2212]/gu, '-')
    .toUpperCase();

/** The text when it is a date of the calendar; null otherwise, as for 2026-02-30. */
export function calendarDay(text: string): string | null {
  const typed = text.trim();
  if (!/^\d{4}-\d\d-\d\d$/.test(typed)) return null;
  const day = new Date(`${typed}T00:00:00Z`);
  return !Number.isNaN(day.getTime()) && day.toISOString().slice(0, 10) === typed ? typed : null;
}

/** The missing or malformed fields; empty when the facts can be compared. */
export function incompleteFacts(typed: PatientFacts): (keyof PatientFacts)[] {
  const forms = {
    ...typed,
    document: documentForm(typed.document),
    authorizationCode: codeForm(typed.authorizationCode),
  };
  const isEmpty = (fact: keyof PatientFacts): boolean => forms[fact].trim() === '';
  return FACTS.filter(
    (fact) =>
      isEmpty(fact) ||
      typed[fact].length > FACT_MAX ||
      (fact === 'birthDate' && calendarDay(typed.birthDate) === null),
  );
}

/** All facts except the code as one text, in the form that is compared. */
export const personForm = ({
  document,
  name,
  birthDate,
}: Omit<PatientFacts, 'authorizationCode'>): string =>
  JSON.stringify([documentForm(document), nameForm(name), birthDate.trim()]);
