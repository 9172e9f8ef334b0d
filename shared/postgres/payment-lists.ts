/**
 * Narrow tables that list payments of one status, maintained by triggers of payment, so that reads
 * need no search of the whole table.
 */
const LISTS = { PENDING: 'pending_payment', FAILED: 'failed_payment' } as const;

export type ListedStatus = keyof typeof LISTS;

export const isListedStatus = (status: string | undefined): status is ListedStatus =>
  status !== undefined && Object.hasOwn(LISTS, status);

/** The table that lists payments of this status by `seq`; null: no such table. */
export const listTable = (status: string | undefined): (typeof LISTS)[ListedStatus] | null =>
  isListedStatus(status) ? LISTS[status] : null;
