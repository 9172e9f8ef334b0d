/**
 * Options of the published measurement rounds: the same environment variables as for Relevo's
 * devices and API, so that both use the same ensemble and ports.
 */
import { integer, port, text, url } from '../../../shared/config.js';
import { TOKEN_OPTIONS } from '../../../shared/http/auth.js';

const EVERYWHERE = {
  host: text('HOST', { default: '127.0.0.1', doc: 'Address to listen at.' }),
  port: port('PORT', { doc: 'Port to listen at.' }),
  id: text('ID', { doc: 'Name of this process.' }),
  ...TOKEN_OPTIONS,
};

export const PUBLISHED_API_OPTIONS = EVERYWHERE;

export const PUBLISHED_DEVICE_OPTIONS = {
  ...EVERYWHERE,
  zookeeper: text('ZOOKEEPER', { doc: 'The members of the ensemble: host:port,host:port,…' }),
  replicaUrl: url('REPLICA_URL', { doc: 'The replica to measure.' }),
  sessionTimeoutMs: integer('SESSION_TIMEOUT_MS', {
    default: 2_000,
    min: 400,
    max: 20_000,
    doc: 'After this silence, the ensemble ends the session of a device.',
  }),
};
