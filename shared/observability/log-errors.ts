/**
 * Reduces errors to the parts that may be logged: kind, origin, cause. Clients attach whole
 * requests to their errors: axios the headers with the token, ioredis the command with its
 * arguments, pg the values of a row. So only the named fields are copied, and tokens and passwords
 * in messages are replaced.
 *
 * /** Fields of sockets, PostgreSQL and our own problems: names and numbers that hold nothing of a
 * request or a row.
 */
const FIELDS = [
  'code',
  'errno',
  'syscall',
  'address',
  'port',
  'status',
  'severity',
  'routine',
  'schema',
  'table',
  'constraint',
] as const;
const DEEPEST = 5;
const MOST_ERRORS = 5;
const LONGEST_TEXT = 8_000;

export type LoggedError = Readonly<Record<string, unknown>>;

const CREDENTIALS = /(\b[a-z][a-z0-9+.-]*:\/\/)[^\s/@]*@/gi;
const BEARER = /\b(Bearer|Basic)\s+[\w.~+/=-]+/gi;
const clean = (text: string): string =>
  text
    .slice(0, LONGEST_TEXT)
    .replace(CREDENTIALS, '$1[redacted]@')
    .replace(BEARER, '$1 [redacted]');

/** Not `instanceof`: an error of a socket belongs to another realm than a test's sandbox. */
export const isError = (value: unknown): value is Error =>
  typeof value === 'object' &&
  value !== null &&
  typeof (value as Error).message === 'string' &&
  typeof (value as Error).stack === 'string';

function toLoggable(value: unknown): unknown {
  if (typeof value === 'string') return clean(value);
  return typeof value === 'number' || typeof value === 'boolean' ? value : undefined;
}

/** The loggable part of an error; for other thrown values, their text or their type. */
export function toLoggedError(error: unknown, depth = 0): LoggedError {
  if (!isError(error))
    return { message: typeof error === 'string' ? clean(error) : `not an error: ${typeof error}` };
  const fields = error as Error & Record<string, unknown> & { errors?: unknown };
  const own = FIELDS.map((name) => [name, toLoggable(fields[name])] as const).filter(
    ([, value]) => value !== undefined,
  );
  const further = depth < DEEPEST;
  return {
    type: error.name,
    message: clean(error.message),
    stack: clean(error.stack ?? ''),
    ...Object.fromEntries(own),
    ...(further && isError(error.cause) ? { cause: toLoggedError(error.cause, depth + 1) } : {}),
    ...(further && Array.isArray(fields.errors) && fields.errors.some(isError)
      ? {
          errors: fields.errors
            .filter(isError)
            .slice(0, MOST_ERRORS)
            .map((one) => toLoggedError(one, depth + 1)),
        }
      : {}),
  };
}

/** The object of a log line with every error in it reduced. */
export function withLoggedErrors(line: Record<string, unknown>): Record<string, unknown> {
  for (const value of Object.values(line)) {
    if (isError(value))
      return Object.fromEntries(
        Object.entries(line).map(([name, one]) => [name, isError(one) ? toLoggedError(one) : one]),
      );
  }
  return line;
}

/**
 * An error of an HTTP client without its request, configuration and response, safe to pass to
 * callers.
 */
export function withoutRequest(error: unknown): Error {
  const failure = (error ?? {}) as {
    name?: string;
    message?: string;
    code?: unknown;
    response?: { status?: unknown };
  };
  const { name, message, code, response } = failure;
  const reduced = new Error(clean(message ?? String(error)));
  reduced.name = name ?? 'Error';
  return Object.assign(
    reduced,
    typeof code === 'string' ? { code } : {},
    typeof response?.status === 'number' ? { status: response.status } : {},
  );
}
