/** Converts the documents into operations for the collection. */
import type { ProblemCode } from '../../shared/errors.js';
import type { OpenApiDocument } from '../../shared/http/openapi.js';
import type { ServiceName } from '../documents.js';

interface Media {
  schema?: { allOf?: [object, { properties: { code: { enum: ProblemCode[] } } }] };
  example?: unknown;
  examples?: Record<string, { value: unknown }>;
}
interface Spec {
  operationId: string;
  tags: string[];
  summary: string;
  description: string;
  security: Record<string, unknown>[];
  parameters: { name: string; in: string; example?: unknown }[];
  requestBody?: { content: Record<string, Media> };
  responses: Record<string, { content?: Record<string, Media>; headers?: Record<string, unknown> }>;
}

/** A response as the document shows it. */
export interface ShownAnswer {
  status: number;
  name: string;
  contentType: string;
  body: unknown;
}

export interface Operation {
  service: ServiceName;
  id: string;
  tag: string;
  path: string;
  method: string;
  /** The kind of token that the operation needs; null: none. */
  token: 'api' | 'operator' | 'internal' | null;
  summary: string;
  description: string;
  params: Readonly<Record<string, string>>;
  query: Readonly<Record<string, string>>;
  takesQuery: boolean;
  takesBody: boolean;
  body: unknown;
  codes: readonly ProblemCode[];
  answers: readonly ShownAnswer[];
}

const examplesIn = ({ parameters }: Spec, place: string): Record<string, string> =>
  Object.fromEntries(
    parameters
      .filter((each) => each.in === place && each.example !== undefined)
      .map(({ name, example }) => [name, String(example)]),
  );

function answersOf({ responses }: Spec): ShownAnswer[] {
  return Object.entries(responses).flatMap(([status, { content = {} }]) =>
    Object.entries(content).flatMap(([contentType, { example, examples }]): ShownAnswer[] => {
      const shown = examples
        ? Object.entries(examples).map(([name, { value }]) => [name, value] as const)
        : [['', example] as const];
      return shown.map(([name, body]) => ({
        status: Number(status),
        name: `${status} ${name}`.trim(),
        contentType,
        body,
      }));
    }),
  );
}

const codesOf = ({ responses }: Spec): ProblemCode[] =>
  Object.values(responses).flatMap(
    ({ content = {} }) =>
      content['application/problem+json']?.schema?.allOf?.[1].properties.code.enum ?? [],
  );

function operationOf(service: ServiceName, path: string, method: string, spec: Spec): Operation {
  const media = spec.requestBody?.content['application/json'];
  return {
    service,
    path,
    method,
    id: spec.operationId,
    tag: spec.tags[0] ?? '',
    token: (Object.keys(spec.security[0] ?? {})[0] ?? null) as Operation['token'],
    summary: spec.summary,
    description: spec.description,
    params: examplesIn(spec, 'path'),
    query: examplesIn(spec, 'query'),
    takesQuery: spec.parameters.some((each) => each.in === 'query'),
    takesBody: media !== undefined,
    body: media?.example,
    codes: codesOf(spec),
    answers: answersOf(spec),
  };
}

export type Operations = ReadonlyMap<string, Operation>;

/** All operations by `service.operationId`. */
export function operationsOf(
  documents: Readonly<Record<ServiceName, OpenApiDocument>>,
): Operations {
  return new Map(
    (Object.entries(documents) as [ServiceName, OpenApiDocument][]).flatMap(
      ([service, { paths }]) =>
        Object.entries(paths).flatMap(([path, methods]) =>
          Object.entries(methods).map(([method, spec]): [string, Operation] => {
            const operation = operationOf(service, path, method, spec as unknown as Spec);
            return [`${service}.${operation.id}`, operation];
          }),
        ),
    ),
  );
}
