/** Every option of the stand-alone simulated gateway. */
import { TOKEN_OPTIONS } from '../shared/http/auth.js';
import {
  flag,
  loadConfig,
  integer,
  milliseconds,
  oneOf,
  port,
  ratio,
  text,
  type Config,
} from '../shared/config.js';

export const GATEWAY_OPTIONS = {
  internalToken: TOKEN_OPTIONS.internalToken,
  id: text('ID', { default: 'gateway', doc: 'Name in the logs.' }),
  host: text('HOST', { default: '127.0.0.1', doc: 'Address to listen on.' }),
  port: port('PORT', { default: 5100, doc: 'Port to listen on.' }),
  logLevel: oneOf('LOG_LEVEL', ['debug', 'info', 'warn', 'error'], {
    default: 'info',
    doc: 'Lowest level that is logged.',
  }),
  faults: flag('FAULTS', { default: false, doc: 'Whether fault switches exist.' }),
  ledgerFile: text('GATEWAY_LEDGER_FILE', {
    default: '.data/gateway-ledger.ndjson',
    doc: 'File to which every movement of money is appended.',
  }),
  latencyMs: milliseconds('GATEWAY_LATENCY_MS', {
    default: 20,
    max: 60_000,
    doc: 'Mean duration of a charge; each takes 0.5 to 1.5 of it.',
  }),
  declineRatio: ratio('GATEWAY_DECLINE_RATIO', { default: 0, doc: 'Share of declined charges.' }),
  seed: integer('GATEWAY_SEED', {
    default: 1,
    min: 0,
    max: 2 ** 31,
    doc: 'Decides which keys are declined.',
  }),
} as const;

export type GatewayConfig = Config<typeof GATEWAY_OPTIONS>;

/** @throws ConfigError with every problem found. */
export const loadGatewayConfig = (env: NodeJS.ProcessEnv): GatewayConfig =>
  loadConfig(GATEWAY_OPTIONS, env);
