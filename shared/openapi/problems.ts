/**
 * How a route may say no: which codes, under which status, with which headers, and what each body looks like. The examples of refused
 * fields are made by the schemas themselves, so that they say what an instance would say.
 */
import { z } from 'zod';
import { Problem, PROBLEMS, type ProblemCode } from '../errors.js';
import { parse } from '../http.js';
import type { Route } from '../routes.js';
import type { Json } from './schemas.js';

/** RFC 9457, with this project's stable `code`. */
export const problemDocument = z.object({
  type: z.string().describe('`urn:relevo:problem:` and the code in lower case.'),
  title: z.string().describe('The code in words; always the same.'),
  status: z.int().describe('The HTTP status.'),
  code: z.enum(Object.keys(PROBLEMS) as [ProblemCode, ...ProblemCode[]]).describe('Stable: decide by this.'),
  detail: z.string().describe('What was wrong this time, for people.'),
  retryable: z.boolean().describe('Whether the same request may succeed later.'),
  errors: z.array(z.object({ path: z.string().describe('Where: `body.amountMinor`, `path.id`, `query.limit`.'), message: z.string() })).optional()
    .describe('Every field that was refused.'),
});

/** Every problem a route can answer with. */
export function problemsOf(route: Route): ProblemCode[] {
  const codes: ProblemCode[] = [...(route.problems ?? [])];
  if (route.auth.length > 0) codes.push('UNAUTHENTICATED', 'FORBIDDEN');
  if (route.params || route.query || route.body) codes.push('VALIDATION_FAILED');
  if (route.body) codes.push('BODY_MISSING', 'BODY_MALFORMED', 'BODY_TOO_LARGE');
  return [...new Set<ProblemCode>([...codes, 'INTERNAL'])];
}

const sentKey = (route: Route): boolean => (route.headers ?? []).some(({ name }) => name === 'Idempotency-Key');
const header = (name: string): Json => ({ [name]: { $ref: `#/components/headers/${name}` } });

/** What says that it will pass says when to come back; what was refused with a key can be asked again with it. */
function headersOf(route: Route, status: number): Json {
  return {
    ...(status === 401 ? header('WWW-Authenticate') : {}),
    ...(status === 429 || status === 503 ? header('Retry-After') : {}),
    ...(sentKey(route) && [422, 429, 503].includes(status) ? header('Idempotency-Key') : {}),
  };
}

/** What the route says to something that it does not take; null when it takes it. */
function refusal(schema: z.ZodType | undefined, value: unknown, where: 'body' | 'path' | 'query'): Problem | null {
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
    path: refusal(route.params, Object.fromEntries(names.map((name) => [name, 'not an id'])), 'path'),
    query: refusal(route.query, { colour: 'green' }, 'query'),
  };
  const found = Object.entries(refused).filter((entry): entry is [string, Problem] => entry[1] !== null);
  return Object.fromEntries(found.map(([where, problem]) => [`VALIDATION_FAILED in ${where}`, { value: problem.toJSON() }]));
}

const examplesOf = (route: Route, codes: readonly ProblemCode[]): Json =>
  Object.assign({}, ...codes.map((code): Json =>
    (code === 'VALIDATION_FAILED' ? refusedFields(route) : { [code]: { value: new Problem(code).toJSON() } }))) as Json;

/** `responses` of an operation: one for each status its problems have. */
export function problemResponses(route: Route): Json {
  const all = problemsOf(route);
  const statuses = [...new Set(all.map((code) => PROBLEMS[code].status))];
  return Object.fromEntries(
    statuses.map((status) => {
      const codes = all.filter((code) => PROBLEMS[code].status === status);
      const schema = { allOf: [{ $ref: '#/components/schemas/Problem' }, { properties: { code: { enum: codes } } }] };
      const description = codes.map((code) => `\`${code}\`: ${PROBLEMS[code].title}.`).join(' ');
      const media = { schema, examples: examplesOf(route, codes) };
      return [status, { description, headers: headersOf(route, status), content: { 'application/problem+json': media } }];
    }),
  );
}
