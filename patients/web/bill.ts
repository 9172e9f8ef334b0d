/** The bill of the patient who was identified, one part for each currency, and the forms that pay it. */
import type { CurrencyBill } from '../core/bill.js';
import { billKey } from '../core/payable.js';
import type { PatientsDeps } from '../service.js';
import type { PageHandler } from './guards.js';
import { billPage, type BillAccount, type BillFacts } from './pages/bill.js';
import { sendPage } from './send-page.js';

type Deps = Pick<PatientsDeps, 'config' | 'records' | 'staff'>;

/** Payments shown beside the bill. */
const LATEST = 6;

async function accountOf({ staff }: Deps, patientId: string, bill: CurrencyBill): Promise<BillAccount> {
  const { pendingMinor, lastSeq } = await staff.beingPaid(patientId, bill.currency);
  return { bill, pendingMinor, key: billKey(patientId, bill.currency, lastSeq) };
}

/** What is known of a bill now. @throws Problem UNAVAILABLE */
export async function readBill(deps: Deps, patientId: string): Promise<Omit<BillFacts, 'refused'>> {
  const { config, records } = deps;
  const [{ patient, bills }, payments] = await Promise.all([
    records.bill(patientId, config.defaultCurrency), records.payments({ patientId }, null, LATEST),
  ]);
  return { patient, payments, accounts: await Promise.all(bills.map((bill) => accountOf(deps, patientId, bill))) };
}

export function showBill(deps: Deps): PageHandler {
  return async (answering) => {
    const facts = await readBill(deps, answering.request.session.patientId ?? '');
    sendPage(answering, 200, (view) => billPage(view, { ...facts, refused: null }));
  };
}
