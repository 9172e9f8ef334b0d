/**
 * `relevo pay`: sends one payment and shows its outcome. Generates and shows a key, so that a
 * second run with that key does not pay twice. Exit codes: 0 succeeded, 1 declined, failed or
 * refused, 2 pending, 5 no answer.
 */
import { randomUUID } from 'node:crypto';
import { readAmount, readCurrency } from './amount.js';
import type { Payment } from '../../shared/contracts/payment.js';
import { ask } from '../client.js';
import { command, text, type Context } from '../command.js';
import { askWaiting } from './ask-waiting.js';
import { findPatient, type Asking } from './find-patient.js';
import { payWithRetry, type PayCommand, type PayOutcome } from './pay-with-retry.js';
import {
  formatDue,
  formatIntent,
  formatPayment,
  getExitCode,
  REPLAYED,
  REPLAYED_OWN,
} from './pay-text.js';

const LONGEST_WAIT_S = 600;

interface Bills {
  bills: { currency: string; dueMinor: number }[];
}

/**
 * The amounts that are still due after a succeeded payment. Null: nothing is due, or no instance
 * answers; the payment is reported all the same.
 */
async function readDue(asking: Asking, { patientId, status }: Payment): Promise<string | null> {
  if (status !== 'SUCCEEDED') return null;
  const { addresses, token, signal } = asking;
  const question = { path: `/api/patients/${patientId}/bill`, token };
  const answered = await ask<Bills>(addresses, {
    ...question,
    ...(signal ? { signal } : {}),
  }).catch(() => null);
  const due = (answered?.body.bills ?? [])
    .filter(({ dueMinor }) => dueMinor > 0)
    .map(({ dueMinor, currency }) => ({ amountMinor: dueMinor, currency }));
  return formatDue(due);
}

interface Shown extends PayOutcome {
  /** Why it is pending; null: not known, or it is final. */
  waiting: string | null;
}

async function showOutcome(
  { terminal }: Context,
  asking: Asking,
  { payment, replayed, waiting }: Shown,
): Promise<void> {
  if (replayed !== 'no') terminal.out(replayed === 'key' ? REPLAYED : REPLAYED_OWN);
  terminal.out(formatPayment(payment, terminal.paint, waiting).join('\n'));
  const due = await readDue(asking, payment);
  if (due !== null) terminal.out(due);
}

/**
 * After a failure or an interruption, explains how to find out whether the payment was accepted.
 */
async function payOrExplain(
  paying: PayCommand,
  { terminal, interruption }: Context,
): Promise<PayOutcome> {
  try {
    return await payWithRetry(paying);
  } catch (error) {
    if (interruption.aborted) terminal.err('Stopped waiting.');
    terminal.err(
      `To find out whether it was accepted, retry with --key ${paying.key}; nothing is paid twice.`,
    );
    throw error;
  }
}

export const pay = command({
  command: 'pay',
  describe: 'Make one payment and wait for its outcome',
  group: 'Payments',
  options: {
    patient: text('Id or document of the patient'),
    document: text('Document of the patient'),
    amount: { ...text('Amount, such as 150.00'), required: true },
    currency: { ...text('Code of ISO 4217'), default: 'USD' },
    concept: text('Purpose of the payment'),
    key: text('Idempotency key; a repeated key returns the first answer. Default: a new one'),
    wait: {
      min: 0,
      max: LONGEST_WAIT_S,
      default: 10,
      doc: 'Longest wait for the outcome, in seconds',
    },
  },
  examples: [
    ['relevo pay --patient 107919317 --amount 150.00', 'pays, waits, shows the outcome'],
    ['relevo pay … --key bed-12-exit', 'may be repeated: pays once'],
  ],
  async run(args, context) {
    const { terminal, interruption } = context;
    const currency = readCurrency(args.currency);
    const amountMinor = readAmount(args.amount, currency);
    const target = context.target(args);
    const asking = {
      addresses: target.addresses('patients'),
      token: target.token('api'),
      signal: interruption,
    };
    const patient = await findPatient(asking, args);
    const key = args.key ?? randomUUID();
    if (!args.json) terminal.out(formatIntent(amountMinor, currency, patient.shown, key));
    const request = {
      patientId: patient.id,
      amountMinor,
      currency,
      ...(args.concept === null ? {} : { concept: args.concept }),
    };
    const onRetry = (reason: string): void =>
      terminal.err(`  ${reason} Retrying with the same key.`);
    const outcome = await payOrExplain(
      { ...asking, request, key, waitMs: args.wait * 1_000, onRetry },
      context,
    );
    const { payment } = outcome;
    const waiting =
      payment.status === 'PENDING'
        ? await askWaiting({ target, payment: payment.id, signal: interruption })
        : null;
    if (args.json)
      terminal.out(
        JSON.stringify(
          {
            key,
            replayed: outcome.replayed !== 'no',
            tries: outcome.tries,
            payment,
            waiting,
          },
          null,
          2,
        ),
      );
    else await showOutcome(context, asking, { ...outcome, waiting });
    return getExitCode(payment);
  },
});
