/**
 * A candidate announces its epoch to the API, in an ensemble that is new or that continues the
 * rounds of a former one. The tests check whether it may lead then.
 */
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { applyResult, createState } from '../../../measurements/core/apply.js';
import type { DeviceState, StepResult } from '../../../measurements/core/types.js';
import { ApiClient } from '../../../measurements/device/api-client.js';
import { ReplicaMeter } from '../../../measurements/device/replica-meter.js';
import { StepRunner } from '../../../measurements/device/step-runner.js';
import { ZNODES } from '../../../shared/contracts/measurements.js';
import type { ZooKeeper } from '../../../shared/zookeeper/client.js';
import { createNode, readData, removeNode } from '../../../shared/zookeeper/data.js';
import { keptLogger } from '../../support/kept-logger.js';
import { startOwnEnsemble, type OwnEnsemble } from '../../support/own-ensemble.js';
import { testRedisUrl } from '../../support/redis.js';
import { describeWith } from '../../support/tools.js';
import { INTERNAL_TOKEN, startTestApi, type Api } from './support.js';

const TIMEOUT_MS = 60_000;
const LAST_ROUND = 5;

type Announced = Extract<StepResult, { step: 'announce' }>['result'];

describeWith('zookeeper', 'a candidate announces its epoch', () => {
  let ensemble: OwnEnsemble;
  let zk: ZooKeeper;
  let api: Api;
  let steps: StepRunner;
  beforeAll(async () => {
    ensemble = await startOwnEnsemble();
    zk = await ensemble.connect();
    steps = new StepRunner({
      device: 'device_1',
      zk,
      api: new ApiClient({ token: INTERNAL_TOKEN, timeoutMs: TIMEOUT_MS }),
      meter: new ReplicaMeter({ replicaUrl: 'http://127.0.0.1:1', timeoutMs: TIMEOUT_MS }),
      logger: keptLogger('device'),
      mayAct: () => true,
      beforeSend: () => Promise.resolve(),
    });
  }, TIMEOUT_MS);
  beforeEach(async () => {
    api = await startTestApi({ REDIS_URL: testRedisUrl() });
    for (const path of [ZNODES.epochBase, ZNODES.counter]) await removeNode(zk, path);
  });
  afterEach(() => api.stop());
  afterAll(async () => {
    await zk?.close();
    await ensemble?.remove();
  });

  async function stand(): Promise<DeviceState> {
    const state = createState('device_1');
    return applyResult(state, await steps.perform({ kind: 'stand' }, state, ''), 0);
  }
  async function announce(state: DeviceState, url = api.url): Promise<Announced> {
    const step = { kind: 'announce', epoch: state.candidate?.epoch ?? 0 } as const;
    return ((await steps.perform(step, state, `${url}/nuevo`)) as { result: Announced }).result;
  }

  test('from before the ensemble continued: the epoch of a former leader does not lead', async () => {
    const early = await stand();
    const former = early.candidate?.epoch ?? 0;
    await api.announce(former, 'device_9');
    await api.send({ dato: 1, round: LAST_ROUND, epoch: former });
    await createNode(zk, ZNODES.epochBase, String(former), 'persistent');
    expect(await announce(early)).toBe('old-epoch');
    const later = await stand();
    expect(later.candidate?.epoch).toBeGreaterThan(former);
    expect(await announce(later)).toBe('confirmed');
  });

  test('in a new ensemble: waits while the API does not tell the last round', async () => {
    const candidate = await stand();
    const server = createServer((request, response) => {
      response.statusCode = request.method === 'POST' ? 200 : 503;
      response.end(JSON.stringify({ epoch: candidate.candidate?.epoch, lastRound: LAST_ROUND }));
    });
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const { port } = server.address() as AddressInfo;
    try {
      expect(await announce(candidate, `http://127.0.0.1:${port}`)).toBe('failed');
    } finally {
      server.close();
    }
    expect(await announce(candidate)).toBe('confirmed');
  });

  test('in a new ensemble: continues after the last round of the API', async () => {
    await api.send({ dato: 1, round: LAST_ROUND, epoch: 1 });
    expect(await announce(await stand())).toBe('old-epoch');
    expect((await readData(zk, ZNODES.counter))?.text).toBe(String(LAST_ROUND));
    expect(await announce(await stand())).toBe('confirmed');
  });
});
