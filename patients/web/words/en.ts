/**
 * Every word of the staff's pages, in English. The Spanish ones must have the same shape, or they
 * do not compile.
 */
import type { ChargeKind } from '../../core/bill.js';
import type { PatientFacts } from '../../core/identification.js';
import type { AmountProblem } from '../../core/payable.js';
import type { ExitPolicy, PassState } from '../../core/pass.js';
import type { Stage, ProgressStep } from '../../core/progress.js';
import type { PaymentStatus } from '../../../shared/contracts/payment.js';

const kinds: Record<ChargeKind, string> = {
  exam: 'Exams',
  medicine: 'Medicines',
  procedure: 'Procedures',
  consultation: 'Consultations',
};
const facts: Record<keyof PatientFacts, string> = {
  document: 'Document number',
  name: 'Full name',
  birthDate: 'Date of birth',
  authorizationCode: 'Authorization code',
};
const amounts: Record<AmountProblem, string> = {
  'nothing-due':
    'Nothing can be paid now: the bill is settled, or a payment for all of it is on its way.',
  'not-an-amount': 'Type an amount as in the example below the field.',
  'too-much': 'This is more than can be paid now.',
};
const statuses: Record<PaymentStatus, string> = {
  PENDING: 'On its way',
  SUCCEEDED: 'Paid',
  DECLINED: 'Declined',
  FAILED: 'Failed',
};
const steps: Record<ProgressStep, string> = {
  accepted: 'Accepted',
  queued: 'In the queue',
  charging: 'Being charged',
  done: 'Done',
};
const stages: Record<Stage, string> = {
  queued: 'The payment is in the queue. It is stored and cannot be lost.',
  charging: 'The payment is being charged.',
  retrying:
    'The payment gateway did not charge the payment. It is asked again in a moment; nothing is charged twice.',
  refused:
    'The records did not accept the outcome of the payment. It is written again in a moment; nothing is charged twice.',
  unwritable:
    'The records cannot be changed at the moment. The payment is stored and continues by itself.',
  leaderless:
    'The payment server in charge is being replaced. The payment waits its turn and cannot be lost.',
  succeeded: 'The payment succeeded.',
  declined: 'The payment was declined. Nothing was charged.',
  failed: 'The payment could not be made. Nothing was charged.',
};
const passes: Record<PassState, string> = {
  valid: 'Valid',
  expired: 'Expired',
  unsettled: 'Not settled',
  unknown: 'Unknown',
};
const passAdvice: Record<PassState, string> = {
  valid: 'This patient may leave.',
  expired: 'This pass is no longer valid. Ask for a new one at the billing desk.',
  unsettled:
    'The payment is recorded, and the bill is not settled. The patient may leave when nothing is due. Ask at the billing desk.',
  unknown:
    'The hospital issued no pass with this number. It does not permit a patient to leave. Ask at the billing desk.',
};

export const en = {
  language: 'Language',
  skip: 'Skip to the content',
  brand: 'Relevo',
  product: 'Hospital billing',
  servedBy: (instance: string) => `Served by ${instance}`,
  signOut: 'Sign out',
  stopped: 'Payments are stopped.',
  navigation: 'Main',
  home: {
    title: 'Hospital billing',
    lead: 'One bill for everything a patient was treated with, one payment, one pass to go home.',
    bill: 'Generate consolidated bill',
    billText:
      'Identify the patient, see exams, medicines, procedures and consultations together, take the payment, print the receipt and the exit pass.',
    pass: 'Check an exit pass',
    passText: 'At the door: scan the code on the pass, or type its number.',
    passNumber: 'Pass number',
    check: 'Check',
    promise: 'A payment that was accepted is taken exactly once, even while servers fail.',
    developers: 'For evaluators and developers',
    patients: 'Sample patients, with their authorization codes:',
    fire: 'Fire 230 payments, then stop the leader and fire again:',
    links: {
      docs: 'The API, described',
      openapi: 'The API as an OpenAPI document',
      monitor: 'The monitor: the leader and the reason for its election',
      whoami: 'Which instance answers you',
    },
  },
  signIn: {
    title: 'Staff sign-in',
    lead: 'Bills are for staff only. Sign in with the staff token of this installation.',
    token: 'Staff token',
    hint: 'The api token: npm start prints it, and .data/tokens.json keeps it.',
    button: 'Sign in',
    wrong: 'This is not the staff token.',
  },
  identify: {
    title: 'Identify the patient',
    lead: 'All four must match the admission sheet. Capitals and accents do not matter.',
    facts,
    hints: {
      document: '',
      name: 'As on the document',
      birthDate: '',
      authorizationCode: 'On the admission sheet, AUT-…',
    } satisfies Record<keyof PatientFacts, string>,
    button: 'Show the bill',
    missing: (fact: string) => `${fact}: fill this in`,
    wrong: 'These details do not belong to one patient. Check them against the admission sheet.',
    left: (count: number) =>
      count === 1
        ? 'One more attempt, then this patient is locked for a while.'
        : `${count} more attempts before this patient is locked for a while.`,
  },
  locked: {
    title: 'Too many wrong attempts',
    until: 'Identification is locked. Try again after',
    why: 'This protects patients against guessed codes. Somebody with the admission sheet can identify the patient as soon as the lock ends.',
  },
  bill: {
    title: 'Consolidated bill',
    of: 'Bill of',
    document: 'Document',
    kinds,
    noneOfKind: 'None',
    date: 'Date',
    description: 'Description',
    amount: 'Amount',
    subtotal: 'Sub-total',
    inCurrency: (currency: string) => `In ${currency}`,
    minorUnits: (amount: string, currency: string) => `${amount} minor units of ${currency}`,
    notPayable: (currency: string) => `Payments in ${currency} are not taken.`,
    total: 'Total',
    paid: 'Paid',
    pending: 'On its way',
    due: 'Due',
    credit: 'Credit',
    overpaid: (amount: string) => `Paid beyond the total: ${amount}.`,
    settled: 'The bill is settled. Nothing is due.',
    allPending:
      'Everything that is due is on its way. The bill shows it as paid when the payment succeeds.',
    another: 'Identify another patient',
    payments: 'Latest payments',
    noPayments: 'No payment yet.',
    receipt: 'Receipt',
    follow: 'Follow',
    details: 'Details',
    print: 'Print',
  },
  pay: {
    title: 'Take a payment',
    whole: (amount: string) => `Everything that is due: ${amount}`,
    part: 'Other amount',
    amount: 'Amount to pay',
    amountHint: (currency: string, most: string, example: string) =>
      `In ${currency}, at most ${most}. Such as ${example}.`,
    button: 'Pay',
    note: {
      'any-payment':
        'A payment that succeeds, whole or part, earns the exit pass. The rest stays due.',
      'settled': 'There is an exit pass when nothing is due in any currency.',
    } satisfies Record<ExitPolicy, string>,
    problems: amounts,
    changed:
      'The bill has changed since it was shown. Nothing was paid by this form; look at the bill again and decide.',
    stopped: 'Payments are stopped; the reason is at the top of this page.',
    unclear: 'It is not known whether this payment was accepted',
    unclearText:
      'The records were unavailable when you sent the payment. Try again: a repeated payment is made only once.',
    again: 'Try again',
  },
  payment: {
    title: 'Payment',
    receipt: 'Receipt',
    steps,
    stages,
    statuses,
    reached: { done: 'done', now: 'now', later: 'later' },
    ahead: (count: string) => `Payments accepted before this one and not final yet: ${count}.`,
    nextAttempt: 'Next attempt',
    gatewayFailed: (status: number | null) =>
      status === null ? 'The gateway gave no answer.' : `The gateway answered ${status}.`,
    behindPatient: 'An earlier payment of this patient is retried first.',
    chargedBy: (leader: string) => `In charge: ${leader}.`,
    changed: (leader: string, previous: string | null) =>
      previous ? `${leader} took over from ${previous}` : `${leader} took over`,
    changedNote: 'The payment was in the record all the time.',
    changes: 'While this payment waited',
    elapsed: 'Elapsed time',
    refresh: 'This page renews itself until the payment is done.',
    watchedBy: (instance: string) => `Watched by ${instance}`,
    number: 'Payment number',
    patient: 'Patient',
    amount: 'Amount',
    concept: 'Concept',
    status: 'Status',
    accepted: 'Accepted',
    completed: 'Completed',
    by: (name: string) => `by ${name}`,
    reference: 'Gateway reference',
    reason: 'Reason',
    stillDue: 'Still due',
    back: 'Back to the bill',
    payAgain: 'Pay again',
    print: 'Print the receipt',
  },
  pass: {
    title: 'Exit pass',
    states: passes,
    advice: passAdvice,
    patient: 'Patient',
    amounts: (paid: string, due: string | null) =>
      due === null
        ? `Paid ${paid} with this payment; nothing is due.`
        : `Paid ${paid} with this payment; ${due} still due.`,
    withheld: 'No exit pass yet',
    withheldText: 'There is an exit pass when nothing is due in any currency.',
    issued: 'Issued',
    until: 'Valid until',
    expired: 'Expired',
    number: 'Pass number',
    scan: 'Scan to check this pass',
    open: 'Open the pass page',
    code: 'QR code with the address of this pass',
    checked: 'Checked at',
    another: 'Check another pass',
  },
  problems: {
    notFound: {
      title: 'There is nothing here',
      text: 'Check the address, or start at the first page.',
    },
    stale: {
      title: 'This form is out of date',
      text: 'Your session ended, or the form was opened in another session. Nothing was done. Open the page again.',
    },
    anotherPatient: {
      title: 'Another patient is identified now',
      text: 'This form belongs to the bill of another patient. Nothing was paid. Open the bill again.',
    },
    unavailable: {
      title: 'Not possible at the moment',
      text: 'Our records or sessions are unavailable. Accepted payments are not lost. Try again in a moment.',
    },
    busy: {
      title: 'Too much at once',
      text: 'More is asked than we can take in just now. Nothing was done. Try again in a moment.',
    },
    stopped: {
      title: 'Payments are stopped',
      text: 'The hospital takes no payments now. Nothing was paid. Open the bill again when payments are accepted.',
    },
    unreadable: { title: 'The request cannot be read', text: 'Go back and send the form again.' },
    internal: {
      title: 'Something went wrong on our side',
      text: 'The error was logged. Try again; accepted payments are not lost.',
    },
    home: 'To the first page',
    bill: 'Open the bill',
  },
};

export type Words = typeof en;
