/**
 * The fields of a route, taken from the service's OpenAPI document and from the request in the
 * table, so that a new field is attacked automatically.
 */
import type { Ask, Row } from './vocabulary.js';

type Place = 'path' | 'query' | 'body' | 'form';
export interface Field {
  place: Place;
  name: string;
}

type Json = Record<string, unknown>;
const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Follows `$ref` and every alternative. */
function propertiesOf(document: Json, schema: unknown): string[] {
  if (!isObject(schema)) return [];
  const reference = schema['$ref'];
  if (typeof reference === 'string') {
    const found = reference
      .replace(/^#\//, '')
      .split('/')
      .reduce<unknown>((at, key) => (isObject(at) ? at[key] : undefined), document);
    return propertiesOf(document, found);
  }
  const alternatives = ['anyOf', 'oneOf', 'allOf'].flatMap((key) =>
    Array.isArray(schema[key]) ? (schema[key] as unknown[]) : [],
  );
  const own = isObject(schema['properties']) ? Object.keys(schema['properties']) : [];
  return [...own, ...alternatives.flatMap((each) => propertiesOf(document, each))];
}

function documented(document: Json | null, { entrance }: Row): Field[] {
  const [method = '', pattern = ''] = entrance.split(' ');
  const path = pattern.replace(/[:*](\w+)/g, '{$1}');
  const operation = ((document?.['paths'] as Json | undefined)?.[path] as Json | undefined)?.[
    method.toLowerCase()
  ];
  if (!document || !isObject(operation)) return [];
  const parameters = (operation['parameters'] ?? []) as { in: string; name: string }[];
  const query = parameters
    .filter((each) => each.in === 'query')
    .map(({ name }): Field => ({ place: 'query', name }));
  const content = (operation['requestBody'] as { content?: Json } | undefined)?.content?.[
    'application/json'
  ] as { schema?: unknown } | undefined;
  return [
    ...query,
    ...propertiesOf(document, content?.schema).map((name): Field => ({ place: 'body', name })),
  ];
}

function sampled({ entrance }: Row, { body, form, query = '' }: Ask): Field[] {
  const named = (place: Place, names: Iterable<string>): Field[] =>
    [...names].map((name) => ({ place, name }));
  return [
    ...named(
      'path',
      [...entrance.matchAll(/[:*](\w+)/g)].map(([, name = '']) => name),
    ),
    ...named('query', new URLSearchParams(query).keys()),
    ...named('body', isObject(body) ? Object.keys(body) : []),
    ...named('form', Object.keys(form ?? {})),
  ];
}

/** Each field once. @param document of the service; null: it has none. */
export function fieldsOf(document: Json | null, row: Row, ask: Ask): Field[] {
  const all = [...sampled(row, ask), ...documented(document, row)];
  return all.filter(
    ({ place, name }, index) =>
      all.findIndex((each) => each.place === place && each.name === name) === index,
  );
}

/** The request with one field replaced. In a path the value is encoded, as a browser does. */
export function withField(ask: Ask, { place, name }: Field, value: unknown): Ask {
  if (place === 'path') return { ...ask, path: { ...ask.path, [name]: String(value) } };
  if (place === 'body')
    return { ...ask, body: { ...(ask.body as Json | undefined), [name]: value } };
  if (place === 'form') return { ...ask, form: { ...ask.form, [name]: String(value) } };
  const query = new URLSearchParams(ask.query ?? '');
  query.set(name, String(value));
  return { ...ask, query: `?${query.toString()}` };
}
