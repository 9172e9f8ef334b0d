/** One row as an item of the collection: request, scripts, words with the curl command, the document's answers as saved examples. */
import { STATUS_CODES } from 'node:http';
import { curlCommand } from '../../shared/openapi/samples.js';
import type { PostmanCase } from './case.js';
import type { Operation, ShownAnswer } from './operations.js';

type Json = Record<string, unknown>;

/** The patient of the seed whom the examples name. */
export const PATIENT_ID = '00000000-0000-4000-8000-000000000001';
export const BASES = {
  patients: { variable: 'baseUrl', url: 'http://127.0.0.1:4000' },
  monitor: { variable: 'monitorUrl', url: 'http://127.0.0.1:5000' },
} as const;

const TOKENS: Record<string, string> = { api: '{{apiToken}}', operator: '{{operatorToken}}', internal: '{{internalToken}}', wrong: 'not-a-token' };

const kindOf = (row: PostmanCase, { token }: Operation): string => row.token ?? token ?? 'none';

function authOf(kind: string): Json {
  return kind === 'none' ? { type: 'noauth' } : { type: 'bearer', bearer: [{ key: 'token', value: TOKENS[kind], type: 'string' }] };
}

function targetOf({ params = {}, query }: PostmanCase, operation: Operation): { filled: string; pairs: [string, string][] } {
  const values: Record<string, string> = { ...operation.params, ...params };
  const filled = operation.path.replace(/\{(\w+)\}/g, (_whole, name: string) => values[name] ?? `{{${name}}}`);
  return { filled, pairs: Object.entries(query ?? {}) };
}

function urlOf(row: PostmanCase, operation: Operation): Json {
  const { filled, pairs } = targetOf(row, operation);
  const host = `{{${BASES[operation.service].variable}}}`;
  const search = pairs.map(([key, value]) => `${key}=${value}`).join('&');
  return {
    raw: `${host}${filled}${search ? `?${search}` : ''}`, host: [host], path: filled.split('/').slice(1),
    ...(pairs.length > 0 ? { query: pairs.map(([key, value]) => ({ key, value })) } : {}),
  };
}

function rawBody({ body }: PostmanCase, operation: Operation): string | null {
  const sent = body === undefined ? operation.body : body;
  if (sent === undefined || sent === null) return null;
  return typeof sent === 'string' ? sent : JSON.stringify(sent, null, 2).replaceAll(PATIENT_ID, '{{patientId}}');
}

/** Postman's variables as a shell has them, the two known ones filled in. */
const forShell = (text: string): string =>
  text.replaceAll('{{patientId}}', PATIENT_ID).replace(/\{\{(\w+)\}\}/g, (_whole, name: string) => name.toUpperCase());

function curlOf(row: PostmanCase, operation: Operation, headers: Readonly<Record<string, string>>, raw: string | null): string {
  const { filled, pairs } = targetOf(row, operation);
  const search = pairs.map(([key, value]) => `${key}=${value}`).join('&');
  const kind = kindOf(row, operation);
  const token = kind === 'wrong' ? 'not-a-token' : `$${kind.toUpperCase()}_TOKEN`;
  return curlCommand({
    method: operation.method.toUpperCase(), url: forShell(`${BASES[operation.service].url}${filled}${search ? `?${search}` : ''}`),
    headers: [
      ...(kind === 'none' ? [] : [['Authorization', `Bearer ${token}`] as const]),
      ...Object.entries(headers).map(([name, value]) => [name, forShell(value)] as const),
    ],
    body: raw === null ? undefined : forShell(raw), stream: operation.id === 'events',
  });
}

/** With fault switches off these routes do not exist. */
const mayBeMissing = ({ tag }: Operation): boolean => tag === 'faults';

function checksOf(row: PostmanCase, operation: Operation): string[] {
  const { code, field, checks = [] } = row;
  const types = row.status.map((each) => (code ? 'application/problem+json' : operation.answers.find(({ status }) => status === each)?.contentType));
  const all = [
    `pm.test('status ${row.status.join(' or ')}', () => pm.expect(pm.response.code).to.be.oneOf(${JSON.stringify(row.status)}));`,
    `pm.test('content type', () => pm.expect(${JSON.stringify([...new Set(types)])}).to.include((pm.response.headers.get('Content-Type') || '').split(';')[0]));`,
    ...(code ? [`pm.test('code ${code}', () => pm.expect(pm.response.json().code).to.equal('${code}'));`] : []),
    ...(field ? [`pm.test('names ${field}', () => pm.expect(pm.response.json().errors[0].path).to.match(/^${field.replace('.', '\\.')}/));`] : []),
    ...checks,
  ];
  return mayBeMissing(operation) ? ["if (pm.response.code !== 404 || pm.response.json().code !== 'NOT_FOUND') {", ...all, '}'] : all;
}

const script = (listen: 'prerequest' | 'test', exec: readonly string[]): Json => ({ listen, script: { type: 'text/javascript', exec } });

function before({ before: lines = [], onlyIf }: PostmanCase): string[] {
  return [...(onlyIf ? [`if (pm.variables.get('${onlyIf.variable}') !== 'yes') pm.execution.skipRequest(); // ${onlyIf.why}.`] : []), ...lines];
}

function savedAnswer({ status, name, contentType, body }: ShownAnswer, request: Json): Json {
  const isJson = contentType.includes('json');
  return {
    name, originalRequest: request, code: status, status: STATUS_CODES[status] ?? '', _postman_previewlanguage: isJson ? 'json' : 'text',
    header: [{ key: 'Content-Type', value: contentType }], cookie: [], body: isJson ? JSON.stringify(body, null, 2) : String(body),
  };
}

/** The first request of an operation has every answer saved, the others those they get. */
const shownWith = ({ status, code }: PostmanCase, { answers }: Operation, isFirst: boolean): readonly ShownAnswer[] =>
  isFirst
    ? answers
    : answers.filter((answer) => status.includes(answer.status) && (!code || (answer.body as { code?: string }).code === code));

function wordsOf(row: PostmanCase, operation: Operation, curl: string): string {
  const only = row.onlyIf ? `\n\n${row.onlyIf.why}: it is sent only when the variable \`${row.onlyIf.variable}\` is \`yes\`.` : '';
  const faults = mayBeMissing(operation) ? '\n\nThere only when the system was started with `--faults on`; 404 `NOT_FOUND` otherwise.' : '';
  return `${operation.words}${only}${faults}\n\n\`\`\`sh\n${curl}\n\`\`\``;
}

/** @param isFirst whether no earlier row tries this operation. */
export function item(row: PostmanCase, operation: Operation, isFirst: boolean): Json {
  const raw = rawBody(row, operation);
  const headers = { ...(raw === null ? {} : { 'Content-Type': 'application/json' }), ...row.headers };
  const plain = {
    method: operation.method.toUpperCase(), auth: authOf(kindOf(row, operation)),
    header: Object.entries(headers).map(([key, value]) => ({ key, value })), url: urlOf(row, operation),
    ...(raw === null ? {} : { body: { mode: 'raw', raw, options: { raw: { language: 'json' } } } }),
  };
  const lines = before(row);
  return {
    name: row.name,
    event: [...(lines.length > 0 ? [script('prerequest', lines)] : []), script('test', checksOf(row, operation))],
    request: { ...plain, description: wordsOf(row, operation, curlOf(row, operation, headers, raw)) },
    response: shownWith(row, operation, isFirst).map((answer) => savedAnswer(answer, plain)),
  };
}
