/** The fault switches of a device exist only with FAULTS=on, and need the internal token. */
import { afterEach, expect, test } from '@jest/globals';
import { freePort } from '../../../local/processes/ports.js';
import { loadDeviceConfig } from '../../../measurements/device/config.js';
import { startDevice } from '../../../measurements/device/start.js';
import type { ShutdownStep } from '../../../shared/shutdown.js';
import { keptLogger } from '../../support/kept-logger.js';
import { INTERNAL_TOKEN } from './support.js';

let steps: ShutdownStep[] = [];
afterEach(async () => {
  for (const step of steps) await step.run();
  steps = [];
});

/** Starts a device that reaches no ensemble. @returns its answers to a read and a change. */
async function askFaults(env: Record<string, string>): Promise<[number, unknown][]> {
  const port = String(await freePort());
  const unreachable = `127.0.0.1:${await freePort()}`;
  const config = loadDeviceConfig({ INTERNAL_TOKEN, PORT: port, ZOOKEEPER: unreachable, ...env });
  ({ steps } = await startDevice(config, keptLogger('device')));
  const ask = async (token: string, body?: object): Promise<[number, unknown]> => {
    const response = await fetch(`http://127.0.0.1:${port}/faults`, {
      method: body ? 'POST' : 'GET',
      headers: { 'Authorization': `Bearer ${token}`, 'Content-Type': 'application/json' },
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
    const answer = (await response.json()) as { code?: string };
    return [response.status, answer.code ?? answer];
  };
  return [
    await ask(INTERNAL_TOKEN),
    await ask(INTERNAL_TOKEN, { pauseBeforeSendMs: 5 }),
    await ask('another token'),
  ];
}

const NOT_FOUND = [404, 'NOT_FOUND'];
const UNAUTHENTICATED = [401, 'UNAUTHENTICATED'];

test.each([{}, { FAULTS: 'off' }])('with %o there are no fault switches', async (env) => {
  expect(await askFaults(env)).toEqual([NOT_FOUND, NOT_FOUND, UNAUTHENTICATED]);
});

test('control: with FAULTS=on the switches answer, only with the internal token', async () => {
  expect(await askFaults({ FAULTS: 'on' })).toEqual([
    [200, { pauseBeforeSendMs: 0 }],
    [200, { pauseBeforeSendMs: 5 }],
    UNAUTHENTICATED,
  ]);
});
