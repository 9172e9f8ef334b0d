/**
 * Draws the operations of some payments: captures, voids and refunds that together may exceed the
 * rest, close to each other, and cancellations of payments that may still be pending.
 */
import type { PaymentPlan } from './draw-payments.js';
import { QUIET_MS } from './draw-payments.js';
import { AMOUNT_MINOR } from './model/payment-table.js';
import type { Chance } from './model/world.js';

/** Share of the schedules with such payments. */
const LIVES_SHARE = 0.35;
/** The operations of a payment begin within this time after it, and of each other, in ms. */
const FOLLOWS_MS = 150;
const TOGETHER_MS = 80;

/** All but the time, the key and the instance. */
type Operation = Required<Pick<PaymentPlan, 'kind' | 'amountMinor'>>;

/** A part of the amount, or all of it: two parts seldom fit. */
const drawPart = (chance: Chance): number =>
  chance.next() < 0.4 ? AMOUNT_MINOR : 500 + chance.below(AMOUNT_MINOR - 500);

function drawOperations(chance: Chance, isAuthorization: boolean): Operation[] {
  const operations: Operation[] = [];
  if (isAuthorization) {
    const count = 1 + chance.below(3);
    for (let index = 0; index < count; index += 1)
      operations.push(
        chance.next() < 0.6
          ? { kind: 'capture', amountMinor: drawPart(chance) }
          : { kind: 'void', amountMinor: AMOUNT_MINOR },
      );
  }
  const refunds = chance.below(4);
  for (let index = 0; index < refunds; index += 1)
    operations.push({ kind: 'refund', amountMinor: drawPart(chance) });
  return operations;
}

/** One payment with its operations, sometimes a cancellation of the payment or of an operation. */
function drawLife(chance: Chance, instances: number, fromMs: number, name: string): PaymentPlan[] {
  const isAuthorization = chance.next() < 0.6;
  const who = { patientId: `patient-${1 + chance.below(3)}`, twice: false };
  const root: PaymentPlan = {
    ...who,
    atMs: fromMs,
    key: name,
    instance: chance.below(instances),
    kind: isAuthorization ? 'authorize' : 'charge',
  };
  const followMs = fromMs + 20 + chance.below(FOLLOWS_MS);
  const operations = drawOperations(chance, isAuthorization).map(
    (operation, index): PaymentPlan => {
      return {
        ...who,
        ...operation,
        atMs: followMs + chance.below(TOGETHER_MS),
        key: `${name}/${operation.kind}-${index + 1}`,
        ofKey: name,
        instance: chance.below(instances),
        twice: chance.next() < 0.1,
      };
    },
  );
  const plans = [root, ...operations];
  if (chance.next() >= 0.4) return plans;
  const target = chance.pick(plans);
  const atMs = target.atMs + chance.below(FOLLOWS_MS);
  const instance = chance.below(instances);
  const key = `${target.key}/cancel`;
  return [...plans, { ...who, atMs, key, ofKey: target.key, instance, kind: 'cancel' }];
}

export function drawLives(chance: Chance, instances: number, horizonMs: number): PaymentPlan[] {
  if (chance.next() >= LIVES_SHARE) return [];
  const count = 1 + chance.below(2);
  const latestMs = Math.max(1, horizonMs - QUIET_MS - FOLLOWS_MS - TOGETHER_MS - 20);
  return Array.from({ length: count }, (_, index) =>
    drawLife(chance, instances, QUIET_MS + chance.below(latestMs), `life-${index + 1}`),
  ).flat();
}
