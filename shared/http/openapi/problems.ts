/**
 * The error responses of a route: codes by status, headers and example bodies. The schemas
 * themselves produce the examples of refused fields, so that the examples equal real answers.
 */
import { z } from 'zod';
import { Problem, PROBLEMS, type ProblemCode } from '../../errors.js';
import { parse } from '../http.js';
import type { Route } from '../routes.js';
import type { Json } from './schemas.js';

/** RFC 9457, with this project's stable `code`. */
export const problemDocument = z.object({
  type: z.string().describe('`urn:relevo:problem:` and the code in lower case.'),
  title: z.string().describe('The code in words; never varies.'),
  status: z.int().describe('The HTTP status.'),
  code: z
    .enum(Object.keys(PROBLEMS) as [ProblemCode, ...ProblemCode[]])
    .describe('Stable: programs decide by this code.'),
  detail: z.string().describe('The problem of this request, for people.'),
  retryable: z.boolean().describe('Whether the same request may succeed later.'),
  errors: z
    .array(
      z.object({
        path: z.string().describe('The field: `body.amountMinor`, `path.id`, `query.limit`.'),
        message: z.string(),
      }),
    )
    .optional()
    .describe('Every refused field.'),
});

/** Every problem that a route can return. */
export function problemsOf(route: Route): ProblemCode[] {
  const codes: ProblemCode[] = [...(route.problems ?? [])];
  if (route.auth.length > 0) codes.push('UNAUTHENTICATED', 'FORBIDDEN');
  if (route.params || route.query || route.body) codes.push('VALIDATION_FAILED');
  if (route.body) codes.push('BODY_MISSING', 'BODY_MALFORMED', 'BODY_TOO_LARGE');
  return [...new Set<ProblemCode>([...codes, 'INTERNAL'])];
}

const sentKey = (route: Route): boolean =>
  (route.headers ?? []).some(({ name }) => name === 'Idempotency-Key');
const header = (name: string): Json => ({ [name]: { $ref: `#/components/headers/${name}` } });

/**
 * Temporary refusals name the time of the next attempt; a request with a key may be repeated with
 * the same key.
 */
function headersOf(route: Route, status: number): Json {
  return {
    ...(status === 401 ? header('WWW-Authenticate') : {}),
    ...(status === 429 || status === 503 ? header('Retry-After') : {}),
    ...(sentKey(route) && [422, 429, 503].includes(status) ? header('Idempotency-Key') : {}),
  };
}

/** The problem that the route returns for an invalid value; null when the value is valid. */
function refusal(
  schema: z.ZodType | undefined,
  value: unknown,
  where: 'body' | 'path' | 'query',
): Problem | null {
  if (!schema) return null;
  try {
    parse(schema, value, where);
    return null;
  } catch (error) {
    return error as Problem;
  }
}

function refusedFields(route: Route): Json {
  const body = route.body && route.bodyForm ? route.bodyForm({}) : route.body;
  const names = Object.keys(route.paramsExample ?? {});
  const refused = {
    body: refusal(body, {}, 'body') ?? refusal(body, null, 'body'),
    path: refusal(
      route.params,
      Object.fromEntries(names.map((name) => [name, 'not an id'])),
      'path',
    ),
    query: refusal(route.query, { colour: 'green' }, 'query'),
  };
  const found = Object.entries(refused).filter(
    (entry): entry is [string, Problem] => entry[1] !== null,
  );
  return Object.fromEntries(
    found.map(([where, problem]) => [`VALIDATION_FAILED in ${where}`, { value: problem.toJSON() }]),
  );
}

const examplesOf = (route: Route, codes: readonly ProblemCode[]): Json =>
  Object.assign(
    {},
    ...codes.map((code): Json =>
      code === 'VALIDATION_FAILED'
        ? refusedFields(route)
        : { [code]: { value: new Problem(code).toJSON() } },
    ),
  ) as Json;

/** `responses` of an operation: one for each status of its problems. */
export function problemResponses(route: Route): Json {
  const all = problemsOf(route);
  const statuses = [...new Set(all.map((code) => PROBLEMS[code].status))];
  return Object.fromEntries(
    statuses.map((status) => {
      const codes = all.filter((code) => PROBLEMS[code].status === status);
      const schema = {
        allOf: [
          { $ref: '#/components/schemas/Problem' },
          { properties: { code: { enum: codes } } },
        ],
      };
      const description = codes.map((code) => `\`${code}\`: ${PROBLEMS[code].title}.`).join(' ');
      const media = { schema, examples: examplesOf(route, codes) };
      return [
        status,
        {
          description,
          headers: headersOf(route, status),
          content: { 'application/problem+json': media },
        },
      ];
    }),
  );
}
