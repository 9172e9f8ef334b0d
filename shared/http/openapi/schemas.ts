/**
 * Converts zod schemas to the JSON Schema of OpenAPI 3.1; named schemas become references. Pure.
 */
import { z } from 'zod';
import type { HeaderSpec } from '../routes.js';

export type Json = Record<string, unknown>;
/** The schemas that have a name, see `namesOf`. */
export type Names = ReturnType<typeof z.registry<{ id: string }>>;

const reference = (name: string): string => `#/components/schemas/${name}`;

/** Keys that the generator adds and that are not allowed inside an OpenAPI document. */
const META = new Set(['$schema', '$id', '$defs', 'id']);
const withoutMeta = (schema: Json): Json =>
  Object.fromEntries(Object.entries(schema).filter(([key]) => !META.has(key)));

/** Registers names for schemas; every use of a named schema becomes a reference. */
export function namesOf(schemas: Readonly<Record<string, z.ZodType>>): Names {
  const names: Names = z.registry<{ id: string }>();
  for (const [id, schema] of Object.entries(schemas)) names.add(schema, { id });
  return names;
}

/** `components.schemas`. */
export function componentsOf(names: Names): Record<string, Json> {
  const { schemas } = z.toJSONSchema(names, { io: 'input', uri: reference }) as {
    schemas: Record<string, Json>;
  };
  return Object.fromEntries(
    Object.entries(schemas).map(([name, schema]) => [name, withoutMeta(schema)]),
  );
}

/** A schema as JSON, a named one by reference. */
export function schemaJson(schema: z.ZodType, names: Names): Json {
  const name = names.get(schema)?.id;
  if (name !== undefined) return { $ref: reference(name) };
  const inline = withoutMeta(z.toJSONSchema(schema, { io: 'input', metadata: names }));
  return JSON.parse(JSON.stringify(inline).replaceAll('#/$defs/', reference(''))) as Json;
}

type Examples = Readonly<Record<string, string | readonly string[]>>;

/** The schema behind a `z.preprocess`, which first normalizes its input. */
const behind = (schema: z.ZodType): z.ZodType =>
  schema instanceof z.ZodPipe && schema.in instanceof z.ZodTransform
    ? (schema.out as z.ZodType)
    : schema;

/** One parameter for each property of `schema`. */
export function parametersIn(
  place: 'path' | 'query',
  schema: z.ZodType | undefined,
  examples: Examples,
  names: Names,
): Json[] {
  if (!schema) return [];
  const shape = schemaJson(behind(schema), names) as {
    properties?: Record<string, Json>;
    required?: string[];
  };
  const { properties = {}, required = [] } = shape;
  return Object.entries(properties).map(([name, property]) => {
    const { description, ...rest } = property;
    return {
      name,
      in: place,
      required: place === 'path' || required.includes(name),
      ...(description === undefined ? {} : { description }),
      schema: rest,
      ...(name in examples ? { example: typedExample(examples[name] ?? '', rest) } : {}),
    };
  });
}

/** An example for each path parameter: an id in the required format, else the name of a member. */
export function guessedExample(schema: z.ZodType): Record<string, string> {
  const { properties = {} } = z.toJSONSchema(schema, { io: 'input' }) as {
    properties?: Record<string, Json>;
  };
  const guess = ({ format, type }: Json): string =>
    format === 'uuid'
      ? '00000000-0000-4000-8000-000000000001'
      : type === 'integer'
        ? '1'
        : 'server_1';
  return Object.fromEntries(
    Object.entries(properties).map(([name, property]) => [name, guess(property)]),
  );
}

/** Converts a text from an address to the JSON type of its schema. */
const typedExample = (text: string | readonly string[], { type }: Json): unknown =>
  type === 'integer' || type === 'number' ? Number(text) : text;

export const headerParameter = (header: HeaderSpec, names: Names): Json => ({
  name: header.name,
  in: 'header',
  required: false,
  description: header.description,
  schema: schemaJson(header.schema, names),
  ...(header.example === undefined ? {} : { example: header.example }),
});
