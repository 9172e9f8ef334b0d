/**
 * Finds a patient by identity document in any spelling: a stored `900.000.006-K` is also found as
 * `900000006k`.
 */
import { documentForm } from '../core/spelling.js';

/**
 * The parameter of the statement below: the text as typed, and its normal form in lower and upper
 * case.
 */
export function documentSpellings(typed: string): string[] {
  const form = documentForm(typed);
  return [typed.trim(), form, form.toUpperCase()];
}

/**
 * The statement that finds the patient: by the document as stored, or else by its letters and
 * digits (index patient_document_form).
 * @param parameter holds `documentSpellings`.
 */
export const patientByDocument = (columns: string, parameter = '$1'): string => `
SELECT ${columns}
  FROM patient
 WHERE document = ANY (${parameter}::text[])
    OR ((${parameter}::text[])[2] <> '' AND lower(regexp_replace(document, '[^[:alnum:]]', '', 'g')) = (${parameter}::text[])[2])
 ORDER BY document = (${parameter}::text[])[1] DESC, document = ANY (${parameter}::text[]) DESC, id LIMIT 1`;
