/**
 * Generates a plausible hospital from a number: the same patient has the same name and the same
 * charges on every machine.
 */
import { seededRandom, type Random } from '../shared/random.js';
import {
  COMMON,
  STAYS,
  type Frequency,
  type SeedKind,
  type MedicalService,
  type Stay,
} from './seed-stays.js';

export interface SeedCharge {
  id: string;
  kind: SeedKind;
  description: string;
  amountMinor: number;
  currency: string;
  createdAt: Date;
}

export interface SeedPatient {
  id: string;
  document: string;
  fullName: string;
  birthDate: string;
  authorizationCode: string;
  charges: SeedCharge[];
}

/** The first twenty are women's names. */
const GIVEN = (
  'Ana Lucía Camila Sofía Valentina Isabella Mariana Daniela Gabriela Carolina Paula Andrea Laura Juliana Natalia Elena Clara Rosa Inés ' +
  'Teresa Andrés Carlos Diego Felipe Gabriel Javier Jorge José Juan Luis Manuel Mateo Miguel Nicolás Pablo Rafael Ricardo Samuel Santiago Tomás'
).split(' ');
const FAMILY = (
  'Acosta Aguilar Álvarez Benítez Cabrera Cárdenas Castillo Castro Contreras Cortés Delgado Díaz Domínguez Escobar Espinosa Fernández ' +
  'Figueroa Flores Fuentes Gallego García Gómez González Guerrero Gutiérrez Herrera Jiménez León López Martínez Medina Mejía Mendoza Molina ' +
  'Morales Moreno Muñoz Navarro Ortega Ortiz Parra Peña Pérez Quintero Ramírez Ramos Restrepo Reyes Ríos Rivera Rodríguez Rojas Romero Ruiz ' +
  'Salazar Sánchez Silva Soto Suárez Torres Valencia Vargas Vega Velásquez Zapata'
).split(' ');

const KINDS: readonly SeedKind[] = ['exam', 'medicine', 'procedure', 'consultation'];
/** Minimum and maximum number of charges of one kind on a bill. */
const LEAST_A_KIND = 3;
const MOST_A_KIND = 12;

const FEMALE = 20;
const FIRST_DAY = Date.UTC(2026, 6, 1);
const DAY_MS = 86_400_000;
const YEAR_MS = 365.25 * DAY_MS;
const MINUTE_MS = 60_000;
/** The working day of a ward, in minutes: from 08:00, for twelve hours. */
const WARD_OPENS_MINUTE = 8 * 60;
const WARD_MINUTES = 12 * 60;

const uuidOf = (group: string, value: number): string =>
  `00000000-0000-4000-${group}-${String(value).padStart(12, '0')}`;
const isoDay = (ms: number): string => new Date(ms).toISOString().slice(0, 10);
const between = (random: Random, least: number, most: number): number =>
  least + random.below(most - least + 1);

/** A price between two whole dollars, in cents, with a typical ending. */
const price = (random: Random, least: number, most: number): number =>
  between(random, least, most) * 100 - random.pick([0, 1, 5, 10, 50]);

/**
 * Draws a stay for a person of this age and sex; common stays are more frequent. At least one stay
 * exists for every age.
 */
function stayOf(random: Random, age: number, sex: 'female' | 'male'): Stay {
  const possible = STAYS.filter(
    (stay) => stay.ages[0] <= age && age <= stay.ages[1] && (stay.sex ?? sex) === sex,
  );
  let left = random.below(possible.reduce((sum, { weight }) => sum + weight, 0));
  return possible.find(({ weight }) => (left -= weight) < 0) ?? random.pick(possible);
}

/** The days of a stay on which a service is charged; 0 is the first day. */
function daysOf(random: Random, frequency: Frequency, nights: number): number[] {
  const any = (): number => random.below(nights + 1);
  if (frequency === 'once') return [0];
  return frequency === 'daily'
    ? Array.from({ length: nights + 1 }, (_, day) => day)
    : Array.from({ length: random.below(frequency + 1) }, any);
}

interface Person {
  number: number;
  age: number;
  sex: 'female' | 'male';
}

type Charged = Omit<SeedCharge, 'id' | 'currency'>;

/** Charges one service on its days, at the same price on every day. */
function chargesFor(
  [kind, description, least, most, frequency]: MedicalService,
  random: Random,
  arrivedMs: number,
  nights: number,
): Charged[] {
  const amountMinor = price(random, least, most);
  return daysOf(random, frequency, nights).map((day) => {
    const minute = WARD_OPENS_MINUTE + random.below(WARD_MINUTES);
    return {
      kind,
      description,
      amountMinor,
      createdAt: new Date(arrivedMs + day * DAY_MS + minute * MINUTE_MS),
    };
  });
}

/**
 * Bounds the charges of a kind: adds small services when there are few, and cuts the rest when
 * there are too many for a page.
 */
function bounded(
  charges: readonly Charged[],
  kind: SeedKind,
  extra: (service: MedicalService) => Charged[],
): Charged[] {
  const own = charges.filter((charge) => charge.kind === kind);
  const added = COMMON.filter(([of]) => of === kind)
    .slice(0, Math.max(0, LEAST_A_KIND - own.length))
    .flatMap(extra);
  return [...own, ...added].slice(0, MOST_A_KIND);
}

function chargesOf({ number, age, sex }: Person): SeedCharge[] {
  const random = seededRandom(20_261_121, `stay-${number}`);
  const stay = stayOf(random, age, sex);
  const nights = between(random, ...stay.nights);
  const arrivedMs = FIRST_DAY + random.below(120) * DAY_MS;
  const charge = (service: MedicalService): Charged[] =>
    chargesFor(service, random, arrivedMs, nights);
  const usual = stay.services.flatMap(charge);
  return KINDS.flatMap((kind) => bounded(usual, kind, charge)).map((each, index) => ({
    id: uuidOf('8001', number * 100 + index),
    currency: 'USD',
    ...each,
  }));
}

/** @param number 1, 2, …; patient 1 has the id `00000000-0000-4000-8000-000000000001`. */
export function seedPatient(number: number): SeedPatient {
  const random = seededRandom(20_261_121, `patient-${number}`);
  const given = random.pick(GIVEN);
  const fullName = `${given} ${random.pick(FAMILY)} ${random.pick(FAMILY)}`;
  const bornMs = Date.UTC(1935, 0, 1) + random.below(89 * 365) * DAY_MS;
  const age = Math.floor((FIRST_DAY - bornMs) / YEAR_MS);
  return {
    id: uuidOf('8000', number),
    // The step has no common factor with the range, so the first nine hundred million numbers are
    // all different.
    document: String(100_000_000 + ((number * 7_919_317) % 900_000_000)),
    fullName,
    birthDate: isoDay(bornMs),
    authorizationCode: `AUT-${String(random.below(1_000_000)).padStart(6, '0')}-${String(number).padStart(4, '0')}`,
    charges: chargesOf({ number, age, sex: GIVEN.indexOf(given) < FEMALE ? 'female' : 'male' }),
  };
}
