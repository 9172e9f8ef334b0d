/**
 * Configuration of `npm start` and related commands, from the environment: data folder, engines,
 * tokens and ports.
 */
import { resolve } from 'node:path';
import {
  ConfigError,
  integer,
  loadConfig,
  oneOf,
  text,
  url,
  type Option,
} from '../shared/config.js';
import { databaseUrl } from '../shared/postgres/database-option.js';
import { redisUrl } from '../shared/queue/redis-address.js';
import { HOSPITAL_TIME_ZONE } from '../shared/time-zone.js';
import { TIMING_PROFILE_NAMES, type TimingProfile } from './engines/patroni-settings.js';
import { StartError } from './errors.js';
import { ROOT } from './root.js';

/** Makes an option optional: undefined when the variable is missing or empty. */
const makeOptional = <T>(option: Option<T>): Option<T | undefined> => ({
  ...option,
  parse: (value) => (value === '' ? undefined : option.parse(value)),
});

/** The default of an optional variable; an option without a default is required. */
const LEFT_OUT = '';

const maybeText = (env: string, doc: string, secret = false): Option<string | undefined> =>
  makeOptional(text(env, { default: LEFT_OUT, doc, secret }));
const maybeUrl = (env: string, doc: string): Option<string | undefined> =>
  makeOptional(url(env, { default: LEFT_OUT, doc }));

export const LOCAL_OPTIONS = {
  dataDir: text('RELEVO_DATA', {
    default: '.data',
    doc: 'Folder of data, logs and tokens, relative to the project.',
  }),
  portOffset: integer('RELEVO_PORT_OFFSET', {
    default: 0,
    min: 0,
    max: 50_000,
    doc: 'Added to every port, so that two installations can run at the same time.',
  }),
  standbyProfile: oneOf('STANDBY_PROFILE', ['auto', ...TIMING_PROFILE_NAMES], {
    default: 'auto',
    doc: 'Timings of `--standby`. auto: the fastest that the installed Patroni can keep.',
  }),
  databaseUrl: makeOptional(
    databaseUrl({ default: LEFT_OUT, doc: 'An external PostgreSQL; Relevo then starts none.' }),
  ),
  redisUrl: makeOptional(
    redisUrl({
      default: LEFT_OUT,
      doc: 'An external Redis, or its Sentinels; Relevo then starts none.',
    }),
  ),
  api: maybeText('API_TOKEN', 'Replaces the token in tokens.json.', true),
  operator: maybeText('OPERATOR_TOKEN', 'Replaces the token in tokens.json.', true),
  internal: maybeText('INTERNAL_TOKEN', 'Replaces the token in tokens.json.', true),
  url: maybeUrl('RELEVO_URL', 'The patients service on another machine, for `relevo` commands.'),
  monitorUrl: maybeUrl(
    'RELEVO_MONITOR_URL',
    'A monitor on that machine. Default: RELEVO_URL with its port plus 1000.',
  ),
  timeZone: HOSPITAL_TIME_ZONE,
  token: maybeText(
    'RELEVO_TOKEN',
    'The token that every `relevo` command sends, instead of the one it would choose.',
    true,
  ),
};

export interface LocalConfig {
  /** Absolute. */
  dataDir: string;
  portOffset: number;
  /** Timings of a replicated PostgreSQL; undefined: the fastest that Patroni can keep. */
  standbyProfile: TimingProfile | undefined;
  databaseUrl: string | undefined;
  redisUrl: string | undefined;
  /** Tokens set in the environment. */
  tokens: { api?: string; operator?: string; internal?: string };
  /** The system that `relevo` commands use instead of the one that runs on `dataDir`. */
  remote: { url?: string; monitorUrl?: string; token?: string };
}

/** Removes the values that are not set. */
const keepGiven = <T extends string>(
  values: Readonly<Record<T, string | undefined>>,
): Partial<Record<T, string>> =>
  Object.fromEntries(
    Object.entries<string | undefined>(values).filter(([, value]) => value),
  ) as Partial<Record<T, string>>;

/** @throws StartError that lists every problem. */
export function readLocalConfig(env: NodeJS.ProcessEnv): LocalConfig {
  try {
    const options = loadConfig(LOCAL_OPTIONS, env);
    const { dataDir, portOffset, databaseUrl, redisUrl, standbyProfile: profile } = options;
    const { api, operator, internal, url: address, monitorUrl, token } = options;
    return {
      dataDir: resolve(ROOT, dataDir),
      portOffset,
      standbyProfile: profile === 'auto' ? undefined : profile,
      databaseUrl: databaseUrl || undefined,
      redisUrl: redisUrl || undefined,
      tokens: keepGiven({ api, operator, internal }),
      remote: keepGiven({ url: address, monitorUrl, token }),
    };
  } catch (error) {
    if (error instanceof ConfigError) throw new StartError(error.message);
    throw error;
  }
}
