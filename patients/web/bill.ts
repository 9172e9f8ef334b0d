/** Shows the bill of the identified patient, one part per currency, with the forms that pay it. */
import type { CurrencyPayments } from '../records/bill-records.js';
import type { CurrencyBill } from '../core/bill.js';
import { billKey } from '../core/payable.js';
import type { PatientsDeps } from '../connect.js';
import type { PageHandler } from './guards.js';
import { billPage, type BillAccount, type BillPageFacts } from './pages/bill.js';
import { sendPage } from './send-page.js';

type Deps = Pick<PatientsDeps, 'config' | 'records'>;

/** Number of payments shown next to the bill. */
const LATEST = 6;

function toAccount(
  patientId: string,
  bill: CurrencyBill,
  payments: CurrencyPayments | undefined,
): BillAccount {
  const { pendingMinor, lastSeq } = payments ?? { pendingMinor: 0, lastSeq: 0 };
  return { bill, pendingMinor, key: billKey(patientId, bill.currency, lastSeq) };
}

/** @throws Problem PATIENT_NOT_FOUND, UNAVAILABLE */
export async function readBill(
  { config, records }: Deps,
  patientId: string,
): Promise<Omit<BillPageFacts, 'refused'>> {
  const [{ bill, payments }, latest] = await Promise.all([
    records.billState(patientId, config.defaultCurrency),
    records.payments({ patientId }, null, LATEST),
  ]);
  const accounts = bill.bills.map((each) =>
    toAccount(patientId, each, payments.get(each.currency)),
  );
  return { patient: bill.patient, payments: latest, accounts, exitPolicy: config.exitPass };
}

export function showBill(deps: Deps): PageHandler {
  return async (answering) => {
    const facts = await readBill(deps, answering.request.session.patientId ?? '');
    sendPage(answering, 200, (view) => billPage(view, { ...facts, refused: null }));
  };
}
