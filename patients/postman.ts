/**
 * The Postman collection (v2.1) and environment, made of the OpenAPI document and the table of cases. Pure, and the same every time,
 * so that the committed files can be compared.
 * @see https://schema.getpostman.com/json/collection/v2.1.0/docs/index.html
 */
import type { OpenApiDocument } from '../shared/openapi.js';
import { PATIENT_ID } from './http/examples.js';
import { CASES, type PostmanCase } from './postman-cases.js';

type Json = Record<string, unknown>;

interface Operation {
  path: string;
  method: string;
  security: Record<string, unknown>[];
  example: unknown;
  /** Content type by status. */
  contentTypes: Record<string, string | undefined>;
}

export type Operations = ReadonlyMap<string, Operation>;

function operationOf(path: string, method: string, spec: Json): Operation {
  const media = (spec['requestBody'] as { content: Record<string, { example?: unknown }> } | undefined)?.content['application/json'];
  const responses = spec['responses'] as Record<string, { content?: Json }>;
  const contentTypes = Object.entries(responses).map(([status, { content }]) => [status, Object.keys(content ?? {})[0]]);
  return {
    path, method,
    security: (spec['security'] ?? []) as Record<string, unknown>[],
    example: media?.example,
    contentTypes: Object.fromEntries(contentTypes) as Operation['contentTypes'],
  };
}

/** Every operation by its id. */
export function operationsOf(document: OpenApiDocument): Operations {
  const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, spec]): [string, Operation] => [spec['operationId'] as string, operationOf(path, method, spec)]),
  );
  return new Map(operations);
}

const TOKENS: Record<string, string> = { api: '{{apiToken}}', operator: '{{operatorToken}}', wrong: 'not-a-token' };

function authOf({ token }: PostmanCase, { security }: Operation): Json {
  const kind = token ?? Object.keys(security[0] ?? {})[0] ?? 'none';
  return kind === 'none' ? { type: 'noauth' } : { type: 'bearer', bearer: [{ key: 'token', value: TOKENS[kind], type: 'string' }] };
}

function urlOf({ params = {}, query = {} }: PostmanCase, { path }: Operation): Json {
  const filled = path.replace(/\{(\w+)\}/g, (_whole, name: string) => params[name] ?? `{{${name}}}`);
  const pairs = Object.entries(query);
  const search = pairs.map(([key, value]) => `${key}=${value}`).join('&');
  return {
    raw: `{{baseUrl}}${filled}${search ? `?${search}` : ''}`,
    host: ['{{baseUrl}}'],
    path: filled.split('/').slice(1),
    ...(pairs.length > 0 ? { query: pairs.map(([key, value]) => ({ key, value })) } : {}),
  };
}

function bodyOf({ body }: PostmanCase, { example }: Operation): Json {
  const sent = body === undefined ? example : body;
  if (sent === undefined || sent === null) return {};
  const raw = typeof sent === 'string' ? sent : JSON.stringify(sent, null, 2).replaceAll(PATIENT_ID, '{{patientId}}');
  return { body: { mode: 'raw', raw, options: { raw: { language: 'json' } } } };
}

function checksOf({ status, code, checks = [] }: PostmanCase, { contentTypes }: Operation): string[] {
  const types = [...new Set(status.map((each) => (code ? 'application/problem+json' : contentTypes[each])))].filter((type) => type !== undefined);
  return [
    `pm.test('status ${status.join(' or ')}', () => pm.expect(pm.response.code).to.be.oneOf(${JSON.stringify(status)}));`,
    `pm.test('content type', () => pm.expect(${JSON.stringify(types)}).to.include((pm.response.headers.get('Content-Type') || '').split(';')[0]));`,
    ...(code ? [`pm.test('code ${code}', () => pm.expect(pm.response.json().code).to.equal('${code}'));`] : []),
    ...checks,
  ];
}

const script = (listen: 'prerequest' | 'test', exec: readonly string[]): Json => ({ listen, script: { type: 'text/javascript', exec } });

function item(row: PostmanCase, operations: Operations): Json {
  const operation = operations.get(row.operation);
  if (!operation) throw new Error(`the document has no operation ${row.operation}`);
  const body = bodyOf(row, operation);
  const headers = { ...('body' in body ? { 'Content-Type': 'application/json' } : {}), ...row.headers };
  return {
    name: row.name,
    event: [...(row.before ? [script('prerequest', row.before)] : []), script('test', checksOf(row, operation))],
    request: {
      method: operation.method.toUpperCase(),
      auth: authOf(row, operation),
      header: Object.entries(headers).map(([key, value]) => ({ key, value })),
      url: urlOf(row, operation),
      ...body,
    },
  };
}

/** Each protected operation without a token and with a wrong one. */
function tokenCases(operations: Operations): PostmanCase[] {
  const example = { id: '{{patientId}}' };
  return [...operations].filter(([, { security }]) => security.length > 0).flatMap(([operation]) =>
    (['none', 'wrong'] as const).map((token): PostmanCase => ({
      folder: 'Tokens', name: `${operation}: ${token === 'none' ? 'no token' : 'a wrong token'}`, operation, token, params: example,
      status: [401], code: 'UNAUTHENTICATED',
    })),
  );
}

const MONITOR: Json = {
  name: 'Monitor',
  item: [{
    name: 'Who leads',
    event: [script('test', ["pm.test('status 200', () => pm.expect(pm.response.code).to.equal(200));"])],
    request: { method: 'GET', auth: { type: 'noauth' }, header: [], url: { raw: '{{monitorUrl}}/status', host: ['{{monitorUrl}}'], path: ['status'] } },
  }],
};

/** The folders of the patients service, in order; the monitor's comes last. */
export function postmanCollection(document: OpenApiDocument): Json & { item: Json[] } {
  const operations = operationsOf(document);
  const rows = [...CASES, ...tokenCases(operations)];
  const folders = [...new Set(rows.map(({ folder }) => folder))];
  return {
    info: {
      _postman_id: '5e1e7000-0000-4000-8000-000000000001',
      name: 'Relevo',
      description: 'Generated from the OpenAPI document by `npm run postman`. Choose the environment, fill in the tokens, send the first request.',
      schema: 'https://schema.getpostman.com/json/collection/v2.1.0/collection.json',
    },
    item: [
      ...folders.map((name) => ({ name, item: rows.filter(({ folder }) => folder === name).map((row) => item(row, operations)) })),
      MONITOR,
    ],
    variable: ['batchId', 'paymentId', 'key', 'firstAnswer'].map((key) => ({ key, value: '' })),
  };
}

/** Addresses and tokens; the tokens are printed by `npm start` and filled in by hand. */
export function postmanEnvironment(): Json {
  const plain = { baseUrl: 'http://127.0.0.1:4000', monitorUrl: 'http://127.0.0.1:5000', patientId: PATIENT_ID };
  return {
    id: '5e1e7000-0000-4000-8000-000000000002',
    name: 'Relevo on this machine',
    values: [
      ...Object.entries(plain).map(([key, value]) => ({ key, value, type: 'default', enabled: true })),
      ...['apiToken', 'operatorToken'].map((key) => ({ key, value: '', type: 'secret', enabled: true })),
    ],
    _postman_variable_scope: 'environment',
  };
}
