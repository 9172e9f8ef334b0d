/** Starts the API of the measurements: Redis → HTTP. It also starts while Redis is unavailable. */
import type { Server } from 'node:http';
import { closeServer, leave, listen } from '../../shared/http/http.js';
import type { Logger } from '../../shared/observability/logger.js';
import { connectRedis } from '../../shared/queue/connect-redis.js';
import type { ShutdownStep } from '../../shared/shutdown.js';
import { createMeasurementsApp } from './app.js';
import type { ApiConfig } from './config.js';
import { measureEpoch, measureMean } from './metrics.js';
import { RoundStream } from './round-stream.js';
import { SeriesStore } from './series-store.js';

export interface RunningApi {
  server: Server;
  steps: ShutdownStep[];
}

/** The metrics begin with the state in Redis. */
async function measureLast(store: SeriesStore): Promise<void> {
  const [last] = await store.readLast(1);
  if (last) measureMean(last);
  measureEpoch(await store.readLeading());
}

/** @throws Error when the port is taken. */
export async function startApi(config: ApiConfig, logger: Logger): Promise<RunningApi> {
  // A mean that waits for Redis could be kept after its leader was told that it was not.
  const redis = connectRedis(config.redisUrl, 'fail-fast', logger);
  const store = new SeriesStore(redis, config.prefix, config.fence);
  const stream = new RoundStream((count) => store.readLast(count));
  const app = createMeasurementsApp({
    store,
    stream,
    logger,
    tokens: {
      api: config.apiToken,
      operator: config.operatorToken,
      internal: config.internalToken,
    },
    isRedisUp: () =>
      redis.ping().then(
        () => true,
        () => false,
      ),
  });
  redis.once('ready', () => void measureLast(store).catch(() => undefined));
  const server = await listen(app, config.port, config.host);
  if (!config.fence) logger.warn('the fence is off: stale means are kept');
  logger.info({ port: config.port }, `${config.id} is ready`);
  return {
    server,
    steps: [
      { name: 'not ready', run: () => leave(server) },
      { name: 'events', run: () => stream.close() },
      { name: 'http', run: () => closeServer(server) },
      { name: 'redis', run: () => redis.disconnect() },
    ],
  };
}
