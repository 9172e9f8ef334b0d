/**
 * Builds the OpenAPI 3.1 document of a route table. Pure: table in, document out. The schemas are
 * the ones that validate. The problems of a route are those it names and those that follow from its
 * token, its parameters and its body. Pages for people are omitted.
 */
import type { z } from 'zod';
import type { TokenKind } from './auth.js';
import type { ResponseSpec, Route } from './routes.js';
import { healthRoutes, HEALTH_SCHEMAS } from './openapi/health.js';
import { problemDocument, problemResponses } from './openapi/problems.js';
import { samplesOf, type ClientMaker } from './openapi/samples.js';
import {
  componentsOf,
  guessedExample,
  headerParameter,
  namesOf,
  parametersIn,
  schemaJson,
  type Json,
  type Names,
} from './openapi/schemas.js';

/** The tag of pages for people. */
const PAGES = 'pages';

const FOR_BROWSERS = /^text\/(html|css|javascript)/;
const isPage = ({ tag, responses }: Route): boolean =>
  tag === PAGES ||
  Object.values(responses).some(({ contentType = '' }) => FOR_BROWSERS.test(contentType));

/** Adds an example of the path and the parts that the handler validates itself. */
function addExamples({ documentedBody, documentedQuery, ...row }: Route): Route {
  const read = {
    ...(documentedBody ? { body: documentedBody } : {}),
    ...(documentedQuery ? { query: documentedQuery } : {}),
  };
  return {
    ...row,
    ...read,
    ...(row.params ? { paramsExample: row.paramsExample ?? guessedExample(row.params) } : {}),
  };
}

/** The API rows of a table, without pages for people, each with an example of its path. */
export const apiRoutes = (routes: readonly Route[]): Route[] =>
  routes.filter((row) => !isPage(row)).map(addExamples);

export interface ApiDescription {
  title: string;
  version: string;
  description: string;
  /** Default address of this service in an installation; used in the samples. */
  base: string;
  /** Addresses for "Try it out"; `/` is the origin of the document. */
  servers: readonly string[];
  routes: readonly Route[];
  /** Common description of the operations of each tag. */
  tags: Readonly<Record<string, string>>;
  /** Named schemas under `components/schemas`; every use refers to them. */
  schemas: Readonly<Record<string, z.ZodType>>;
  /** The function of the typed client that calls this service; null: it does not call it. */
  client: ClientMaker | null;
  /** The checks of its `/readyz`. */
  checks: readonly string[];
  /** Whether every answer names its instance. */
  servedBy: boolean;
}

export interface OpenApiDocument extends Json {
  openapi: '3.1.0';
  paths: Record<string, Record<string, Json>>;
  components: { schemas: Record<string, Json>; headers: Json; securitySchemes: Json };
}

const TOKEN_WORDS: Record<TokenKind, string> = {
  api: 'The token of clients that pay: `jq -r .api .data/tokens.json`.',
  operator: 'The token of operators: `jq -r .operator .data/tokens.json`.',
  internal: 'The token of calls between services: `jq -r .internal .data/tokens.json`.',
};

const HEADERS: Readonly<Record<string, { description: string; type?: string; example: unknown }>> =
  {
    'Retry-After': {
      description: 'Seconds to wait before the next attempt.',
      type: 'integer',
      example: 1,
    },
    'WWW-Authenticate': {
      description: 'A bearer token is required.',
      example: 'Bearer realm="relevo"',
    },
    'Idempotency-Key': {
      description:
        'The key of this request; repeat the request with it. At 429 only when a key was sent.',
      example: 'bill-2026-11-0042',
    },
    'X-Served-By': { description: 'The instance that answered.', example: 'patients_1' },
  };

/** The headers that `paths` refers to. */
function headerObjects(paths: OpenApiDocument['paths']): Json {
  const text = JSON.stringify(paths);
  const used = Object.entries(HEADERS).filter(([name]) =>
    text.includes(`"#/components/headers/${name}"`),
  );
  return Object.fromEntries(
    used.map(([name, { description, type = 'string', example }]) => [
      name,
      { description, schema: { type }, example },
    ]),
  );
}

function response(spec: ResponseSpec, names: Names): Json {
  const media = {
    ...(spec.schema ? { schema: schemaJson(spec.schema, names) } : {}),
    ...(spec.example === undefined ? {} : { example: spec.example }),
  };
  const headers = Object.entries(spec.headers ?? {}).map(([name, description]) => [
    name,
    { description, schema: { type: 'string' } },
  ]);
  return {
    description: spec.description,
    headers: Object.fromEntries(headers) as Json,
    ...(spec.schema || spec.contentType
      ? { content: { [spec.contentType ?? 'application/json']: media } }
      : {}),
  };
}

function requestBody(route: Route, names: Names): Json {
  if (!route.body) return {};
  const example = route.bodyExample === undefined ? {} : { example: route.bodyExample };
  return {
    requestBody: {
      required: true,
      content: { 'application/json': { schema: schemaJson(route.body, names), ...example } },
    },
  };
}

/** Adds X-Served-By and omits empty headers. */
function withHeaders(responses: Record<string, Json>, servedBy: boolean): Json {
  const common = servedBy ? { 'X-Served-By': { $ref: '#/components/headers/X-Served-By' } } : {};
  return Object.fromEntries(
    Object.entries(responses).map(([status, { headers, ...rest }]) => {
      const all = { ...(headers as Json | undefined), ...common };
      return [status, Object.keys(all).length > 0 ? { ...rest, headers: all } : rest];
    }),
  );
}

function operation(route: Route, { base, client, servedBy }: ApiDescription, names: Names): Json {
  const answers = Object.fromEntries(
    Object.entries(route.responses).map(([status, spec]) => [status, response(spec, names)]),
  );
  const problems = route.tag === 'health' ? {} : problemResponses(route);
  return {
    'operationId': route.id,
    'tags': [route.tag],
    'summary': route.summary,
    ...(route.description === undefined ? {} : { description: route.description }),
    'security': route.auth.map((kind) => ({ [kind]: [] })),
    'parameters': [
      ...parametersIn('path', route.params, route.paramsExample ?? {}, names),
      ...parametersIn('query', route.query, route.queryExample ?? {}, names),
      ...(route.headers ?? []).map((header) => headerParameter(header, names)),
    ],
    ...requestBody(route, names),
    'responses': withHeaders({ ...answers, ...problems } as Record<string, Json>, servedBy),
    'x-codeSamples': samplesOf(route, base, client),
  };
}

const schemeOf = (kind: TokenKind): Json => ({
  type: 'http',
  scheme: 'bearer',
  description: TOKEN_WORDS[kind],
});

export function openApiDocument(api: ApiDescription): OpenApiDocument {
  const names = namesOf({ ...api.schemas, ...HEALTH_SCHEMAS, Problem: problemDocument });
  const routes = [...apiRoutes(api.routes), ...healthRoutes(api.checks)];
  const paths: OpenApiDocument['paths'] = {};
  for (const route of routes)
    (paths[route.path] ??= {})[route.method] = operation(route, api, names);
  const kinds = [...new Set(routes.flatMap(({ auth }) => auth))];
  const tags = [...new Set(routes.map(({ tag }) => tag))];
  const words: Record<string, string> = {
    health: 'For supervisors, balancers and Prometheus. No token needed.',
    ...api.tags,
  };
  return {
    openapi: '3.1.0',
    info: {
      title: api.title,
      version: api.version,
      description: api.description,
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: api.servers.map((url) => ({ url })),
    tags: tags.map((name) => ({
      name,
      ...(words[name] === undefined ? {} : { description: words[name] }),
    })),
    paths,
    components: {
      schemas: componentsOf(names),
      headers: headerObjects(paths),
      securitySchemes: Object.fromEntries(kinds.map((kind) => [kind, schemeOf(kind)])),
    },
  };
}
