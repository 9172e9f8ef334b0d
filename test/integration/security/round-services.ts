/** The API of the measurements, and the routes of a device. */
import { freePort } from '../../../local/processes/ports.js';
import { loadApiConfig } from '../../../measurements/api/config.js';
import { closeServer, listen } from '../../../shared/http/http.js';
import { keptLogger } from '../../support/kept-logger.js';
import { testRedisUrl } from '../../support/redis.js';
import { beside, type Part } from './part.js';

/** Its state is the series and the highest epoch, read as any caller does. */
export async function startMeasurements(env: NodeJS.ProcessEnv): Promise<Part> {
  const port = await freePort();
  const config = loadApiConfig({ REDIS_URL: testRedisUrl(), PORT: String(port), ...env });
  const { startApi } = await beside(() => import('../../../measurements/api/start.js'));
  const { server, steps } = await startApi(config, keptLogger('measurements'));
  const read = async (path: string): Promise<string> =>
    (await fetch(`http://127.0.0.1:${port}${path}`)).text();
  return {
    server,
    state: async () => [await read('/series?last=100'), await read('/epochs')],
    stop: async () => {
      server.closeAllConnections();
      for (const step of steps) await step.run();
    },
  };
}

/** Only its routes: a device without an ensemble is never ready. */
export async function startDeviceRoutes(internalToken: string): Promise<Part> {
  const { createDeviceApp } = await beside(() => import('../../../measurements/device/app.js'));
  const faults = { pauseBeforeSendMs: 0 };
  const ready = () => ({ zookeeper: true, candidate: true });
  const app = createDeviceApp({ internalToken, logger: keptLogger('device'), ready, faults });
  const server = await listen(app, 0, '127.0.0.1');
  return {
    server,
    state: () => null,
    stop: () => (server.closeAllConnections(), closeServer(server)),
  };
}
