/**
 * Reads outside the hot path: lists of payments and patients, a bill, an exit pass. Through Prisma.
 */
import type { PaymentModel } from '../../generated/prisma/models.js';
import type { PaymentStatus } from '../../shared/contracts/payment.js';
import { Problem } from '../../shared/errors.js';
import { listHandled, type Handled, type Stretch } from '../../shared/postgres/handled-ranges.js';
import { isListedStatus } from '../../shared/postgres/payment-lists.js';
import type { Queryable } from '../../shared/postgres/postgres.js';
import { readBillState, type BillState } from './bill-records.js';
import type { Bill, BilledPatient } from '../core/bill.js';
import { exitPass, type ExitPass, type ExitRule } from '../core/pass.js';
import type { PaymentRecord } from '../core/payment-record.js';
import type { OperationSums } from '../core/standing.js';
import { createPassReads } from './pass-records.js';
import { listPayments, readOperationSums } from './payment-rows.js';
import type { Prisma } from './prisma.js';

/** Selects payments that match all given values. */
export interface PaymentFilter {
  status?: PaymentStatus | undefined;
  patientId?: string | undefined;
  batchId?: string | undefined;
  processedBy?: string | undefined;
  term?: number | undefined;
  /** Operations of this charge or authorization. */
  of?: string | undefined;
}

export interface Records {
  /**
   * Newest first, at most `limit`, accepted before the payment with `seq` = `before` (null: from
   * the newest).
   */
  payments(filter: PaymentFilter, before: number | null, limit: number): Promise<PaymentRecord[]>;
  /** @throws Problem PAYMENT_NOT_FOUND */
  payment(id: string): Promise<PaymentRecord>;
  /** The sums of the operations of a charge or an authorization. */
  operationSums(id: string): Promise<OperationSums>;
  /** In order of id, after `after`. */
  patients(after: string | null, limit: number): Promise<BilledPatient[]>;
  /** @throws Problem PATIENT_NOT_FOUND */
  bill(patientId: string, fallbackCurrency: string): Promise<Bill>;
  /**
   * The bill and the payments of each currency, in one snapshot. @throws Problem PATIENT_NOT_FOUND
   */
  billState(patientId: string, fallbackCurrency: string): Promise<BillState>;
  /** Also a pass that is not valid (`passState`). @throws Problem PASS_NOT_FOUND */
  pass(id: string, rule: ExitRule, now: Date): Promise<ExitPass>;
}

const toRecord = (row: PaymentModel): PaymentRecord => ({
  ...row,
  seq: Number(row.seq),
  amountMinor: Number(row.amountMinor),
  term: row.term === null ? null : Number(row.term),
});

/**
 * Omits undefined members. Prisma ignores them, but `exactOptionalPropertyTypes` requires their
 * absence.
 */
const given = <T extends object>(filter: T): { [K in keyof T]?: Exclude<T[K], undefined> } =>
  Object.fromEntries(Object.entries(filter).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };

/**
 * The part of a filter that the handled ranges answer; null when the filter has an index, or has no
 * such part.
 */
function toHandled({
  status,
  patientId,
  batchId,
  processedBy,
  term,
  of,
}: PaymentFilter): Handled | null {
  const isIndexed = patientId !== undefined || batchId !== undefined || of !== undefined;
  if (status === 'PENDING' || isIndexed) return null;
  return status === undefined && processedBy === undefined && term === undefined
    ? null
    : { status, processedBy, term };
}

/**
 * @param reads for lists that Prisma cannot express. @param timeZone decides the day of a charge.
 */
export function createRecords(prisma: Prisma, reads: Queryable, timeZone: string): Records {
  const readPaid = createPassReads(reads, timeZone);
  return {
    async payments(filter, before, limit) {
      const { status, patientId, batchId, processedBy, term, of } = filter;
      if (isListedStatus(status)) {
        const wanted = {
          patient_id: patientId,
          batch_id: batchId,
          processed_by: processedBy,
          term,
          of_payment: of,
        };
        return listPayments(reads, {
          status,
          before: before ?? Number.MAX_SAFE_INTEGER,
          wanted,
          limit,
        });
      }
      const find = async ({ from, below }: Stretch, take: number): Promise<PaymentRecord[]> => {
        const stretch = { seq: { gte: BigInt(from), lt: BigInt(below) } };
        const wanted = { status, patientId, batchId, processedBy, term, ofPayment: of };
        const where = { ...given(wanted), ...stretch };
        return (await prisma.payment.findMany({ where, orderBy: { seq: 'desc' }, take })).map(
          toRecord,
        );
      };
      const below = before ?? Number.MAX_SAFE_INTEGER;
      const handled = toHandled(filter);
      return handled
        ? listHandled(reads, handled, { before: below, limit }, find)
        : find({ from: 0, below }, limit);
    },
    async payment(id) {
      const row = await prisma.payment.findUnique({ where: { id } });
      if (!row) throw new Problem('PAYMENT_NOT_FOUND', `There is no payment ${id}`);
      return toRecord(row);
    },
    operationSums: (id) => readOperationSums(reads, id),
    async patients(after, limit) {
      const where = after === null ? {} : { id: { gt: after } };
      const select = { id: true, document: true, fullName: true };
      const rows = await prisma.patient.findMany({
        where,
        select,
        orderBy: { id: 'asc' },
        take: limit,
      });
      return rows.map(({ id, document, fullName }) => ({ id, document, name: fullName }));
    },
    bill: async (patientId, fallbackCurrency) =>
      (await readBillState(reads, timeZone, patientId, fallbackCurrency)).bill,
    billState: (patientId, fallbackCurrency) =>
      readBillState(reads, timeZone, patientId, fallbackCurrency),
    async pass(id, rule, now) {
      const paid = await readPaid(id);
      const pass = paid && exitPass(paid, rule, now);
      if (!pass) throw new Problem('PASS_NOT_FOUND', `There is no exit pass ${id}`);
      return pass;
    },
  };
}
