/** Formats lists of payments and patients, and a bill, as tables of 80 columns. Pure. */
import type { Payment } from '../../shared/contracts/payment.js';
import { formatAmount } from './amount.js';
import { formatDay, formatTime } from '../output/format-time.js';
import { formatTable } from '../output/table.js';

const MORE = 'There are more: --limit, or --cursor';

/** The time for today, the day for earlier dates, because the id needs the width. */
function when(acceptedAt: string, now: Date): string {
  const at = new Date(acceptedAt);
  return formatDay(at) === formatDay(now) ? formatTime(at) : formatDay(at).slice(5);
}

interface ListView {
  now: Date;
  /** The status that was asked for; null: any. */
  status: string | null;
}

export function formatPayments(
  payments: readonly Payment[],
  next: string | null,
  { now, status }: ListView,
): string {
  if (payments.length === 0)
    return status === null ? 'No payments' : `No ${status.toLowerCase()} payments`;
  const rows = payments.map(({ id, acceptedAt, amountMinor, currency, status, processedBy }) => [
    when(acceptedAt, now),
    status.toLowerCase(),
    formatAmount(amountMinor, currency),
    processedBy ?? '-',
    id,
  ]);
  const lines = formatTable(['accepted', 'status', 'amount', 'by', 'id'], rows);
  return [...lines, ...(next === null ? [] : ['', `${MORE} ${next}`])].join('\n');
}

export function formatPatients(
  patients: readonly { id: string; document: string; name: string }[],
  next: string | null,
): string {
  if (patients.length === 0) return 'There is no patient; `relevo seed` adds some.';
  const lines = formatTable(
    ['document', 'id', 'name'],
    patients.map(({ id, document, name }) => [document, id, name]),
  );
  return [...lines, ...(next === null ? [] : ['', `${MORE} ${next}`])].join('\n');
}

interface Section {
  items: readonly { description: string; amountMinor: number; date: string }[];
  subtotalMinor: number;
}

export interface CurrencyBill {
  charges: Readonly<Record<string, Section>>;
  currency: string;
  totalMinor: number;
  paidMinor: number;
  dueMinor: number;
  /** Paid beyond the total. */
  creditMinor: number;
}

export interface Bill {
  patient: { id: string; document: string; name: string };
  /** One per currency. */
  bills: readonly CurrencyBill[];
}

function currencyLines({
  charges,
  currency,
  totalMinor,
  paidMinor,
  dueMinor,
  creditMinor,
}: CurrencyBill): string[] {
  const sum = (amountMinor: number): string =>
    formatAmount(amountMinor, currency).replace(/ .*/, '');
  const rows = Object.entries(charges).flatMap(([kind, { items, subtotalMinor }]) =>
    items.length === 0
      ? []
      : [
          ...items.map(({ date, amountMinor, description }) => [
            kind,
            date,
            sum(amountMinor),
            description,
          ]),
          ['', '', sum(subtotalMinor), `${kind}, together`],
        ],
  );
  return [
    '',
    ...formatTable(['kind', 'date', currency, 'for'], rows, '  '),
    '',
    `${formatAmount(totalMinor, currency)} in all, ${sum(paidMinor)} paid, ${sum(dueMinor)} due.`,
    ...(creditMinor > 0
      ? [`${formatAmount(creditMinor, currency)} credit: paid beyond the total.`]
      : []),
  ];
}

/** Never adds amounts of different currencies: each currency has its own list and totals. */
export const formatBill = ({ patient, bills }: Bill): string =>
  [`${patient.name}, document ${patient.document}`, ...bills.flatMap(currencyLines)].join('\n');
