/** A pipeline with payments, and its effects as short texts. */
import { ParcelPipeline } from '../../../payments/core/parcel-pipeline.js';
import type { WorkEffect } from '../../../payments/core/work-effects.js';
import type { ChargeAnswer } from '../../../payments/core/parcel.js';
import type { PendingPayment } from '../../../shared/postgres/ledger.js';

export const MOMENT = { nowMs: 1_000, draw: () => 1 };

export const SUCCEEDED: ChargeAnswer = { kind: 'succeeded', reference: 'r' };

export const AGAIN: ChargeAnswer = { kind: 'again', error: 'timeout' };

export const POLICY = { leastAttempts: 3, giveUpAfterMs: 10_000, baseMs: 100, capMs: 1_000 };

export const HELD = { held: true };

export const payment = (seq: number, patientId = `patient-${seq}`): PendingPayment => ({
  id: `p${seq}`,
  seq,
  patientId,
  amountMinor: 100,
  currency: 'USD',
  attempts: 0,
  failingMs: 0,
  waitMs: 0,
});

export const newLine = () => new ParcelPipeline({ term: 3, policy: POLICY, startMs: 0 });

/** Formats effects as short texts. */
export function words(effects: readonly WorkEffect[]): string[] {
  return effects.map((effect) => {
    switch (effect.type) {
      case 'load':
        return `load ${effect.ids.join()}`;
      case 'charge':
        return `charge ${effect.payment.id}${effect.last ? ', last' : ''}`;
      case 'commit':
      case 'announce':
        return `${effect.type} ${effect.outcomes.map(({ id }) => id).join()}`;
      case 'defer':
        return `defer ${effect.waits.map(({ id }) => id).join()}`;
      case 'set-aside':
        return `set aside ${effect.ids.join()}`;
      case 'wake':
        return `wake in ${effect.ms}`;
      case 'done':
        return `done ${effect.work}`;
      case 'failed':
        return `failed ${effect.work}: ${(effect.error as Error).name}`;
    }
  });
}

/** Two parcels of one payment each, both being charged. */
export function twoCharging(patients: [string, string] = ['a', 'b']) {
  const line = newLine();
  const [first, second] = [payment(1, patients[0]), payment(2, patients[1])];
  line.onArrived(1, [first.id], MOMENT);
  line.onArrived(2, [second.id], MOMENT);
  line.onLoaded(1, [first], MOMENT);
  line.onLoaded(2, [second], MOMENT);
  return line;
}
