/**
 * The OpenAPI documents are a promise to users: valid OpenAPI 3.1 by an external validator, a
 * description for every operation, an example for every request, every answer and every problem
 * code, and every example valid by its schema.
 */
import { createConfig, lintFromString } from '@redocly/openapi-core';
import { getDocuments, type ServiceName } from '../../../generate/documents.js';
import { PROBLEMS, type ProblemCode } from '../../../shared/errors.js';
import type { OpenApiDocument } from '../../../shared/http/openapi.js';

interface Media {
  schema?: object;
  example?: unknown;
  examples?: Record<string, { value: { code: ProblemCode; status: number } }>;
}
interface Answer {
  description: string;
  headers?: Record<string, object>;
  content?: Record<string, Media>;
}
interface Operation {
  'operationId': string;
  'summary': string;
  'description'?: string;
  'security': object[];
  'parameters': { name: string; in: string; example?: unknown }[];
  'requestBody'?: { content: Record<string, Media> };
  'responses': Record<string, Answer>;
  'x-codeSamples': { lang: string; source: string }[];
}

/** Rules of the strictest set that are switched off here, with reasons. */
const RULES = {
  extends: ['recommended-strict'] as string[],
  rules: {
    // A health check refuses no caller: it takes no parameters and needs no token.
    'operation-4xx-response': 'off' as const,
    // The served document names its own origin.
    'no-server-example.com': 'off' as const,
    'no-invalid-parameter-examples': 'error' as const,
  },
};

const lint = async (document: object): Promise<string[]> => {
  const found = await lintFromString({
    source: JSON.stringify(document),
    config: await createConfig(RULES),
  });
  return found.map(
    ({ ruleId, message, location }) => `${ruleId}: ${message} ${location[0]?.pointer ?? ''}`,
  );
};

const operationsOf = (document: OpenApiDocument): Operation[] =>
  Object.values(document.paths).flatMap(
    (methods) => Object.values(methods) as unknown as Operation[],
  );

const mediaOf = (operation: Operation): [where: string, media: Media][] => [
  ...Object.values(operation.requestBody?.content ?? {}).map((media): [string, Media] => [
    'request',
    media,
  ]),
  ...Object.entries(operation.responses).flatMap(([status, { content = {} }]) =>
    Object.values(content).map((media): [string, Media] => [status, media]),
  ),
];

const all = getDocuments();

describe.each(Object.keys(all) as ServiceName[])('the document of %s', (service) => {
  const document = all[service];
  const operations = operationsOf(document);

  test('is valid OpenAPI 3.1, and every example fits its schema', async () => {
    expect(operations.length).toBeGreaterThan(8);
    expect(await lint(document)).toEqual([]);
  });

  test.each(operations.map((each) => [each.operationId, each] as const))(
    '%s has a description and examples',
    (_id, operation) => {
      const { summary, description = '', responses, parameters } = operation;
      expect(summary).toMatch(/\S/);
      expect(description).toMatch(/\w.*[.`]$/s);
      const bare = mediaOf(operation).filter(
        ([, { example, examples }]) => example === undefined && examples === undefined,
      );
      expect(bare.map(([where]) => where)).toEqual([]);
      expect(
        parameters.filter(
          (parameter) => parameter.in === 'path' && parameter.example === undefined,
        ),
      ).toEqual([]);
      for (const { description: words } of Object.values(responses)) expect(words).toMatch(/\S/);
    },
  );

  test('every problem code of an operation has an example under its status', () => {
    for (const { operationId, responses } of operations) {
      for (const [status, { content }] of Object.entries(responses)) {
        const media = content?.['application/problem+json'];
        if (!media) continue;
        const { allOf } = media.schema as {
          allOf: [object, { properties: { code: { enum: ProblemCode[] } } }];
        };
        const named = allOf[1].properties.code.enum;
        const shown = Object.values(media.examples ?? {}).map(({ value }) => value);
        expect([operationId, status, [...new Set(shown.map(({ code }) => code))].sort()]).toEqual([
          operationId,
          status,
          [...named].sort(),
        ]);
        for (const { code, status: said } of shown)
          expect([String(said), PROBLEMS[code].status]).toEqual([status, Number(status)]);
      }
    }
  });

  test('temporary refusals name the retry time; refusals without a token ask for one', () => {
    for (const { responses } of operations) {
      for (const [status, { headers = {}, content = {} }] of Object.entries(responses)) {
        if (!('application/problem+json' in content)) continue;
        if (status === '429' || status === '503') expect(headers).toHaveProperty('Retry-After');
        if (status === '401') expect(headers).toHaveProperty('WWW-Authenticate');
      }
    }
  });

  test('every operation has a sample for a shell and one for the typed client', () => {
    for (const operation of operations)
      expect(operation['x-codeSamples'].map(({ lang }) => lang)).toEqual(['Shell', 'TypeScript']);
  });

  test('pages for people are omitted', () => {
    expect(
      operations.some(({ responses }) =>
        Object.values(responses).some(({ content = {} }) => 'text/html' in content),
      ),
    ).toBe(false);
    expect(Object.keys(document.paths)).not.toContain('/');
  });
});

test('patients: every answer names its instance, and the document lists keys and Location headers', () => {
  const operations = operationsOf(all.patients);
  for (const { responses } of operations)
    for (const { headers } of Object.values(responses))
      expect(headers).toHaveProperty('X-Served-By');
  const pay = operations.find(({ operationId }) => operationId === 'pay') as Operation;
  expect(Object.keys(pay.responses['201']?.headers ?? {})).toEqual(
    expect.arrayContaining(['Location', 'Idempotency-Key', 'Idempotent-Replayed']),
  );
  expect(Object.keys(pay.responses['202']?.headers ?? {})).toContain('Retry-After');
  expect(Object.keys(pay.responses['503']?.headers ?? {})).toContain('Idempotency-Key');
});

describe('control: the validator finds', () => {
  const broken = (
    change: (document: { paths: Record<string, Record<string, Operation>> }) => void,
  ): object => {
    const copy = structuredClone(all.patients) as unknown as {
      paths: Record<string, Record<string, Operation>>;
    };
    change(copy);
    return copy;
  };

  test('an example that does not fit its schema', async () => {
    const found = await lint(
      broken(({ paths }) => {
        const media = paths['/api/payments']?.['post']?.requestBody?.content['application/json'];
        if (media) media.example = { patientId: 7 };
      }),
    );
    expect(found.join('\n')).toMatch(/example/);
  });

  test('an answer without a description', async () => {
    const found = await lint(
      broken(({ paths }) => {
        delete (paths['/livez']?.['get']?.responses['200'] as Partial<Answer>).description;
      }),
    );
    expect(found.join('\n')).toMatch(/description/);
  });

  test('an undescribed path parameter', async () => {
    const found = await lint(
      broken(({ paths }) => {
        const get = paths['/api/payments/{id}']?.['get'];
        if (get) get.parameters = [];
      }),
    );
    expect(found.join('\n')).toMatch(/id/);
  });
});
