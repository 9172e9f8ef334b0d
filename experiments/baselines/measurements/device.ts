/** The published measurement rounds, a device: the program. */
import { loadConfig } from '../../../shared/config.js';
import { createLogger } from '../../../shared/observability/logger.js';
import { runBaseline } from '../process.js';
import { DeviceRounds } from './device-rounds.js';
import { PUBLISHED_DEVICE_OPTIONS } from './options.js';
import { PublishedSession } from './session.js';

await runBaseline(
  () => loadConfig(PUBLISHED_DEVICE_OPTIONS, process.env),
  async (_app, config) => {
    const { id, replicaUrl, internalToken, zookeeper, sessionTimeoutMs } = config;
    const session = new PublishedSession(zookeeper, sessionTimeoutMs);
    const ended = new AbortController();
    await session.open();
    const rounds = new DeviceRounds({
      id,
      session,
      replicaUrl,
      internalToken,
      logger: createLogger('baseline', id, 'info'),
      signal: ended.signal,
    });
    void rounds.run();
    return () => {
      ended.abort();
      session.close();
    };
  },
);
