/** Reads the operations of the OpenAPI documents. */
import type { ProblemCode } from '../../shared/errors.js';
import type { OpenApiDocument } from '../../shared/http/openapi.js';
import type { ServiceName } from '../documents.js';

interface Media {
  schema?: { allOf?: [object, { properties: { code: { enum: ProblemCode[] } } }] };
  example?: unknown;
  examples?: Record<string, { value: unknown }>;
}
interface Spec {
  'operationId': string;
  'tags': string[];
  'summary': string;
  'description': string;
  'security': Record<'api' | 'operator' | 'internal', unknown>[];
  'parameters': { name: string; in: string; example?: unknown }[];
  'requestBody'?: { content: Record<string, Media> };
  'responses': Record<string, { content?: Record<string, Media> }>;
  'x-codeSamples': { source: string }[];
}

/** Its key is such as `patients.pay`; `answers` are the responses as the document shows them. */
export type Operation = ReturnType<typeof toOperation>;
export type ExampleAnswer = Operation['answers'][number];

/** The examples of the parameters in the path or in the query. */
export const readExamples = ({ spec }: Operation, place: 'path' | 'query') =>
  Object.fromEntries(
    spec.parameters
      .filter((each) => each.in === place && each.example !== undefined)
      .map(({ name, example }) => [name, String(example)]),
  );

function toOperation(service: ServiceName, path: string, method: string, spec: Spec) {
  const contents = Object.entries(spec.responses).flatMap(([status, { content = {} }]) =>
    Object.entries(content).map(([contentType, media]) => ({ status, contentType, media })),
  );
  return {
    key: `${service}.${spec.operationId}`,
    service,
    path,
    method: method.toUpperCase(),
    spec,
    /** The kind of token that the operation needs. */
    token: Object.keys(spec.security[0] ?? {})[0] ?? 'none',
    codes: contents.flatMap(({ media }) => media.schema?.allOf?.[1].properties.code?.enum ?? []),
    answers: contents.flatMap(({ status, contentType, media: { example, examples } }) =>
      Object.entries(examples ?? { '': { value: example } }).map(([name, { value }]) => ({
        status: Number(status),
        name: `${status} ${name}`.trim(),
        contentType,
        body: value,
      })),
    ),
  };
}

/** All operations of both documents. */
export function readOperations(documents: Readonly<Record<ServiceName, OpenApiDocument>>) {
  const services = Object.entries(documents) as [ServiceName, OpenApiDocument][];
  return services.flatMap(([service, { paths }]) =>
    Object.entries(paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, spec]) =>
        toOperation(service, path, method, spec as unknown as Spec),
      ),
    ),
  );
}
