/**
 * Samples of a call, ready to paste: `curl` for a shell, TypeScript for the typed client. Both are
 * built from the examples of the route, so the route accepts them. Pure.
 */
import type { Route } from '../routes.js';

export interface CodeSample {
  lang: 'Shell' | 'TypeScript';
  label: 'curl' | 'TypeScript client';
  source: string;
}

const VARIABLES = {
  api: 'API_TOKEN',
  operator: 'OPERATOR_TOKEN',
  internal: 'INTERNAL_TOKEN',
} as const;

/** Quoted for a POSIX shell, in single quotes. */
const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;

/** The route's path and query with its examples filled in. */
function exampleTarget({
  path,
  paramsExample = {},
  queryExample = {},
}: Pick<Route, 'path' | 'paramsExample' | 'queryExample'>): string {
  const filled = path.replace(/\{(\w+)\}/g, (_whole, name: string) =>
    encodeURIComponent(paramsExample[name] ?? `{${name}}`),
  );
  const pairs = Object.entries(queryExample).flatMap(([name, value]) =>
    [value].flat().map((each): [string, string] => [name, each]),
  );
  const query = new URLSearchParams(pairs).toString();
  return query === '' ? filled : `${filled}?${query}`;
}

interface CurlRequest {
  method: string;
  url: string;
  /** Written unescaped in double quotes, so that the shell expands variables. */
  headers: readonly (readonly [name: string, value: string])[];
  body?: string | undefined;
  stream?: boolean;
}

/** One command, one line per part. */
function curlCommand({ method, url, headers, body, stream = false }: CurlRequest): string {
  const plain = method === (body === undefined ? 'GET' : 'POST');
  const parts = [
    `curl -s${stream ? 'N' : ''}${plain ? '' : ` -X ${method}`} ${quoted(url)}`,
    ...headers.map(([name, value]) => `-H "${name}: ${value}"`),
    ...(body === undefined ? [] : [`-d ${quoted(body)}`]),
  ];
  return parts.join(' \\\n  ');
}

const streams = (route: Route): boolean =>
  Object.values(route.responses).some(({ contentType }) => contentType === 'text/event-stream');

function curl(route: Route, base: string): CodeSample {
  const [kind] = route.auth;
  const headers: [string, string][] = [
    ...(kind === undefined
      ? []
      : [['Authorization', `Bearer $${VARIABLES[kind]}`] satisfies [string, string]]),
    ...(route.body ? [['Content-Type', 'application/json'] satisfies [string, string]] : []),
    ...(route.headers ?? []).flatMap(({ name, example }): [string, string][] =>
      example === undefined ? [] : [[name, example]],
    ),
  ];
  const body = route.body ? JSON.stringify(route.bodyExample) : undefined;
  const source = curlCommand({
    method: route.method.toUpperCase(),
    url: `${base}${exampleTarget(route)}`,
    headers,
    body,
    stream: streams(route),
  });
  return { lang: 'Shell', label: 'curl', source };
}

/** A value as a TypeScript literal on one line: keys unquoted where possible, single quotes. */
export const literal = (value: unknown): string => {
  if (typeof value === 'string')
    return `'${value.replaceAll('\\', '\\\\').replaceAll("'", "\\'").replaceAll('\n', '\\n')}'`;
  if (Array.isArray(value)) return `[${value.map(literal).join(', ')}]`;
  if (value === null || typeof value !== 'object') return String(value);
  const name = (key: string): string => (/^[A-Za-z_$][\w$]*$/.test(key) ? key : literal(key));
  const members = Object.entries(value).map(([key, member]) => `${name(key)}: ${literal(member)}`);
  return members.length === 0 ? '{}' : `{ ${members.join(', ')} }`;
};

const PARSED: Readonly<Record<string, string>> = {
  'text/csv': 'text',
  'text/plain': 'text',
  'text/event-stream': 'stream',
};

/** Converts numbers in an address to numbers for the client. */
const numbersIn = (
  texts: Readonly<Record<string, string | readonly string[]>>,
): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(texts).map(([name, text]) => [
      name,
      typeof text === 'string' && /^\d{1,15}$/.test(text) ? Number(text) : text,
    ]),
  );

function callOptions(route: Route): Record<string, unknown> {
  const given = (route.headers ?? []).filter(({ example }) => example !== undefined);
  const headers = Object.fromEntries(given.map(({ name, example }) => [name, example]));
  const params = {
    ...(route.paramsExample ? { path: route.paramsExample } : {}),
    ...(route.queryExample ? { query: numbersIn(route.queryExample) } : {}),
    ...(Object.keys(headers).length > 0 ? { header: headers } : {}),
  };
  const [type] = Object.values(route.responses).map(
    ({ contentType }) => PARSED[contentType ?? ''] ?? null,
  );
  return {
    ...(Object.keys(params).length > 0 ? { params } : {}),
    ...(route.body ? { body: route.bodyExample } : {}),
    ...(type ? { parseAs: type } : {}),
  };
}

/** The function that creates the client of one service; `client/` exports all of them. */
export type ClientMaker = 'createRelevoClient' | 'createMonitorClient' | 'createMeasurementsClient';

function typescript(route: Route, base: string, maker: ClientMaker): CodeSample {
  const [kind] = route.auth;
  const token = kind === undefined ? '' : `, token: process.env.${VARIABLES[kind]}`;
  const options = callOptions(route);
  const given = Object.keys(options).length > 0 ? `, ${literal(options)}` : '';
  const call =
    route.clientSample ??
    `const { data, error } = await relevo.http.${route.method.toUpperCase()}('${route.path}'${given});`;
  const source = `import { ${maker} } from 'relevo-client';\n\nconst relevo = ${maker}({ baseUrl: '${base}'${token} });\n${call}`;
  return { lang: 'TypeScript', label: 'TypeScript client', source };
}

/** @param base address of the service: `http://127.0.0.1:4000`. */
/** @param maker null: the typed client does not call this service. */
export const samplesOf = (route: Route, base: string, maker: ClientMaker | null): CodeSample[] => [
  curl(route, base),
  ...(maker === null ? [] : [typescript(route, base, maker)]),
];
