/**
 * Takes a payment from the form next to a bill. The form's key identifies the bill as it was shown:
 * a form that is submitted twice, or from two tabs, makes one payment. If another form paid the
 * bill meanwhile, the current bill is shown instead of paid twice.
 */
import { Problem } from '../../shared/errors.js';
import { decimalsOf, isPayable } from '../../shared/money.js';
import { isBillKey } from '../core/idempotency.js';
import { amountToPay, payableMinor, type AmountProblem, type Wanted } from '../core/payable.js';
import type { PaymentRecord } from '../core/payment-record.js';
import { traceparent } from '../http/headers.js';
import { pay } from '../accept/pay.js';
import { paymentsByKey } from '../records/payment-rows.js';
import type { PatientsDeps } from '../connect.js';
import { readBill } from './bill.js';
import { getField, refuse, type PageHandler } from './guards.js';
import { billPage } from './pages/bill.js';
import { unclearPage } from './pages/pay-form.js';
import { seeOther, sendPage, type Answering } from './send-page.js';

/** Stored in the database and printed on receipts, independent of the language of the staff. */
const CONCEPT = 'Consolidated bill';

interface PayForm {
  patientId: string;
  key: string;
  wanted: Wanted;
}

/** The payment, or the reason of the refusal. */
type Taken = { paymentId: string } | { problem: AmountProblem | 'changed' };

const readForm = (answering: Answering): PayForm => ({
  patientId: getField(answering, 'patient'),
  key: getField(answering, 'key'),
  wanted: {
    part: getField(answering, 'part') === 'part' ? 'part' : 'whole',
    amount: getField(answering, 'amount'),
    shown: getField(answering, 'shown'),
  },
});

/** Handles a form that was submitted before; its bill was payable at that time. */
function findTakenBefore(before: PaymentRecord, { patientId, wanted }: PayForm): Taken {
  const amountMinor = amountToPay(
    wanted,
    Number.MAX_SAFE_INTEGER,
    decimalsOf(before.currency) ?? 0,
  );
  return before.patientId === patientId && before.amountMinor === amountMinor
    ? { paymentId: before.id }
    : { problem: 'changed' };
}

async function take(
  deps: PatientsDeps,
  { patientId, key, wanted }: PayForm,
  trace: string | undefined,
): Promise<Taken> {
  const { accounts } = await readBill(deps, patientId);
  const [before] = isBillKey(key) ? await paymentsByKey(deps.reads, [key]) : [];
  if (before) return findTakenBefore(before, { patientId, key, wanted });
  const account = accounts.find((each) => each.key === key);
  // Currencies that the service takes no payments in have no form.
  if (!account || !isPayable(account.bill.currency)) return { problem: 'changed' };
  const {
    pendingMinor,
    bill: { currency, dueMinor },
  } = account;
  const amountMinor = amountToPay(
    wanted,
    payableMinor({ dueMinor, pendingMinor }),
    decimalsOf(currency) ?? 0,
  );
  if (typeof amountMinor !== 'number') return { problem: amountMinor };
  const request = { patientId, amountMinor, currency, concept: CONCEPT, settles: 'bill' as const };
  const command = {
    request,
    idempotencyKey: key,
    redriveOf: null,
    waitMs: 0,
    traceparent: trace,
    clientGone: new AbortController().signal,
  };
  const { payment } = await pay(deps, command);
  return { paymentId: payment.id };
}

/**
 * A faster tab paid another amount, or the bill was paid since it was read. Both count as a changed
 * bill.
 */
const orChanged = (error: unknown): Taken => {
  if (
    error instanceof Problem &&
    (error.code === 'IDEMPOTENCY_KEY_REUSED' || error.code === 'BILL_NOT_PAYABLE')
  )
    return { problem: 'changed' };
  throw error;
};

async function showAgain(
  deps: PatientsDeps,
  answering: Answering,
  form: PayForm,
  problem: AmountProblem | 'changed',
): Promise<void> {
  const facts = await readBill(deps, form.patientId);
  const typed = form.wanted.part === 'part' ? form.wanted.amount : '';
  const refused = { key: form.key, problem, typed };
  sendPage(answering, problem === 'changed' ? 409 : 422, (view) =>
    billPage(view, { ...facts, refused }),
  );
}

/**
 * PostgreSQL was unavailable and the result of this submission is unknown, so the page offers the
 * same form with the same key.
 */
function sendUnclear(answering: Answering, form: PayForm): void {
  answering.response.setHeader('Retry-After', '1');
  sendPage(answering, 503, (view) => unclearPage(view, form));
}

export function payBill(deps: PatientsDeps): PageHandler {
  return async (answering) => {
    const form = readForm(answering);
    if (form.patientId !== answering.request.session.patientId) {
      refuse(answering, 409, 'anotherPatient', 'bill');
      return;
    }
    try {
      const taken = await take(deps, form, traceparent(answering.request)).catch(orChanged);
      if ('paymentId' in taken) seeOther(answering.response, `/bill/payments/${taken.paymentId}`);
      else await showAgain(deps, answering, form, taken.problem);
    } catch (error) {
      if (!(error instanceof Problem && error.code === 'UNAVAILABLE')) throw error;
      deps.logger.warn({ err: error }, 'could not pay a bill; the page offers the same form again');
      sendUnclear(answering, form);
    }
  };
}
