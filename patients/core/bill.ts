/**
 * The consolidated bill: charges by kind, what was paid, what is due. Whole minor units are added, nothing is divided, so
 * nothing is rounded. A bill has one currency; payments in another one do not lower it.
 */
export const CHARGE_KINDS = ['exam', 'medicine', 'procedure', 'consultation'] as const;
export type ChargeKind = (typeof CHARGE_KINDS)[number];

export interface Charge {
  id: string;
  kind: ChargeKind;
  description: string;
  amountMinor: number;
  currency: string;
  /** Calendar day, `2026-03-14`. */
  date: string;
}

export interface BilledPatient {
  id: string;
  name: string;
  document: string;
}

export interface BillSection {
  items: { id: string; description: string; amountMinor: number; date: string }[];
  subtotalMinor: number;
}

export interface Bill {
  patient: BilledPatient;
  charges: Record<ChargeKind, BillSection>;
  currency: string;
  totalMinor: number;
  paidMinor: number;
  /** Never below 0: what was paid too much is not a debt of the hospital's on this page. */
  dueMinor: number;
}

const sum = (charges: readonly Charge[]): number => charges.reduce((total, { amountMinor }) => total + amountMinor, 0);

function section(charges: readonly Charge[], kind: ChargeKind): BillSection {
  const ofKind = charges.filter((charge) => charge.kind === kind);
  const items = ofKind.map(({ id, description, amountMinor, date }) => ({ id, description, amountMinor, date }));
  return { items, subtotalMinor: sum(ofKind) };
}

/** The currency of a bill: that of its charges; `fallback` when there are none. */
export const billCurrency = (charges: readonly Charge[], fallback: string): string => charges[0]?.currency ?? fallback;

/** @param paidMinor what succeeded in `currency`. */
export function consolidate(patient: BilledPatient, all: readonly Charge[], currency: string, paidMinor: number): Bill {
  const charges = all.filter((charge) => charge.currency === currency);
  const totalMinor = sum(charges);
  return {
    patient,
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
  };
}
