/**
 * `relevo refund|capture|void|cancel PAYMENT`: an operation on one payment, with a preview of its
 * amount. A key makes an operation safe to repeat; a cancellation needs none. Exit codes: 0 done, 1
 * refused, declined or failed, 2 pending, 5 no answer.
 */
import { randomUUID } from 'node:crypto';
import type { Payment } from '../../shared/contracts/payment.js';
import { answer, command, flag, text, type Command, type Context } from '../command.js';
import { EXIT } from '../exit-codes.js';
import type { Target } from '../target.js';
import { readAmount } from './amount.js';
import { askReason, confirm } from './confirm.js';
import { formatBeforeOperation, formatOperation, type PaymentOperation } from './operate-text.js';
import { getExitCode } from './pay-text.js';
import {
  performOperation,
  fetchPaymentDetail,
  type PerformedOperation,
} from './perform-operation.js';

/** After a failure, names the key that repeats the operation safely. */
async function performOrExplain(
  target: Target,
  order: PerformedOperation,
  { terminal, interruption }: Context,
): Promise<Payment> {
  try {
    return await performOperation(target, order, interruption);
  } catch (error) {
    if (order.operation !== 'cancel')
      terminal.err(`To repeat it safely: --key ${order.key}; nothing is done twice.`);
    throw error;
  }
}

/** A cancelled payment is the wish of the operator, although its status is FAILED. */
const toExitCode = (operation: PaymentOperation, made: Payment): number =>
  operation === 'cancel' && made.reason === 'CANCELLED'
    ? EXIT.done
    : operation === 'cancel' && made.status === 'SUCCEEDED'
      ? EXIT.no
      : getExitCode(made);

interface Spec {
  operation: PaymentOperation;
  describe: string;
  details: string;
  /** Whether the operation may concern a part of the payment. */
  hasAmount: boolean;
  /** A capture has no reason of its own. */
  hasReason: boolean;
}

interface Optional {
  amount?: string | null;
  reason?: string | null;
  key?: string | null;
}

function operationCommand({ operation, describe, details, hasAmount, hasReason }: Spec): Command {
  // A repeated cancellation is harmless without a key.
  const hasKey = operation !== 'cancel';
  return command({
    command: `${operation} <id>`,
    describe,
    group: 'Payments',
    details,
    positionals: { id: { doc: 'Id of the payment', required: true } },
    options: {
      ...(hasAmount
        ? { amount: text('Amount, such as 150.00. Default: all that is possible') }
        : {}),
      ...(hasReason
        ? { reason: text('Reason, kept in the audit. On a terminal, the command asks for it') }
        : {}),
      ...(hasKey
        ? {
            key: text(
              'Idempotency key; a repeated key returns the first answer. Default: a new one',
            ),
          }
        : {}),
      yes: { ...flag('Do not ask for confirmation'), alias: 'y' },
    },
    examples: [
      [
        `relevo ${operation} 01939c0e-…${hasReason ? ' --reason "wrong bill"' : ''}`,
        describe.toLowerCase(),
      ],
    ],
    async run(args, context) {
      const target = context.target(args);
      const payment = await fetchPaymentDetail(target, args.id, context.interruption);
      // The type of the options does not know which of them a command has.
      const { amount = null, reason: given = null, key } = args as Optional;
      const amountMinor = amount === null ? null : readAmount(amount, payment.currency);
      if (!args.json) context.terminal.err(formatBeforeOperation(operation, payment, amountMinor));
      const reason = hasReason ? await askReason(given, context) : null;
      await confirm(`${describe}?`, args.yes, context);
      const body = {
        ...(amountMinor === null ? {} : { amountMinor }),
        ...(reason === null ? {} : { reason }),
      };
      const order: PerformedOperation = {
        operation,
        id: args.id,
        body,
        key: key ?? randomUUID(),
      };
      const made = await performOrExplain(target, order, context);
      answer(context, args.json, { ...(hasKey ? { key: order.key } : {}), payment: made }, () =>
        formatOperation(operation, made),
      );
      return toExitCode(operation, made);
    },
  });
}

export const refund = operationCommand({
  operation: 'refund',
  describe: 'Refund a payment or a part of it',
  details: 'The refunds of a payment never exceed its captured amount.',
  hasAmount: true,
  hasReason: true,
});
export const capture = operationCommand({
  operation: 'capture',
  describe: 'Capture an authorization or a part of it',
  details: 'An authorization is captured once; the rest of the hold is released.',
  hasAmount: true,
  hasReason: false,
});
export const voidCommand = operationCommand({
  operation: 'void',
  describe: 'Release the money that an authorization holds',
  details: 'A void authorization cannot be captured.',
  hasAmount: false,
  hasReason: true,
});
export const cancel = operationCommand({
  operation: 'cancel',
  describe: 'Cancel a pending payment',
  details:
    'The leader closes the key of the payment at the gateway instead of charging it. A payment that was charged before succeeds.',
  hasAmount: false,
  hasReason: true,
});
