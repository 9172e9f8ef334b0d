/** Every option of the API of the measurements. */
import {
  ConfigError,
  flag,
  loadConfig,
  oneOf,
  port,
  text,
  type Config,
} from '../../shared/config.js';
import { TOKEN_OPTIONS } from '../../shared/http/auth.js';
import { redisUrl } from '../../shared/queue/redis-address.js';

export const API_OPTIONS = {
  ...TOKEN_OPTIONS,
  id: text('ID', { default: 'measurements', doc: 'Name in the logs and metrics.' }),
  host: text('HOST', {
    default: '127.0.0.1',
    doc: 'Interface it listens on. The loopback default opens nothing to the network.',
  }),
  port: port('PORT', { default: 5200, doc: 'Port it listens on.' }),
  redisUrl: redisUrl({ doc: 'Redis, which keeps the series and the highest epoch.' }),
  prefix: text('QUEUE_PREFIX', {
    default: 'relevo',
    doc: 'Prefix of every key in Redis; the same in every service.',
  }),
  logLevel: oneOf('LOG_LEVEL', ['debug', 'info', 'warn', 'error', 'silent'], {
    default: 'info',
    doc: 'Lowest level that is logged.',
  }),
  faults: flag('FAULTS', {
    default: false,
    doc: 'Whether the fence may be removed. Never on in production.',
  }),
  fence: flag('FENCE', {
    default: true,
    doc: 'Whether means of older epochs and of earlier rounds are refused. Off only for a control of the lab, with FAULTS=on.',
  }),
} as const;

export type ApiConfig = Config<typeof API_OPTIONS>;

/** @throws ConfigError with every problem found. */
export function loadApiConfig(env: NodeJS.ProcessEnv): ApiConfig {
  const config = loadConfig(API_OPTIONS, env);
  if (!config.fence && !config.faults)
    throw new ConfigError(['FENCE=off needs FAULTS=on: without it, a stale mean would be kept']);
  return config;
}
