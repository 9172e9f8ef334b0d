/**
 * Finds a patient by id or by document. The API lists patients in order of id, so a search by
 * document reads page after page.
 */
import { documentForm } from '../../shared/core/spelling.js';
import { ask } from '../client.js';
import { EXIT } from '../exit-codes.js';
import { CommandFailure, wrongArguments } from '../failure.js';

export interface Patient {
  id: string;
  document: string;
  name: string;
}

export interface PatientPage {
  patients: Patient[];
  next: string | null;
}

export interface Asking {
  addresses: readonly string[];
  token: string;
  signal?: AbortSignal;
}

const PAGE = 500;

/** One page of patients. @param cursor from the previous page; null: the first page. */
export async function patientPage(
  { addresses, token, signal }: Asking,
  limit: number,
  cursor: string | null,
): Promise<PatientPage> {
  const query = new URLSearchParams({
    limit: String(limit),
    ...(cursor === null ? {} : { cursor }),
  });
  const question = {
    path: `/api/patients?${query.toString()}`,
    token,
    ...(signal ? { signal } : {}),
  };
  return (await ask<PatientPage>(addresses, question)).body;
}

/**
 * The patient whose document equals the typed text, else the first one whose document has the same
 * letters and digits.
 * @throws CommandFailure PATIENT_NOT_FOUND
 */
export async function patientByDocument(asking: Asking, typed: string): Promise<Patient> {
  const form = documentForm(typed);
  let alike: Patient | undefined;
  let cursor: string | null = null;
  do {
    const page: PatientPage = await patientPage(asking, PAGE, cursor);
    const same = page.patients.find(({ document }) => document === typed.trim());
    if (same) return same;
    alike ??= page.patients.find(({ document }) => form !== '' && documentForm(document) === form);
    cursor = page.next;
  } while (cursor !== null);
  if (alike) return alike;
  throw new CommandFailure(
    'PATIENT_NOT_FOUND',
    `There is no patient with the document ${typed}.`,
    EXIT.no,
    '`relevo patients` lists them.',
  );
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

export interface WantedPatient {
  /** An id, or a document. */
  patient: string | null;
  document: string | null;
}

export interface Named {
  id: string;
  /** For display: the name where it is known, else the id. */
  shown: string;
}

const toNamed = ({ id, name, document }: Patient): Named => ({
  id,
  shown: `${name}, document ${document}`,
});

/** @throws CommandFailure WRONG_ARGUMENTS when neither or both are given; PATIENT_NOT_FOUND. */
export async function findPatient(
  asking: Asking,
  { patient, document }: WantedPatient,
): Promise<Named> {
  if ((patient === null) === (document === null)) {
    throw wrongArguments(
      'Name the patient either by id or document, or with --document.',
      '`relevo patients` lists them.',
    );
  }
  if (patient !== null && UUID.test(patient))
    return { id: patient.toLowerCase(), shown: `patient ${patient.toLowerCase()}` };
  return toNamed(await patientByDocument(asking, patient ?? document ?? ''));
}

/**
 * As `findPatient`, and without a name the first patient. @throws CommandFailure PATIENT_NOT_FOUND
 * when there is none.
 */
export async function findPatientOrFirst(asking: Asking, wanted: WantedPatient): Promise<Named> {
  if (wanted.patient !== null || wanted.document !== null) return findPatient(asking, wanted);
  const [first] = (await patientPage(asking, 1, null)).patients;
  if (first) return toNamed(first);
  throw new CommandFailure(
    'PATIENT_NOT_FOUND',
    'There is no patient.',
    EXIT.no,
    '`relevo seed` adds sample patients.',
  );
}
