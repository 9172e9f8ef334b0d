/** Which payments stand in a narrow list of their own, kept by triggers of table payment: among ten million others they need no search. */
const LISTS = { PENDING: 'pending_payment', FAILED: 'failed_payment' } as const;

export type ListedStatus = keyof typeof LISTS;

export const isListed = (status: string | undefined): status is ListedStatus => status !== undefined && Object.hasOwn(LISTS, status);

/** The table that lists payments of this status by `seq`; null: there is none. */
export const listTable = (status: string | undefined): (typeof LISTS)[ListedStatus] | null => (isListed(status) ? LISTS[status] : null);
