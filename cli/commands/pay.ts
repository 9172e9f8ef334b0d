/**
 * `relevo pay`: one payment, and what became of it. Its key is made and shown, so that a second run with it pays nothing twice.
 * Exit codes: 0 succeeded, 1 declined, failed or refused, 2 pending, 5 nobody answers.
 */
import { randomUUID } from 'node:crypto';
import { readAmount, readCurrency } from '../amount.js';
import { command, whole, words, type Context } from '../command.js';
import { findPatient } from '../find-patient.js';
import { payThrough, type PayCommand, type PayOutcome } from '../paying.js';
import { exitCodeOf, paymentLines, payingLine, REPLAYED, REPLAYED_OWN } from './pay-text.js';

const LONGEST_WAIT_S = 600;

function showOutcome({ terminal }: Context, { payment, replayed }: PayOutcome): void {
  if (replayed !== 'no') terminal.out(replayed === 'key' ? REPLAYED : REPLAYED_OWN);
  terminal.out(paymentLines(payment, terminal.paint).join('\n'));
}

/** Who interrupts it is told how to ask again. */
async function payOrExplain(paying: PayCommand, { terminal, interruption }: Context): Promise<PayOutcome> {
  try {
    return await payThrough(paying);
  } catch (error) {
    if (interruption.aborted) terminal.err('Stopped waiting.');
    terminal.err(`Whether it was accepted is told by asking again with --key ${paying.key}; nothing is paid twice.`);
    throw error;
  }
}

export const pay = command({
  command: 'pay',
  describe: 'Make one payment and wait for its outcome',
  group: 'Payments',
  options: {
    patient: words('Who pays: the id'),
    document: words('Who pays: the document'),
    amount: { ...words('How much, such as 150.00'), demandOption: true },
    currency: { ...words('ISO 4217'), default: 'USD' },
    concept: words('What it is for'),
    key: words('Idempotency key; the same key and payment give the first answer again. Made when left out'),
    wait: whole('wait', { min: 0, max: LONGEST_WAIT_S, default: 10, describe: 'Longest wait for the outcome, in seconds' }),
  },
  examples: [
    ['relevo pay --document 107919317 --amount 150.00', 'pays, waits, says what became of it'],
    ['relevo pay … --key bed-12-exit', 'may be repeated: it is paid once'],
  ],
  async run(args, context) {
    const { terminal, interruption } = context;
    const currency = readCurrency(args.currency);
    const amountMinor = readAmount(args.amount, currency);
    const target = context.target(args);
    const asking = { addresses: target.addresses('patients'), token: target.token('api'), signal: interruption };
    const patient = await findPatient(asking, args);
    const key = args.key ?? randomUUID();
    if (!args.json) terminal.out(payingLine(amountMinor, currency, patient.shown, key));
    const request = { patientId: patient.id, amountMinor, currency, ...(args.concept === undefined ? {} : { concept: args.concept }) };
    const onRetry = (reason: string): void => terminal.err(`  ${reason} Asking again with the same key.`);
    const outcome = await payOrExplain({ ...asking, request, key, waitMs: args.wait * 1_000, onRetry }, context);
    if (args.json) terminal.out(JSON.stringify({ key, replayed: outcome.replayed !== 'no', tries: outcome.tries, payment: outcome.payment }, null, 2));
    else showOutcome(context, outcome);
    return exitCodeOf(outcome.payment);
  },
});
