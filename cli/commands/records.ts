/** `relevo payments|payment|patients|bill`: read-only views of the API. */
import { PAYMENT_STATUSES, type Payment } from '../../shared/contracts/payment.js';
import { ask } from '../client.js';
import { answer, command, text, type CommonArguments, type Context } from '../command.js';
import { EXIT } from '../exit-codes.js';
import { findPatient, patientPage, type Asking } from './find-patient.js';
import { formatPayment } from './pay-text.js';
import { formatBill, formatPatients, formatPayments, type Bill } from './records-text.js';

const MOST = 500;

function toAsking(args: CommonArguments, context: Context): Asking {
  const target = context.target(args);
  return {
    addresses: target.addresses('patients'),
    token: target.token('api'),
    signal: context.interruption,
  };
}

async function read<T>({ addresses, token, signal }: Asking, path: string): Promise<T> {
  return (await ask<T>(addresses, { path, token, ...(signal ? { signal } : {}) })).body;
}

const page = {
  limit: { min: 1, max: MOST, default: 20, doc: 'Largest number of rows' },
  cursor: text('Cursor of the next page, from the previous answer'),
} as const;

export const payments = command({
  command: 'payments',
  describe: 'List payments, newest first',
  group: 'Payments',
  options: {
    status: {
      ...text('Payments with this status'),
      choices: PAYMENT_STATUSES,
      normalize: (status: string) => status.toUpperCase(),
    },
    patient: text('Payments of the patient with this id'),
    batch: text('Payments of the batch with this id'),
    by: text('Payments processed by this replica'),
    term: text('Payments processed in this term'),
    ...page,
  },
  examples: [['relevo payments --status failed', 'payments that could not be charged']],
  async run(args, context) {
    const { status, patient, batch, by, term, cursor, limit } = args;
    const filter = {
      status,
      patientId: patient,
      batchId: batch,
      processedBy: by,
      term,
      cursor,
      limit: String(limit),
    };
    const given = Object.entries(filter).filter(
      (entry): entry is [string, string] => entry[1] !== null,
    );
    const found = await read<{ payments: Payment[]; next: string | null }>(
      toAsking(args, context),
      `/api/payments?${new URLSearchParams(given).toString()}`,
    );
    answer(context, args.json, found, () =>
      formatPayments(found.payments, found.next, { now: context.now(), status }),
    );
    return EXIT.done;
  },
});

export const payment = command({
  command: 'payment <id>',
  describe: 'Show one payment',
  group: 'Payments',
  positionals: { id: { doc: 'Id of the payment', required: true } },
  options: {},
  async run(args, context) {
    const { terminal } = context;
    const found = await read<Payment>(
      toAsking(args, context),
      `/api/payments/${encodeURIComponent(args.id)}`,
    );
    answer(context, args.json, found, () => formatPayment(found, terminal.paint).join('\n'));
    return EXIT.done;
  },
});

export const patients = command({
  command: 'patients',
  describe: 'List patients, in order of id',
  group: 'Payments',
  options: page,
  async run(args, context) {
    const found = await patientPage(toAsking(args, context), args.limit, args.cursor);
    answer(context, args.json, found, () => formatPatients(found.patients, found.next));
    return EXIT.done;
  },
});

export const bill = command({
  command: 'bill [patient]',
  describe: 'Show the consolidated bill of a patient',
  group: 'Payments',
  positionals: { patient: { doc: 'Id or document of the patient' } },
  options: { document: text('Document of the patient') },
  examples: [['relevo bill 107919317', 'by document']],
  async run(args, context) {
    const who = toAsking(args, context);
    const { id } = await findPatient(who, { patient: args.patient, document: args.document });
    const found = await read<Bill>(who, `/api/patients/${id}/bill`);
    answer(context, args.json, found, () => formatBill(found));
    return EXIT.done;
  },
});
