/** The API of the measurements in this process, and requests to it. */
import type { AddressInfo } from 'node:net';
import { loadApiConfig } from '../../../measurements/api/config.js';
import { startApi } from '../../../measurements/api/start.js';
import { freePort } from '../../../local/processes/ports.js';
import { eventually } from '../../support/eventually.js';
import { keptLogger } from '../../support/kept-logger.js';
import { uniquePrefix } from '../../support/redis.js';

/** Not a word: the logs of all tests are searched for the tokens of real processes. */
export const INTERNAL_TOKEN = 'token-of-the-measuring-devices';
const TOKENS = { API_TOKEN: 'api', OPERATOR_TOKEN: 'operator', INTERNAL_TOKEN };

export interface Answered {
  status: number;
  body: Record<string, unknown>;
}

export interface Api {
  url: string;
  get: (path: string, token?: string) => Promise<Answered>;
  announce(epoch: number, device?: string): Promise<Answered>;
  /** Sends a mean as a leading device does. */
  send(mean: { dato: number | string; round: number; epoch: number }): Promise<Answered>;
  stop(): Promise<void>;
}

/** @param env REDIS_URL, and other options. */
export async function startTestApi(env: Record<string, string>): Promise<Api> {
  const config = loadApiConfig({
    ...TOKENS,
    QUEUE_PREFIX: uniquePrefix(),
    PORT: String(await freePort()),
    ...env,
  });
  const { server, steps } = await startApi(config, keptLogger('measurements'));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const ask = async (path: string, init: RequestInit): Promise<Answered> => {
    const response = await fetch(`${url}${path}`, init);
    return { status: response.status, body: (await response.json()) as Answered['body'] };
  };
  const bearer = (token: string): Record<string, string> => ({ Authorization: `Bearer ${token}` });
  await eventually(async () => (await fetch(`${url}/readyz`)).ok, { what: 'the API is ready' });
  const get: Api['get'] = (path, token) => ask(path, { headers: token ? bearer(token) : {} });
  return {
    url,
    get,
    announce: (epoch, device = 'device_1') =>
      ask('/epochs', {
        method: 'POST',
        headers: { ...bearer(INTERNAL_TOKEN), 'Content-Type': 'application/json' },
        body: JSON.stringify({ epoch, device }),
      }),
    send: ({ dato, round, epoch }) =>
      get(`/nuevo?dato=${dato}&round=${round}&epoch=${epoch}&devices=3`, INTERNAL_TOKEN),
    stop: async () => {
      server.closeAllConnections();
      for (const step of steps) await step.run();
    },
  };
}
