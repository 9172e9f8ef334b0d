/**
 * `relevo trigger [outcome]`: makes a test payment of each outcome in the test currency XTS, so
 * that the outcomes can be seen without faults. The payments are made at the same time. Only the
 * simulated gateways decide by the test amounts. Exit codes: 0 all as intended, 1 another outcome
 * or refused, 2 pending, 5 no answer.
 */
import { randomUUID } from 'node:crypto';
import type { Payment } from '../../shared/contracts/payment.js';
import { TEST_CURRENCY } from '../../shared/core/test-currency.js';
import { answer, command, text, type Context } from '../command.js';
import type { Target } from '../target.js';
import { askWaiting } from './ask-waiting.js';
import { findPatientOrFirst } from './find-patient.js';
import { payWithRetry } from './pay-with-retry.js';
import { performOperation, fetchPaymentDetail } from './perform-operation.js';
import {
  findPendingPart,
  getTriggerExitCode,
  isAsIntended,
  TEST_OUTCOMES,
  TEST_PLANS,
  type TestOutcome,
  type TestPayment,
} from './trigger-plans.js';
import { formatTriggered, formatTriggerIntent, type Triggered } from './trigger-text.js';

/** The longest time for which patients hold a request open, in s. */
const LONGEST_WAIT_S = 30;

interface Triggering {
  context: Context;
  target: Target;
  patientId: string;
  /** Longest wait for each charge, authorization and operation, in s. */
  waitS: number;
}

async function pay(outcome: TestOutcome, triggering: Triggering): Promise<Payment> {
  const { context, target, patientId, waitS } = triggering;
  const { amountMinor, isHeld } = TEST_PLANS[outcome];
  const concept = `Test payment: ${outcome}`;
  const { payment } = await payWithRetry({
    addresses: target.addresses('patients'),
    token: target.token('api'),
    request: {
      patientId,
      amountMinor,
      currency: TEST_CURRENCY,
      concept,
      ...(isHeld ? { capture: 'manual' } : {}),
    },
    key: randomUUID(),
    waitMs: waitS * 1_000,
    onRetry: (reason) => context.terminal.err(`  ${reason} Retrying with the same key.`),
    signal: context.interruption,
  });
  return payment;
}

function operate(
  outcome: TestOutcome,
  { id }: Payment,
  { context, target, waitS }: Triggering,
): Promise<Payment> | null {
  const { operation, operationMinor } = TEST_PLANS[outcome];
  if (operation === null) return null;
  const body = {
    ...(operationMinor === null ? {} : { amountMinor: operationMinor }),
    ...(operation === 'capture' ? {} : { reason: 'relevo trigger' }),
  };
  const order = { operation, id, body, key: randomUUID(), waitS };
  return performOperation(target, order, context.interruption);
}

/** Ends early when the payment does not succeed: an operation would be refused. */
async function makeTestPayment(outcome: TestOutcome, triggering: Triggering): Promise<TestPayment> {
  const payment = await pay(outcome, triggering);
  if (payment.status !== 'SUCCEEDED') return { outcome, payment, state: null, operation: null };
  const operation = await operate(outcome, payment, triggering);
  const { target, context } = triggering;
  const { state } = await fetchPaymentDetail(target, payment.id, context.interruption);
  return { outcome, payment, state, operation };
}

async function explain(
  made: readonly TestPayment[],
  { target, context, patientId }: Triggering,
): Promise<Triggered> {
  const pending = made.map(findPendingPart).find((part) => part !== null);
  const [console] = target.addresses('monitor');
  return {
    made,
    waiting: pending
      ? await askWaiting({ target, payment: pending.id, signal: context.interruption })
      : null,
    page: console === undefined ? null : `${console}/payments?patientId=${patientId}`,
  };
}

/** @throws the first failure, after the payments that were made are shown. */
async function makeAll(
  outcomes: readonly TestOutcome[],
  triggering: Triggering,
  json: boolean,
): Promise<Triggered> {
  const settled = await Promise.allSettled(
    outcomes.map((outcome) => makeTestPayment(outcome, triggering)),
  );
  const made = settled.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []));
  const failure = settled.find((each) => each.status === 'rejected');
  const { terminal } = triggering.context;
  const triggered = await explain(made, triggering);
  if (!failure) return triggered;
  if (!json && made.length > 0) terminal.out(formatTriggered(triggered, terminal.paint));
  throw failure.reason;
}

export const trigger = command({
  command: 'trigger [outcome]',
  describe: 'Make a test payment of each outcome',
  group: 'Payments',
  details:
    'The payments are in XTS, the test currency of ISO 4217: they move no money and earn no exit pass. Only the simulated gateways decide by the test amounts. Refund, capture and void need the operator token.',
  positionals: {
    outcome: { choices: TEST_OUTCOMES, doc: 'Only this outcome. Default: one of each' },
  },
  options: {
    patient: text('Id or document of the patient. Default: the first patient'),
    document: text('Document of the patient'),
    wait: {
      min: 0,
      max: LONGEST_WAIT_S,
      default: 10,
      doc: 'Longest wait for each step, in seconds',
    },
  },
  examples: [
    ['relevo trigger', 'one payment of each outcome'],
    ['relevo trigger declined', 'one declined payment'],
  ],
  async run(args, context) {
    const { terminal, interruption } = context;
    const outcomes = TEST_OUTCOMES.filter((each) => (args.outcome ?? each) === each);
    const target = context.target(args);
    // Fails before the first payment when an operation would have no token.
    if (outcomes.some((each) => TEST_PLANS[each].operation !== null)) target.token('operator');
    const asking = { addresses: target.addresses('patients'), token: target.token('api') };
    const patient = await findPatientOrFirst({ ...asking, signal: interruption }, args);
    if (!args.json) terminal.out(formatTriggerIntent(outcomes.length, patient.shown));
    const triggering = { context, target, patientId: patient.id, waitS: args.wait };
    const triggered = await makeAll(outcomes, triggering, args.json);
    const { made, waiting, page } = triggered;
    const document = {
      patientId: patient.id,
      outcomes: made.map((each) => ({ ...each, asIntended: isAsIntended(each) })),
      waiting,
      console: page,
    };
    answer(context, args.json, document, () => `\n${formatTriggered(triggered, terminal.paint)}`);
    return getTriggerExitCode(made);
  },
});
