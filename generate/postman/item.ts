/**
 * Converts a row into an item of the collection: request, scripts, a description with the curl
 * command, and the document's responses as saved examples. An item does not repeat the settings of
 * the collection (the api token, the common checks). Addresses are plain strings, because people
 * read the file.
 */
import { STATUS_CODES } from 'node:http';
import { curlCommand } from '../../shared/http/openapi/samples.js';
import type { PostmanCase } from './case.js';
import { mayBeMissing } from './checks.js';
import type { Operation, ShownAnswer } from './operations.js';
import { gets, type ShownHere } from './shown.js';

type Json = Record<string, unknown>;

/** The patient of the seed in the examples. */
export const PATIENT_ID = '00000000-0000-4000-8000-000000000001';
export const BASES = {
  patients: { variable: 'baseUrl', url: 'http://127.0.0.1:4000' },
  monitor: { variable: 'monitorUrl', url: 'http://127.0.0.1:5000' },
} as const;

const bearer = (token: string): Json => ({
  type: 'bearer',
  bearer: [{ key: 'token', value: token, type: 'string' }],
});
const TOKENS: Record<string, string> = {
  api: '{{apiToken}}',
  operator: '{{operatorToken}}',
  internal: '{{internalToken}}',
  wrong: 'not-a-token',
};

/** The token that an item sends unless it overrides it. */
export const INHERITED_AUTH = bearer('{{apiToken}}');

const kindOf = (row: PostmanCase, { token }: Operation): string => row.token ?? token ?? 'none';

/** Empty for the api token, which an item inherits from the collection. */
function authOf(kind: string): Json {
  if (kind === 'api') return {};
  return { auth: kind === 'none' ? { type: 'noauth' } : bearer(TOKENS[kind] as string) };
}

function addressOf(
  row: PostmanCase,
  operation: Operation,
  base = `{{${BASES[operation.service].variable}}}`,
): string {
  const values: Record<string, string> = { ...operation.params, ...row.params };
  const filled = operation.path.replace(
    /\{(\w+)\}/g,
    (_whole, name: string) => values[name] ?? `{{${name}}}`,
  );
  const search = Object.entries(row.query ?? {})
    .map(([key, value]) => `${key}=${value}`)
    .join('&');
  return `${base}${filled}${search ? `?${search}` : ''}`;
}

function rawBody({ body }: PostmanCase, operation: Operation): string | null {
  const sent = body === undefined ? operation.body : body;
  if (sent === undefined || sent === null) return null;
  return typeof sent === 'string'
    ? sent
    : JSON.stringify(sent, null, 2).replaceAll(PATIENT_ID, '{{patientId}}');
}

/** Converts Postman's variables to shell variables and fills in the two known ones. */
const forShell = (text: string): string =>
  text
    .replaceAll('{{patientId}}', PATIENT_ID)
    .replace(/\{\{(\w+)\}\}/g, (_whole, name: string) => name.toUpperCase());

function curlOf(
  row: PostmanCase,
  operation: Operation,
  headers: Readonly<Record<string, string>>,
  raw: string | null,
): string {
  const kind = kindOf(row, operation);
  const token = kind === 'wrong' ? 'not-a-token' : `$${kind.toUpperCase()}_TOKEN`;
  return curlCommand({
    method: operation.method.toUpperCase(),
    url: forShell(addressOf(row, operation, BASES[operation.service].url)),
    headers: [
      ...(kind === 'none' ? [] : [['Authorization', `Bearer ${token}`] as const]),
      ...Object.entries(headers).map(([name, value]) => [name, forShell(value)] as const),
    ],
    body: raw === null ? undefined : forShell(raw),
    stream: operation.id === 'events',
  });
}

/** The row's own checks, skipped when the route does not exist. */
function ownChecks({ checks = [] }: PostmanCase, operation: Operation): readonly string[] {
  if (checks.length === 0 || !mayBeMissing(operation)) return checks;
  return [
    "if (pm.response.code !== 404 || pm.response.json().code !== 'NOT_FOUND') {",
    ...checks,
    '}',
  ];
}

export const script = (listen: 'prerequest' | 'test', exec: readonly string[]): Json => ({
  listen,
  script: { type: 'text/javascript', exec },
});

function scripts(row: PostmanCase, operation: Operation): Json[] {
  const { before = [], onlyIf } = row;
  const skip = onlyIf
    ? [
        `if (pm.variables.get('${onlyIf.variable}') !== 'yes') pm.execution.skipRequest(); // ${onlyIf.why}.`,
      ]
    : [];
  const checks = ownChecks(row, operation);
  return [
    ...(skip.length + before.length > 0 ? [script('prerequest', [...skip, ...before])] : []),
    ...(checks.length > 0 ? [script('test', checks)] : []),
  ];
}

/** @param request the request sent, without the parts that all requests of the item share. */
function savedAnswer({ status, name, contentType, body }: ShownAnswer, request: Json): Json {
  const isJson = contentType.includes('json');
  return {
    name,
    originalRequest: request,
    code: status,
    status: STATUS_CODES[status] ?? '',
    _postman_previewlanguage: isJson ? 'json' : 'text',
    header: [{ key: 'Content-Type', value: contentType }],
    body: isJson ? JSON.stringify(body, null, 2) : String(body),
  };
}

/**
 * The description of an item. The first request of an operation describes all of the operation, the
 * others only themselves.
 */
function wordsOf(
  row: PostmanCase,
  operation: Operation,
  { isFirst, elsewhere }: ShownHere,
  curl: string,
): string {
  const others = elsewhere.map(({ answer, request }) => `${answer.name} (*${request}*)`).join(', ');
  return [
    `${operation.summary}.`,
    ...(isFirst ? [operation.description] : []),
    `Expected: ${[row.status.join(' or '), row.code && `\`${row.code}\``, row.field && `at \`${row.field}\``].filter(Boolean).join(' ')}.`,
    ...(others ? [`Refusals that other requests show: ${others}.`] : []),
    ...(row.onlyIf
      ? [
          `${row.onlyIf.why}. The request is sent only when the variable \`${row.onlyIf.variable}\` is \`yes\`.`,
        ]
      : []),
    ...(mayBeMissing(operation)
      ? ['Exists only when the system was started with `--faults on`; otherwise 404 `NOT_FOUND`.']
      : []),
    `\`\`\`sh\n${curl}\n\`\`\``,
  ].join('\n\n');
}

/** Converts one row into an item. */
export function item(row: PostmanCase, operation: Operation, shown: ShownHere): Json {
  const raw = rawBody(row, operation);
  const headers = {
    ...(raw === null ? {} : { 'Content-Type': 'application/json' }),
    ...row.headers,
  };
  const sent = { method: operation.method.toUpperCase(), url: addressOf(row, operation) };
  const body =
    raw === null ? {} : { body: { mode: 'raw', raw, options: { raw: { language: 'json' } } } };
  return {
    name: row.name,
    event: scripts(row, operation),
    request: {
      ...sent,
      ...authOf(kindOf(row, operation)),
      header: Object.entries(headers).map(([key, value]) => ({ key, value })),
      ...body,
      description: wordsOf(row, operation, shown, curlOf(row, operation, headers, raw)),
    },
    response: shown.here.map((answer) =>
      savedAnswer(answer, { ...sent, ...(gets(row, answer) ? body : {}) }),
    ),
  };
}
