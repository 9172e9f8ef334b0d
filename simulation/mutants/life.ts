/** Mutants of the later life of a payment: captures, voids, refunds and cancellations. */
import { STANDARD } from '../rules.js';
import type { Mutant } from './mutant.js';

export const LIFE_MUTANTS: readonly Mutant[] = [
  {
    name: 'refund-key-of-the-term',
    bug: 'a refund is sent to the gateway with a new key in every term',
    caughtBy: 'I6',
    change: {
      gatewayKey: (id, _attempt, term, kind) => (kind === 'refund' ? `${id}/${term}` : id),
    },
  },
  {
    name: 'refund-unlimited',
    bug: 'refunds are accepted without their limit',
    caughtBy: 'I10',
    change: {
      judgeOperation: (asked, root, operations) =>
        STANDARD.judgeOperation(
          asked,
          root,
          operations.filter(({ kind }) => kind !== 'refund'),
        ),
    },
  },
  {
    name: 'pending-not-counted',
    bug: 'only operations that succeeded count against the limits',
    caughtBy: 'I10',
    change: {
      judgeOperation: (asked, root, operations) =>
        STANDARD.judgeOperation(
          asked,
          root,
          operations.filter(({ hasSucceeded }) => hasSucceeded),
        ),
    },
  },
  {
    name: 'void-after-capture',
    bug: 'an authorization is voided although it has a capture',
    caughtBy: 'I10',
    change: {
      judgeOperation: (asked, root, operations) =>
        STANDARD.judgeOperation(
          asked,
          root,
          asked.kind === 'void' ? operations.filter(({ kind }) => kind !== 'capture') : operations,
        ),
    },
  },
  {
    name: 'capture-after-void',
    bug: 'an authorization is captured although it has a void',
    caughtBy: 'I10',
    change: {
      judgeOperation: (asked, root, operations) =>
        STANDARD.judgeOperation(
          asked,
          root,
          asked.kind === 'capture' ? operations.filter(({ kind }) => kind !== 'void') : operations,
        ),
    },
  },
  {
    name: 'unpaid-refunded',
    bug: 'a payment is refunded before it succeeded',
    caughtBy: 'I10',
    change: {
      judgeOperation: (asked, root, operations) =>
        STANDARD.judgeOperation(asked, root && { ...root, hasSucceeded: true }, operations),
    },
  },
  {
    name: 'cancelled-unheard',
    bug: 'a cancelled payment fails although the gateway charged it before',
    caughtBy: 'I6',
    change: {
      afterReply: (call, reply, rules) =>
        rules.cancelling === true && reply.kind === 'approved'
          ? { answer: { kind: 'failed', reason: 'CANCELLED' } }
          : STANDARD.afterReply(call, reply, rules),
    },
  },
];
