/** The sample hospital: identical on every machine, plausible, and unique where required. */
import { expect, test } from '@jest/globals';
import { seedPatient } from '../../../prisma/seed-data.js';
import { COMMON, STAYS } from '../../../prisma/seed-stays.js';

const patients = Array.from({ length: 2_000 }, (_, index) => seedPatient(index + 1));
const charges = patients.flatMap((patient) => patient.charges);

test('the same number gives the same patient, whichever others are created', () => {
  expect(seedPatient(17)).toEqual(patients[16]);
  expect(patients[0]).toMatchObject({
    id: '00000000-0000-4000-8000-000000000001',
    document: '107919317',
    authorizationCode: 'AUT-011732-0001',
  });
});

test('documents, codes and charges have unique numbers', () => {
  const distinct = <T>(list: readonly T[], of: (each: T) => string): number =>
    new Set(list.map(of)).size;
  expect(distinct(patients, ({ document }) => document)).toBe(2_000);
  expect(distinct(patients, ({ authorizationCode }) => authorizationCode)).toBe(2_000);
  expect(distinct(charges, ({ id }) => id)).toBe(charges.length);
});

test('every patient has 3 to 12 charges of each kind, both of one stay and common ones', () => {
  const common = new Set(COMMON.map(([, name]) => name));
  for (const { charges: own } of patients) {
    const usual = own.filter(({ description }) => !common.has(description));
    const stay = STAYS.find(({ services }) =>
      usual.every(({ description }) => services.some(([, name]) => name === description)),
    );
    expect([stay === undefined, usual.length > 0]).toEqual([false, true]);
    const counts = ['exam', 'medicine', 'procedure', 'consultation'].map(
      (kind) => own.filter((charge) => charge.kind === kind).length,
    );
    expect(counts.filter((count) => count < 3 || count > 12)).toEqual([]);
  }
});

test('no patient has a charge that does not fit their age', () => {
  for (const { birthDate, charges: own } of patients) {
    const age = (Date.UTC(2026, 6, 1) - Date.parse(birthDate)) / (365.25 * 86_400_000);
    const seen = own.map(({ description }) => description).join(' ');
    if (age < 18) expect(seen).not.toMatch(/Obstetric|Coronary/);
    if (age >= 16) expect(seen).not.toMatch(/Paediatrics/);
  }
});

test('prices stay within the range of the service, in whole cents', () => {
  const services = [...STAYS.flatMap((stay) => stay.services), ...COMMON];
  const bounds = new Map(services.map(([, name, least, most]) => [name, [least, most] as const]));
  for (const { description, amountMinor } of charges) {
    const [least = 0, most = 0] = bounds.get(description) ?? [];
    const fits =
      Number.isInteger(amountMinor) && amountMinor > (least - 1) * 100 && amountMinor <= most * 100;
    expect([description, fits]).toEqual([description, true]);
  }
});
