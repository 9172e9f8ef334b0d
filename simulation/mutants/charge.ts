/** Mutants that charge twice, or decide without the answer of the gateway. */
import type { AttemptStep } from '../../payments/core/attempt.js';
import { ParcelPipeline } from '../../payments/core/parcel-pipeline.js';
import { ListsBeforeTheLoad } from './faulty-machines.js';
import { STANDARD } from '../rules.js';
import type { Mutant } from './mutant.js';

const failed: AttemptStep = { answer: { kind: 'failed', reason: 'GATEWAY_UNAVAILABLE' } };
const declined: AttemptStep = { answer: { kind: 'declined', reference: '', reason: 'DECLINED' } };

export const CHARGE_MUTANTS: readonly Mutant[] = [
  {
    name: 'key-of-the-attempt',
    bug: 'every attempt has its own key',
    caughtBy: 'I6',
    change: { gatewayKey: (id, attempt) => `${id}/${attempt}` },
  },
  {
    name: 'key-of-the-term',
    bug: 'every term has its own keys',
    caughtBy: 'I6',
    change: { gatewayKey: (id, _attempt, term) => `${id}/${term}` },
  },
  {
    name: 'lost-is-declined',
    bug: 'a lost answer means declined',
    caughtBy: 'I6',
    change: {
      afterReply: (call, reply, rules) =>
        call.ask === 'charge' && reply.kind === 'unknown'
          ? declined
          : STANDARD.afterReply(call, reply, rules),
    },
  },
  {
    name: 'lost-is-failed',
    bug: 'the last attempt fails without the gateway’s answer',
    caughtBy: 'I6',
    change: {
      afterReply: (call, reply, rules) =>
        reply.kind === 'unknown' && rules.last ? failed : STANDARD.afterReply(call, reply, rules),
    },
  },
  {
    name: 'absent-is-failed',
    bug: 'a key still unknown to the gateway is given up without closing it',
    caughtBy: 'I6',
    change: {
      afterReply: (call, reply, rules) =>
        reply.kind === 'absent' && rules.last ? failed : STANDARD.afterReply(call, reply, rules),
    },
  },
  {
    name: 'give-up-by-count',
    bug: 'a payment is given up after a number of attempts, however short the outage',
    caughtBy: 'patience',
    change: {
      newLine: (options) =>
        new ParcelPipeline({ ...options, policy: { ...options.policy, giveUpAfterMs: 0 } }),
    },
  },
  {
    name: 'early-and-in-flight',
    bug: 'a successor charges early what the leader has in flight',
    caughtBy: 'early',
    change: { selectEarly: (rows) => [...rows] },
  },
  {
    name: 'early-and-behind',
    bug: 'a successor charges early what is behind a payment in flight of the same patient',
    caughtBy: 'early',
    change: {
      selectEarly: (rows, queued, inFlight) =>
        rows.filter((row) => STANDARD.selectEarly([row], queued, inFlight).length > 0),
    },
  },
  {
    name: 'early-before-the-load',
    bug: 'a leader names its payments in flight while a load may add more',
    caughtBy: 'early',
    change: { newLine: (options) => new ListsBeforeTheLoad(options) },
  },
  {
    name: 'early-commit',
    bug: 'a successor commits what it charged before its term begins',
    caughtBy: 'I8',
    change: { commitsEarly: true },
  },
  {
    name: 'unsent-counted',
    bug: 'a charge that was never sent, or that a rate limit refused, counts as an attempt',
    caughtBy: 'patience',
    change: {
      afterReply: (call, reply, rules) => {
        const step = STANDARD.afterReply(call, reply, rules);
        if (!('answer' in step) || step.answer.kind !== 'again') return step;
        return { answer: { kind: 'again', error: step.answer.error } };
      },
    },
  },
];
