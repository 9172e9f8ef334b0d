/** What the environment says to `npm start` and to the commands beside it: where the data is, whose engines, which tokens, which ports. */
import { resolve } from 'node:path';
import { ConfigError, integer, loadConfig, text, url, type Option } from '../shared/config.js';
import { HOSPITAL_TIME_ZONE } from '../shared/time-zone.js';
import { StartError } from './fail.js';
import { ROOT } from './root.js';

/** An option that may be left out. */
const optional = <T>(option: Option<T>): Option<T | undefined> => ({ ...option, parse: (value) => (value === '' ? undefined : option.parse(value)) });

/** Left out, rather than without a default. */
const LEFT_OUT = '';

const maybeText = (env: string, doc: string, secret = false): Option<string | undefined> =>
  optional(text(env, { default: LEFT_OUT, doc, secret }));
const maybeUrl = (env: string, doc: string): Option<string | undefined> => optional(url(env, { default: LEFT_OUT, doc }));

export const LOCAL_OPTIONS = {
  dataDir: text('RELEVO_DATA', { default: '.data', doc: 'Folder of data, logs and tokens, seen from the project.' }),
  portOffset: integer('RELEVO_PORT_OFFSET', {
    default: 0,
    min: 0,
    max: 50_000,
    doc: 'Added to every port, so that a second installation can run beside the first.',
  }),
  databaseUrl: maybeUrl('DATABASE_URL', 'Another PostgreSQL instead of our own.'),
  redisUrl: maybeUrl('REDIS_URL', 'Another Redis instead of our own.'),
  api: maybeText('API_TOKEN', 'Instead of the token kept in tokens.json.', true),
  operator: maybeText('OPERATOR_TOKEN', 'Instead of the token kept in tokens.json.', true),
  internal: maybeText('INTERNAL_TOKEN', 'Instead of the token kept in tokens.json.', true),
  url: maybeUrl('RELEVO_URL', "Another machine's patients service, instead of what runs here; for `relevo` commands."),
  monitorUrl: maybeUrl('RELEVO_MONITOR_URL', 'A monitor of that machine; RELEVO_URL with its port plus 1000 when left out.'),
  timeZone: HOSPITAL_TIME_ZONE,
  token: maybeText('RELEVO_TOKEN', 'The token that a `relevo` command shows, whatever it needs.', true),
};

export interface LocalConfig {
  /** Absolute. */
  dataDir: string;
  portOffset: number;
  databaseUrl: string | undefined;
  redisUrl: string | undefined;
  /** Those that the environment gives. */
  tokens: { api?: string; operator?: string; internal?: string };
  /** Where `relevo` commands find another system than the one that runs on `dataDir`. */
  remote: { url?: string; monitorUrl?: string; token?: string };
}

/** Without what was left out. */
const given = <T extends string>(values: Readonly<Record<T, string | undefined>>): Partial<Record<T, string>> =>
  Object.fromEntries(Object.entries<string | undefined>(values).filter(([, value]) => value)) as Partial<Record<T, string>>;

/** @throws StartError listing every problem. */
export function readLocalConfig(env: NodeJS.ProcessEnv): LocalConfig {
  try {
    const options = loadConfig(LOCAL_OPTIONS, env);
    const { dataDir, portOffset, databaseUrl, redisUrl } = options;
    const { api, operator, internal, url: address, monitorUrl, token } = options;
    return {
      dataDir: resolve(ROOT, dataDir),
      portOffset,
      databaseUrl: databaseUrl || undefined,
      redisUrl: redisUrl || undefined,
      tokens: given({ api, operator, internal }),
      remote: given({ url: address, monitorUrl, token }),
    };
  } catch (error) {
    if (error instanceof ConfigError) throw new StartError(error.message);
    throw error;
  }
}
