/** A trial whose database fails: the victims are still chosen by the role that they had last. */
import { expect, test } from '@jest/globals';
import { getFault } from '../../../../experiments/faults/faults.js';
import type { InjectionOrder, Injector } from '../../../../experiments/faults/injector.js';
import { runTrial } from '../../../../experiments/scenarios/trial.js';
import type { Cluster } from '../../../../experiments/system/cluster.js';
import type { PaymentClient } from '../../../../experiments/traffic/client.js';
import { faultWindow, requestRecord } from '../../../support/evidence.js';

test('the leader that was known last is the victim while PostgreSQL does not answer', async () => {
  const answers = [Promise.resolve({ leader: 'server_2', term: 1 })];
  const cluster = {
    patients: ['patient_1'],
    leadership: () => answers.shift() ?? Promise.reject(new Error('no PostgreSQL answers')),
    system: {
      replicas: ['server_1', 'server_2', 'server_3'].map((name) => ({ name, up: true })),
    },
  } as unknown as Cluster;
  const injector = {
    failures: [],
    busyWith: () => null,
    inject: async (_fault: unknown, { target }: InjectionOrder) => ({
      injected: true,
      window: faultWindow({ target }),
      healed: Promise.resolve(),
    }),
  } as unknown as Injector;
  const client = { pay: async () => requestRecord() } as unknown as PaymentClient;

  const { injected } = await runTrial({
    ...{ cluster, injector, client, fault: getFault('kill'), pauseMs: 0 },
    ...{ seed: 1, trial: 1, mode: 'open', requests: 3, ratePerSec: 0 },
    faults: [0, 1].map((atRequest) => ({ atRequest, delayMs: 0, target: 'leader' })),
    signal: new AbortController().signal,
    onProgress: () => undefined,
  });
  expect(injected.map(({ target }) => target)).toEqual(['server_2', 'server_2']);
});
