/**
 * The HTTP parts that every service shares: bounded JSON bodies, problem documents, health,
 * metrics. serving.ts holds the server. Handlers throw; one error middleware translates errors into
 * answers.
 */
import express, {
  type ErrorRequestHandler,
  type Express,
  type Request,
  type RequestHandler,
} from 'express';
import type { z } from 'zod';
import { Problem, toDatabaseProblem, type FieldError } from '../errors.js';
import { jsonBodies } from './json-bodies.js';
import type { Logger } from '../observability/logger.js';
import { httpRequestSeconds, registry } from '../observability/metrics.js';
import { trackRequest } from '../observability/open-requests.js';
import { isTransient } from '../postgres/postgres.js';
import { traceRequests } from '../observability/trace-requests.js';
import { tracing } from '../observability/tracing.js';

export { closeServer, leave, listen } from './serving.js';

export interface AppOptions {
  logger: Logger;
  /** Largest body, in body-parser's notation: `1mb`. */
  bodyLimit: string;
  /** Whether the service can work now: named checks, true when good. */
  ready: () => Promise<Record<string, boolean>> | Record<string, boolean>;
  /** Checks that are reported but do not make it unready. */
  reportedOnly?: readonly string[];
  /** When set, every answer names the instance: `X-Served-By`. */
  servedBy?: string;
  /** Adds handlers between the health routes and the reading of bodies. */
  beforeBodies?: (app: Express) => void;
}

/** Status counted when the client disconnects before the answer, as in nginx. */
const CLIENT_GONE = 499;

const measure: RequestHandler = (request, response, next) => {
  trackRequest(response);
  const end = httpRequestSeconds.startTimer({ method: request.method });
  response.once('close', () => {
    const route = (request.route as { path?: unknown } | undefined)?.path;
    const status = response.headersSent ? response.statusCode : CLIENT_GONE;
    end({ route: typeof route === 'string' ? route : 'other', status: String(status) });
  });
  next();
};

/**
 * Headers of every answer, also of refusals: browsers must not guess the type, and caches must not
 * store it, because most answers are private. A route overrides this where caching is allowed.
 */
const sayStanding = (servedBy: string | undefined): RequestHandler =>
  function standingHeaders(_request, response, next) {
    response.setHeader('X-Content-Type-Options', 'nosniff');
    response.setHeader('Cache-Control', 'no-store');
    if (servedBy !== undefined) response.setHeader('X-Served-By', servedBy);
    next();
  };

/** An app with everything that precedes the routes. Add routes, then call `finishApp`. */
export function createApp({
  bodyLimit,
  ready,
  reportedOnly = [],
  servedBy,
  beforeBodies,
}: AppOptions): Express {
  const app = express();
  app.disable('x-powered-by');
  app.set('etag', false);
  app.use(measure);
  if (tracing) app.use(traceRequests(tracing));
  app.use(sayStanding(servedBy));
  app.get('/livez', (_request, response) => void response.json({ status: 'ok' }));
  app.get('/readyz', async (_request, response) => {
    const checks = {
      ...(await ready()),
      ...(app.locals['leaving'] === true ? { serving: false } : {}),
    };
    const good = Object.entries(checks).every(
      ([name, passed]) => passed || reportedOnly.includes(name),
    );
    response.status(good ? 200 : 503).json({ status: good ? 'ok' : 'unavailable', checks });
  });
  app.get('/metrics', async (_request, response) => {
    response.type(registry.contentType).send(await registry.metrics());
  });
  beforeBodies?.(app);
  app.use(jsonBodies(bodyLimit));
  return app;
}

/**
 * Limits: field errors reported per request, and characters of each, because messages repeat
 * unknown field names.
 */
const [ERRORS_MAX, ERROR_LENGTH_MAX] = [20, 300];

function fieldErrors(error: z.ZodError, where: string): FieldError[] {
  return error.issues.slice(0, ERRORS_MAX).map(({ path, message }) => ({
    path: [where, ...path.map(String)].join('.'),
    message:
      message.length > ERROR_LENGTH_MAX ? `${message.slice(0, ERROR_LENGTH_MAX)} …` : message,
  }));
}

/**
 * Parses one part of a request. @throws Problem VALIDATION_FAILED naming every field, BODY_MISSING.
 */
export function parse<T extends z.ZodType>(
  schema: T,
  value: unknown,
  where: 'body' | 'path' | 'query',
): z.output<T> {
  if (where === 'body' && value === undefined)
    throw new Problem('BODY_MISSING', 'Send a JSON body with Content-Type: application/json');
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const errors = fieldErrors(result.error, where);
  throw new Problem(
    'VALIDATION_FAILED',
    errors.map(({ path, message }) => `${path}: ${message}`).join('; '),
    { errors },
  );
}

const UNREADABLE = new Set(['entity.parse.failed', 'charset.unsupported', 'encoding.unsupported']);

/**
 * Turns any error into a problem. Errors of body-parser and PostgreSQL have their own codes; the
 * rest is INTERNAL without details.
 */
export function toProblem(error: unknown): Problem {
  if (error instanceof Problem) return error;
  const { type, status } = (error ?? {}) as { type?: string; status?: number };
  if (type === 'entity.too.large' || type === 'parameters.too.many')
    return new Problem('BODY_TOO_LARGE');
  if (UNREADABLE.has(type ?? '')) return new Problem('BODY_MALFORMED');
  if (status === 400) return new Problem('VALIDATION_FAILED', 'The request cannot be read');
  if (isTransient(error)) return toDatabaseProblem(error);
  return new Problem('INTERNAL', undefined, { cause: error });
}

function errorHandler(logger: Logger): ErrorRequestHandler {
  return (error: unknown, request: Request, response, next) => {
    const problem = toProblem(error);
    const where = { code: problem.code, method: request.method, path: request.path };
    // A problem without a cause is a decision, not a failure; many of them must not flood the log.
    if (problem.status >= 500 && problem.cause !== undefined)
      logger.error({ err: error, ...where }, problem.message);
    if (response.headersSent) {
      next(error);
      return;
    }
    const wait =
      problem.extra.retryAfterSeconds ??
      (problem.status === 503 || problem.status === 429 ? 1 : undefined);
    if (wait !== undefined) response.setHeader('Retry-After', String(wait));
    response.status(problem.status).type('application/problem+json').send(JSON.stringify(problem));
  };
}

/** Adds the handlers that follow the routes: 404 and the error middleware. */
export function finishApp(app: Express, logger: Logger): Express {
  app.use((request) => {
    throw new Problem('NOT_FOUND', `There is nothing at ${request.method} ${request.path}`);
  });
  app.use(errorHandler(logger));
  return app;
}
