/**
 * Options of the baselines: the same environment variables as for Relevo's services, so that both
 * use the same engines and ports.
 */
import { TOKEN_OPTIONS } from '../../shared/http/auth.js';
import { members, port, text, url } from '../../shared/config.js';

const EVERYWHERE = {
  host: text('HOST', { default: '127.0.0.1', doc: 'Address to listen at.' }),
  port: port('PORT', { doc: 'Port to listen at.' }),
  id: text('ID', { doc: 'Name of this process.' }),
  ...TOKEN_OPTIONS,
};
const databaseUrl = url('DATABASE_URL', { doc: 'Address of PostgreSQL.' });

/** A payment server of either baseline. */
export const SERVER_OPTIONS = {
  ...EVERYWHERE,
  databaseUrl,
  gatewayUrl: url('GATEWAY_URL', { doc: 'The stand-alone gateway.' }),
};

export const BASELINE_MONITOR_OPTIONS = {
  ...EVERYWHERE,
  servers: members('REPLICAS', { doc: 'The payment servers: name=address, …' }),
};

export const BASELINE_PATIENTS_OPTIONS = {
  ...EVERYWHERE,
  databaseUrl,
  monitorUrl: url('MONITOR_URL', { doc: 'Monitor that names the leader.' }),
};
