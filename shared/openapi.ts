/**
 * The OpenAPI 3.1 document of a route table. Pure: table in, document out. Schemas are those that validate; the problems of
 * a route are those it names and those that follow from its token, its parameters and its body.
 */
import { z } from 'zod';
import type { TokenKind } from './auth.js';
import { Problem, PROBLEMS, type ProblemCode } from './errors.js';
import type { HeaderSpec, ResponseSpec, Route } from './routes.js';

type Json = Record<string, unknown>;

export interface ApiDescription {
  title: string;
  version: string;
  description: string;
  /** Addresses it can be tried at. */
  servers: readonly string[];
  routes: readonly Route[];
  /** Schemas with a name of their own under `components/schemas`; wherever they occur they are referred to. */
  schemas: Readonly<Record<string, z.ZodType>>;
}

export interface OpenApiDocument extends Json {
  openapi: '3.1.0';
  paths: Record<string, Record<string, Json>>;
  components: { schemas: Record<string, Json>; securitySchemes: Json };
}

/** RFC 9457, with this project's stable `code`. */
export const problemDocument = z.object({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  code: z.enum(Object.keys(PROBLEMS) as [ProblemCode, ...ProblemCode[]]),
  detail: z.string(),
  retryable: z.boolean(),
  errors: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
});

const TOKEN_WORDS: Record<TokenKind, string> = {
  api: 'The token of who pays.',
  operator: 'The token of who runs the system.',
  internal: 'The token of calls between services.',
};

const reference = (name: string): string => `#/components/schemas/${name}`;
type Names = ReturnType<typeof z.registry<{ id: string }>>;

/** What the generator adds that has no place inside an OpenAPI document. */
const META = new Set(['$schema', '$id', '$defs', 'id']);
const withoutMeta = (schema: Json): Json => Object.fromEntries(Object.entries(schema).filter(([key]) => !META.has(key)));

/** A schema as JSON, named ones by reference. */
function schemaJson(schema: z.ZodType, names: Names): Json {
  const name = names.get(schema)?.id;
  if (name !== undefined) return { $ref: reference(name) };
  const inline = withoutMeta(z.toJSONSchema(schema, { io: 'input', metadata: names }));
  return JSON.parse(JSON.stringify(inline).replaceAll('#/$defs/', reference(''))) as Json;
}

function parametersIn(place: 'path' | 'query', schema: z.ZodType | undefined, names: Names): Json[] {
  if (!schema) return [];
  const { properties = {}, required = [] } = schemaJson(schema, names) as { properties?: Record<string, Json>; required?: string[] };
  return Object.entries(properties).map(([name, property]) => ({
    name,
    in: place,
    required: place === 'path' || required.includes(name),
    schema: property,
  }));
}

const headerParameter = (header: HeaderSpec, names: Names): Json => ({
  name: header.name,
  in: 'header',
  required: false,
  description: header.description,
  schema: schemaJson(header.schema, names),
  ...(header.example === undefined ? {} : { example: header.example }),
});

/** Every problem a route can answer with. */
export function problemsOf(route: Route): ProblemCode[] {
  const codes: ProblemCode[] = [...(route.problems ?? [])];
  if (route.auth.length > 0) codes.push('UNAUTHENTICATED', 'FORBIDDEN');
  if (route.params || route.query || route.body) codes.push('VALIDATION_FAILED');
  if (route.body) codes.push('BODY_MISSING', 'BODY_MALFORMED', 'BODY_TOO_LARGE');
  return [...new Set(codes)];
}

/** What says that it will pass says when to come back. */
const comeBack = (status: number): Json =>
  status === 429 || status === 503 ? { headers: { 'Retry-After': { description: 'When to try again, in seconds.', schema: { type: 'integer' } } } } : {};

function problemResponses(route: Route): Json {
  const all = problemsOf(route);
  const statuses = [...new Set(all.map((code) => PROBLEMS[code].status))];
  return Object.fromEntries(
    statuses.map((status) => {
      const codes = all.filter((code) => PROBLEMS[code].status === status);
      const schema = { allOf: [{ $ref: reference('Problem') }, { properties: { code: { enum: codes } } }] };
      const examples = Object.fromEntries(codes.map((code) => [code, { value: new Problem(code).toJSON() }]));
      const description = codes.map((code) => `${code}: ${PROBLEMS[code].title}.`).join(' ');
      return [status, { description, ...comeBack(status), content: { 'application/problem+json': { schema, examples } } }];
    }),
  );
}

function response(spec: ResponseSpec, names: Names): Json {
  const media = {
    ...(spec.schema ? { schema: schemaJson(spec.schema, names) } : {}),
    ...(spec.example === undefined ? {} : { example: spec.example }),
  };
  const headers = Object.entries(spec.headers ?? {}).map(([name, description]) => [name, { description, schema: { type: 'string' } }]);
  return {
    description: spec.description,
    ...(headers.length > 0 ? { headers: Object.fromEntries(headers) as Json } : {}),
    ...(spec.schema || spec.contentType ? { content: { [spec.contentType ?? 'application/json']: media } } : {}),
  };
}

function requestBody(route: Route, names: Names): Json {
  if (!route.body) return {};
  const example = route.bodyExample === undefined ? {} : { example: route.bodyExample };
  return { requestBody: { required: true, content: { 'application/json': { schema: schemaJson(route.body, names), ...example } } } };
}

function operation(route: Route, names: Names): Json {
  const answers = Object.entries(route.responses).map(([status, spec]) => [status, response(spec, names)]);
  return {
    operationId: route.id,
    tags: [route.tag],
    summary: route.summary,
    ...(route.description === undefined ? {} : { description: route.description }),
    security: route.auth.map((kind) => ({ [kind]: [] })),
    parameters: [
      ...parametersIn('path', route.params, names),
      ...parametersIn('query', route.query, names),
      ...(route.headers ?? []).map((header) => headerParameter(header, names)),
    ],
    ...requestBody(route, names),
    responses: { ...(Object.fromEntries(answers) as Json), ...problemResponses(route) },
  };
}

function pathsOf(routes: readonly Route[], names: Names): OpenApiDocument['paths'] {
  const paths: OpenApiDocument['paths'] = {};
  for (const route of routes) (paths[route.path] ??= {})[route.method] = operation(route, names);
  return paths;
}

const plain = (id: string, summary: string, statuses: Record<string, string>, contentType: string): Json => ({
  get: {
    operationId: id,
    tags: ['health'],
    summary,
    security: [],
    responses: Object.fromEntries(
      Object.entries(statuses).map(([status, description]) => [status, { description, content: { [contentType]: {} } }]),
    ),
  },
});

/** What `createApp` of shared/http.ts serves in every service. */
const HEALTH = {
  '/livez': plain('livez', 'The process runs', { 200: 'It runs.' }, 'application/json'),
  '/readyz': plain('readyz', 'It can do its work now', { 200: 'It can.', 503: 'It cannot; the checks say why.' }, 'application/json'),
  '/metrics': plain('metrics', 'Metrics in the Prometheus text format', { 200: 'The metrics.' }, 'text/plain'),
} as OpenApiDocument['paths'];

export function openApiDocument(api: ApiDescription): OpenApiDocument {
  const names: Names = z.registry<{ id: string }>();
  for (const [id, schema] of Object.entries({ ...api.schemas, Problem: problemDocument })) names.add(schema, { id });
  const { schemas } = z.toJSONSchema(names, { io: 'input', uri: reference }) as { schemas: Record<string, Json> };
  const kinds = [...new Set(api.routes.flatMap((route) => route.auth))];
  return {
    openapi: '3.1.0',
    info: { title: api.title, version: api.version, description: api.description },
    servers: api.servers.map((url) => ({ url })),
    paths: { ...pathsOf(api.routes, names), ...HEALTH },
    components: {
      schemas: Object.fromEntries(Object.entries(schemas).map(([name, schema]) => [name, withoutMeta(schema)])),
      securitySchemes: Object.fromEntries(kinds.map((kind) => [kind, { type: 'http', scheme: 'bearer', description: TOKEN_WORDS[kind] }])),
    },
  };
}
