/** Planted loads for the tests of the experiment capacity. */
import type { Load } from '../../../experiments/capacity/bottleneck.js';
import { ACTIVITIES, type DatabaseUse } from '../../../experiments/capacity/database-use.js';
import type { PaymentLife } from '../../../experiments/capacity/payment-life.js';
import type { ProcessUse } from '../../../experiments/capacity/process-use.js';

export const toUse = (name: string, part: string, share: number, main = share): ProcessUse => ({
  name,
  part,
  isNode: part !== 'PostgreSQL',
  share,
  mainShare: main,
  mainWaitShare: 0.05,
});

export const toDatabase = (backends: Partial<DatabaseUse['backends']> = {}): DatabaseUse => ({
  backends: {
    ...(Object.fromEntries(ACTIVITIES.map((one) => [one, 0])) as DatabaseUse['backends']),
    ...backends,
  },
  commitsPerSec: 100,
  pending: { mean: 4, most: 12 },
  samples: 40,
});

export const LIFE: PaymentLife = {
  payments: 100,
  acceptMs: 10,
  processMs: 30,
  gatewayMs: 20,
  answerMs: 5,
};

export const toLoad = (
  processes: readonly ProcessUse[],
  busyCores: number,
  changes: Partial<Load> = {},
): Load => ({
  machine: { cores: 2, busyCores, processes },
  database: toDatabase(),
  life: LIFE,
  ...changes,
});
