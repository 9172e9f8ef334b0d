/** Every option of a measuring device: name, unit, default, range and reason. */
import {
  flag,
  loadConfig,
  milliseconds,
  oneOf,
  port,
  text,
  url,
  type Config,
  type Option,
} from '../../shared/config.js';
import { apiUrlData } from '../../shared/contracts/measurements.js';
import { TOKEN_OPTIONS } from '../../shared/http/auth.js';

/** `host:port,host:port,…` @throws Error that completes "ZOOKEEPER …". */
function parseServers(value: string): string {
  const entries = value.split(',').map((entry) => entry.trim());
  for (const entry of entries) {
    const port = Number(/^[\w.-]+:(\d{1,5})$/.exec(entry)?.[1]);
    if (!(port >= 1 && port <= 65_535)) throw new Error(`must be host:port pairs, got "${entry}"`);
  }
  return entries.join(',');
}

const servers = (env: string, spec: { doc: string; default: string }): Option<string> => ({
  env,
  ...spec,
  parse: parseServers,
});

/** Names of hosts, separated by commas. */
const hosts = (
  env: string,
  spec: { doc: string; default: readonly string[] },
): Option<readonly string[]> => ({
  env,
  ...spec,
  parse: (value) => {
    const names = value.split(',').map((name) => name.trim());
    if (names.some((name) => !/^[\w.-]+$/.test(name)))
      throw new Error(`must be names of hosts, got "${value}"`);
    return Object.freeze(names);
  },
});

export const DEVICE_OPTIONS = {
  internalToken: TOKEN_OPTIONS.internalToken,
  id: text('ID', { default: 'device_1', doc: 'Name of this device, once per ensemble.' }),
  host: text('HOST', { default: '127.0.0.1', doc: 'Address to listen on.' }),
  port: port('PORT', { default: 5211, doc: 'Port to listen on.' }),
  zookeeper: servers('ZOOKEEPER', {
    default: '127.0.0.1:5501,127.0.0.1:5502,127.0.0.1:5503',
    doc: 'Members of the ZooKeeper ensemble.',
  }),
  replicaUrl: url('REPLICA_URL', {
    default: 'http://127.0.0.1:5001',
    doc: 'The payment replica whose processing latency is measured.',
  }),
  apiUrl: url('API_URL', {
    default: 'http://127.0.0.1:5200/nuevo',
    doc: 'Receives the means while /config/api_url does not exist.',
  }),
  apiHosts: hosts('API_HOSTS', {
    default: ['127.0.0.1', 'localhost'],
    doc: 'Hosts that /config/api_url may name, because the internal token is sent there.',
  }),
  sessionTimeoutMs: milliseconds('SESSION_TIMEOUT_MS', {
    default: 2_000,
    min: 400,
    max: 20_000,
    doc: 'How long the ensemble keeps the session of a silent device.',
  }),
  callTimeoutMs: milliseconds('CALL_TIMEOUT_MS', {
    default: 1_000,
    min: 50,
    max: 10_000,
    doc: 'Time limit of one call to the API or to the replica.',
  }),
  logLevel: oneOf('LOG_LEVEL', ['debug', 'info', 'warn', 'error'], {
    default: 'info',
    doc: 'Lowest level that is logged.',
  }),
  faults: flag('FAULTS', {
    default: false,
    doc: 'Whether fault switches exist. Never on in production.',
  }),
  ownClock: flag('OWN_CLOCK', {
    default: true,
    doc: 'off, for experiments: the device leads until the ensemble reports the end of its session.',
  }),
} as const;

export type DeviceConfig = Config<typeof DEVICE_OPTIONS>;

/** @throws ConfigError with every problem found. */
export const loadDeviceConfig = (env: NodeJS.ProcessEnv): DeviceConfig =>
  loadConfig(DEVICE_OPTIONS, env, [
    ({ ownClock, faults }) =>
      ownClock || faults ? null : 'OWN_CLOCK=off is only possible with FAULTS=on',
    ({ apiUrl, apiHosts }) => {
      const { error } = apiUrlData(apiHosts).safeParse(apiUrl);
      return error ? `API_URL ${error.issues[0]?.message}` : null;
    },
  ]);
