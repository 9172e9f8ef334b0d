/**
 * The consolidated bill: charges by kind, the paid amount and the amount due; one bill per
 * currency. Whole minor units are added and never divided, so nothing is rounded. Amounts in two
 * currencies are never added; a payment reduces only the bill in its own currency.
 */
export const CHARGE_KINDS = ['exam', 'medicine', 'procedure', 'consultation'] as const;
export type ChargeKind = (typeof CHARGE_KINDS)[number];

export interface Charge {
  id: string;
  kind: ChargeKind;
  description: string;
  amountMinor: number;
  currency: string;
  /** Calendar day in the time zone of the hospital, `2026-03-14`. */
  date: string;
}

export interface BilledPatient {
  id: string;
  name: string;
  document: string;
}

interface BillSection {
  items: { id: string; description: string; amountMinor: number; date: string }[];
  subtotalMinor: number;
}

/** The part of a bill in one currency. */
export interface CurrencyBill {
  charges: Record<ChargeKind, BillSection>;
  currency: string;
  totalMinor: number;
  paidMinor: number;
  /** Never below 0. */
  dueMinor: number;
  /** The amount that was paid beyond the total; never below 0. It reduces no other currency. */
  creditMinor: number;
}

/**
 * The fields of `CurrencyBill` repeat the first element of `bills`, for clients that know a single
 * currency.
 */
export interface Bill extends CurrencyBill {
  patient: BilledPatient;
  /** One per currency, at least one. */
  bills: CurrencyBill[];
}

const sum = (charges: readonly Charge[]): number =>
  charges.reduce((total, { amountMinor }) => total + amountMinor, 0);

function section(charges: readonly Charge[], kind: ChargeKind): BillSection {
  const ofKind = charges.filter((charge) => charge.kind === kind);
  const items = ofKind.map(({ id, description, amountMinor, date }) => ({
    id,
    description,
    amountMinor,
    date,
  }));
  return { items, subtotalMinor: sum(ofKind) };
}

function billIn(currency: string, all: readonly Charge[], paidMinor: number): CurrencyBill {
  const charges = all.filter((charge) => charge.currency === currency);
  const totalMinor = sum(charges);
  return {
    charges: {
      exam: section(charges, 'exam'),
      medicine: section(charges, 'medicine'),
      procedure: section(charges, 'procedure'),
      consultation: section(charges, 'consultation'),
    },
    currency,
    totalMinor,
    paidMinor,
    dueMinor: Math.max(0, totalMinor - paidMinor),
    creditMinor: Math.max(0, paidMinor - totalMinor),
  };
}

/**
 * The currencies of the charges, in the order of the charges, then those that only payments have.
 * `fallback` without charges.
 */
function getCurrencies(
  charges: readonly Charge[],
  paid: ReadonlyMap<string, number>,
  fallback: string,
): string[] {
  const charged = charges.length > 0 ? charges.map(({ currency }) => currency) : [fallback];
  return [...new Set([...charged, ...[...paid.keys()].sort()])];
}

/** The inputs of a bill. */
export interface BillFacts {
  /** Oldest first. */
  charges: readonly Charge[];
  /** The succeeded amount less refunds, in minor units, by currency. */
  paid: ReadonlyMap<string, number>;
  /** The currency of a bill without charges. */
  fallback: string;
}

export function consolidate(patient: BilledPatient, { charges, paid, fallback }: BillFacts): Bill {
  const bills = getCurrencies(charges, paid, fallback).map((currency) =>
    billIn(currency, charges, paid.get(currency) ?? 0),
  );
  const [first = billIn(fallback, [], 0)] = bills;
  return { patient, ...first, bills };
}

/** The amount due and the credit in a currency; 0 when there is no bill in it. */
export function balanceIn(
  { bills }: Pick<Bill, 'bills'>,
  currency: string,
): Pick<CurrencyBill, 'dueMinor' | 'creditMinor'> {
  const found = bills.find((bill) => bill.currency === currency);
  return { dueMinor: found?.dueMinor ?? 0, creditMinor: found?.creditMinor ?? 0 };
}
