/**
 * Configuration as one table per service: environment variable, kind, default, range and reason in
 * one place. Reports all problems together and freezes the result. A setting outside the table does
 * not exist.
 */
export interface Option<T> {
  env: string;
  /** One sentence: its meaning and the reason for the default. Printed in the documentation. */
  doc: string;
  default: T | undefined;
  secret?: boolean;
  /** @throws Error with a sentence that completes "ENV_NAME …". */
  parse(text: string): T;
}

export type Table = Record<string, Option<unknown>>;
export type Config<T extends Table> = {
  readonly [K in keyof T]: T[K] extends Option<infer V> ? V : never;
};

/** Exit code of a process whose configuration is wrong (EX_CONFIG of sysexits.h). */
export const EXIT_CONFIG = 78;

export class ConfigError extends Error {
  constructor(readonly problems: readonly string[]) {
    super(
      `Configuration has ${problems.length} problem(s):\n${problems.map((problem) => `  - ${problem}`).join('\n')}`,
    );
    this.name = 'ConfigError';
  }
}

interface Described<T> {
  doc: string;
  default?: T;
}

export function integer(
  env: string,
  spec: Described<number> & { min: number; max: number },
): Option<number> {
  return {
    env,
    doc: spec.doc,
    default: spec.default,
    parse: (text) => {
      const value = Number(text);
      if (text.trim() === '' || !Number.isInteger(value))
        throw new Error(`must be a whole number, got "${text}"`);
      if (value < spec.min || value > spec.max)
        throw new Error(`must be between ${spec.min} and ${spec.max}, got ${value}`);
      return value;
    },
  };
}

/** A duration in milliseconds. */
export const milliseconds = (
  env: string,
  spec: Described<number> & { min?: number; max?: number },
): Option<number> => integer(env, { min: 0, max: 86_400_000, ...spec });

export const port = (env: string, spec: Described<number>): Option<number> =>
  integer(env, { min: 1, max: 65_535, ...spec });

/** A ratio from 0 to 1. */
export function ratio(env: string, spec: Described<number>): Option<number> {
  return {
    env,
    doc: spec.doc,
    default: spec.default,
    parse: (text) => {
      const value = Number(text);
      if (text.trim() === '' || !(value >= 0 && value <= 1))
        throw new Error(`must be between 0 and 1, got "${text}"`);
      return value;
    },
  };
}

export function text(env: string, spec: Described<string> & { secret?: boolean }): Option<string> {
  return {
    env,
    doc: spec.doc,
    default: spec.default,
    ...(spec.secret ? { secret: true } : {}),
    parse: (value) => {
      if (value === '') throw new Error('must not be empty');
      return value;
    },
  };
}

export function url(env: string, spec: Described<string>): Option<string> {
  return {
    env,
    doc: spec.doc,
    default: spec.default,
    parse: (value) => {
      if (!URL.canParse(value)) throw new Error('must be an absolute address');
      return value;
    },
  };
}

export function oneOf<const T extends string>(
  env: string,
  values: readonly T[],
  spec: Described<T>,
): Option<T> {
  return {
    env,
    doc: spec.doc,
    default: spec.default,
    parse: (value) => {
      const found = values.find((candidate) => candidate === value);
      if (found === undefined)
        throw new Error(`must be one of ${values.join(', ')}, got "${value}"`);
      return found;
    },
  };
}

/** `on` or `off`. */
export function flag(env: string, spec: Described<boolean>): Option<boolean> {
  return {
    env,
    doc: spec.doc,
    default: spec.default,
    parse: (value) => {
      if (value !== 'on' && value !== 'off') throw new Error(`must be on or off, got "${value}"`);
      return value === 'on';
    },
  };
}

export interface Member {
  id: string;
  url: string;
}

/**
 * `server_1=http://127.0.0.1:5001,server_2=…`: names and addresses, in order; names are unique.
 * Empty text means the default.
 */
export function members(
  env: string,
  spec: Described<readonly Member[]>,
): Option<readonly Member[]> {
  return {
    env,
    doc: spec.doc,
    default: spec.default,
    parse: (value) => {
      if (value.trim() === '' && spec.default) return spec.default;
      const list = value.split(',').map((entry) => {
        const [, id, address] = /^\s*([A-Za-z0-9_-]+)=(\S+)\s*$/.exec(entry) ?? [];
        if (!id || !address || !URL.canParse(address))
          throw new Error(`must be name=address pairs, got "${entry.trim()}"`);
        return { id, url: address.replace(/\/$/, '') };
      });
      if (new Set(list.map(({ id }) => id)).size !== list.length)
        throw new Error('names a member twice');
      return Object.freeze(list);
    },
  };
}

/**
 * Reads `table` from `env`.
 * @param relations each returns a sentence when two options contradict each other, else null.
 * @throws ConfigError with every problem found.
 */
export function loadConfig<T extends Table>(
  table: T,
  env: NodeJS.ProcessEnv,
  relations: readonly ((config: Config<T>) => string | null)[] = [],
): Config<T> {
  const problems: string[] = [];
  const values: Record<string, unknown> = {};
  for (const [name, option] of Object.entries(table)) {
    try {
      const given = env[option.env];
      if (given === undefined && option.default === undefined) throw new Error('is required');
      values[name] = given === undefined ? option.default : option.parse(given);
    } catch (error) {
      problems.push(`${option.env} ${(error as Error).message}`);
    }
  }
  const config = Object.freeze(values) as Config<T>;
  if (problems.length === 0)
    problems.push(
      ...relations.map((relation) => relation(config)).filter((problem) => problem !== null),
    );
  if (problems.length > 0) throw new ConfigError(problems);
  return config;
}

/** The configuration in loggable form: secrets, and passwords in addresses, become `***`. */
export function printable(table: Table, config: object): Record<string, unknown> {
  const values = new Map<string, unknown>(Object.entries(config));
  return Object.fromEntries(
    Object.entries(table).map(([name, option]) => {
      const value = values.get(name);
      if (option.secret) return [name, '***'];
      return [
        name,
        typeof value === 'string' ? value.replace(/:\/\/([^:@/]*):[^@/]*@/, '://$1:***@') : value,
      ];
    }),
  );
}
