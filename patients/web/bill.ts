/** The bill of the patient who was identified, and the form that pays it. */
import { billKey } from '../core/payable.js';
import type { PatientsDeps } from '../service.js';
import type { PageHandler } from './guards.js';
import { billPage, type BillFacts } from './pages/bill.js';
import { sendPage } from './send-page.js';

type Deps = Pick<PatientsDeps, 'config' | 'records' | 'staff'>;

/** Payments shown beside the bill. */
const LATEST = 6;

/** What is known of a bill now. @throws Problem UNAVAILABLE */
export async function readBill({ config, records, staff }: Deps, patientId: string): Promise<Omit<BillFacts, 'problem' | 'typed'>> {
  const [bill, payments] = await Promise.all([
    records.bill(patientId, config.defaultCurrency), records.payments({ patientId }, null, LATEST),
  ]);
  const { pendingMinor, lastSeq } = await staff.beingPaid(patientId, bill.currency);
  return { bill, payments, pendingMinor, key: billKey(patientId, lastSeq) };
}

export function showBill(deps: Deps): PageHandler {
  return async (answering) => {
    const facts = await readBill(deps, answering.request.session.patientId ?? '');
    sendPage(answering, 200, (view) => billPage(view, { ...facts, problem: null, typed: '' }));
  };
}
