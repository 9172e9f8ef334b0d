/**
 * Generates the Postman collection (v2.1) and environment from the documents and the cases. Pure
 * and deterministic, so that a check can compare the committed files. The first request of an
 * operation describes the operation and has its documented responses as examples.
 * @see https://schema.getpostman.com/json/collection/v2.1.0/docs/index.html
 */
import { STATUS_CODES } from 'node:http';
import { MEASUREMENTS } from '../../local/measurement-places.js';
import { MONITOR_PORT, PATIENTS_PORT, toUrl } from '../../local/plan.js';
import type { OpenApiDocument } from '../../shared/http/openapi.js';
import type { ServiceName } from '../documents.js';
import type { PostmanCase } from './case-parts.js';
import {
  CASES,
  FOLDERS,
  getStatus,
  MEASUREMENTS_CONDITION,
  NOT_PROVOKED,
  OPTIONAL,
  type Condition,
} from './cases.js';
import { makeChecks, toExpected } from './checks.js';
import { deriveCases } from './derived-cases.js';
import { readExamples, readOperations, type ExampleAnswer, type Operation } from './operations.js';

type Json = Record<string, unknown>;

/** The patient of the seed in the examples. */
const PATIENT_ID = '00000000-0000-4000-8000-000000000001';
const ADDRESSES = {
  patients: '{{baseUrl}}',
  monitor: '{{monitorUrl}}',
  measurements: '{{measurementsUrl}}',
} as const;
const VARIABLES = [
  'batchId',
  'paymentId',
  'key',
  'batchKey',
  'firstAnswer',
  'leader',
  'standby',
  'tomorrow',
  'scheduledId',
  'authorizationId',
  'operationId',
];

const bearer = (token: string): Json => ({
  type: 'bearer',
  bearer: [{ key: 'token', value: token, type: 'string' }],
});

const script = (listen: 'prerequest' | 'test', exec: readonly string[]): Json[] =>
  exec.length === 0 ? [] : [{ listen, script: { type: 'text/javascript', exec } }];

/** All cases, in the order in which they run. */
export const listCases = (operations: readonly Operation[]): PostmanCase[] =>
  [...CASES, ...deriveCases(operations, CASES)].sort(
    (a, b) => Number.parseInt(a.folder, 10) - Number.parseInt(b.folder, 10),
  );

/** Settings by kind of token. A request without one inherits the api token from the collection. */
const AUTH: Readonly<Record<string, Json>> = {
  api: {},
  none: { auth: { type: 'noauth' } },
  wrong: { auth: bearer('not-a-token') },
  operator: { auth: bearer('{{operatorToken}}') },
  internal: { auth: bearer('{{internalToken}}') },
};

function toAddress({ id, query = {} }: PostmanCase, operation: Operation): string {
  const known = readExamples(operation, 'path');
  const path = operation.path.replace(
    /\{(\w+)\}/g,
    (_, name: string) => (name === 'id' ? id : undefined) ?? known[name] ?? '',
  );
  const search = Object.entries(query).map(([key, value]) => `${key}=${value}`);
  return [`${ADDRESSES[operation.service]}${path}`, search.join('&')].filter(Boolean).join('?');
}

function toBody(body: unknown): string | null {
  if (body === undefined || body === null) return null;
  if (typeof body === 'string') return body;
  return JSON.stringify(body, null, 2).replaceAll(PATIENT_ID, '{{patientId}}');
}

/** A request that is certainly refused has no effect, so it is sent wherever its service runs. */
const listConditions = (row: PostmanCase, { service }: Operation): Condition[] => {
  const { operation, code, status } = row;
  const hasEffect = code === undefined || status !== undefined;
  const ofOperation = hasEffect ? OPTIONAL[operation] : undefined;
  const ofService = service === 'measurements' ? MEASUREMENTS_CONDITION : undefined;
  return [ofService, ofOperation].filter((each) => each !== undefined);
};

const describeCondition = ({ variable, why }: Condition): string =>
  `${why}: sent only when the variable \`${variable}\` is \`yes\`.`;

function describe(row: PostmanCase, operation: Operation, isFirst: boolean): string {
  const { spec } = operation;
  const field = row.field === undefined ? '' : ` at \`${row.field}\``;
  const texts = [
    `${spec.summary}.`,
    isFirst && spec.description,
    `Expected: ${getStatus(row).join(' or ')}${row.code ? ` \`${row.code}\`` : ''}${field}.`,
    ...listConditions(row, operation).map(describeCondition),
    spec.tags.includes('faults') && 'Exists only with `--faults on`; otherwise 404 `NOT_FOUND`.',
    isFirst && `\`\`\`sh\n${spec['x-codeSamples'][0]?.source}\n\`\`\``,
  ];
  return texts.filter(Boolean).join('\n\n');
}

const toExample = ({ status, name, contentType, body }: ExampleAnswer): Json => {
  const isJson = contentType.includes('json');
  return {
    name,
    code: status,
    status: STATUS_CODES[status] ?? '',
    _postman_previewlanguage: isJson ? 'json' : 'text',
    header: [{ key: 'Content-Type', value: contentType }],
    body: isJson ? JSON.stringify(body, null, 1) : String(body),
  };
};

const toSkip = ({ variable }: Condition): string =>
  `if (pm.variables.get('${variable}') !== 'yes') pm.execution.skipRequest();`;

function toItem(row: PostmanCase, operation: Operation, isFirst: boolean): Json {
  const example = operation.spec.requestBody?.content['application/json']?.example;
  const raw = toBody(row.body === undefined ? example : row.body);
  const type = raw === null ? {} : { 'Content-Type': 'application/json' };
  const body = { mode: 'raw', raw, options: { raw: { language: 'json' } } };
  const before = [...listConditions(row, operation).map(toSkip), ...(row.before ?? [])];
  return {
    name: row.name,
    event: [...script('prerequest', before), ...script('test', row.checks ?? [])],
    request: {
      method: operation.method,
      url: toAddress(row, operation),
      ...AUTH[row.token ?? operation.token],
      header: Object.entries({ ...type, ...row.headers }).map(([key, value]) => ({ key, value })),
      ...(raw === null ? {} : { body }),
      description: describe(row, operation, isFirst),
    },
    response: isFirst ? operation.answers.map(toExample) : [],
  };
}

const DESCRIPTION = `Choose the environment, fill in the three tokens (\`.data/tokens.json\`), and send the first folder from top to bottom:
send 230 payments, pay, repeat the request with the same key, hand over leadership, pay again. The other folders try every route of the services
and provoke every refusal that can be provoked without harm. The first request of each operation has its curl command and its documented responses.

Not provoked: ${Object.entries(NOT_PROVOKED)
  .map(([code, why]) => `${code} (${why})`)
  .join(', ')}.

Generated from the OpenAPI documents by \`npm run postman\`.`;

/** @throws Error for a case whose operation is in no document. */
export function makeCollection(
  documents: Readonly<Record<ServiceName, OpenApiDocument>>,
): Json & { item: Json[] } {
  const operations = readOperations(documents);
  const cases = listCases(operations).map((row, index, all) => {
    const operation = operations.find(({ key }) => key === row.operation);
    if (!operation) throw new Error(`no document has the operation ${row.operation}`);
    const isFirst = all.findIndex((each) => each.operation === row.operation) === index;
    return {
      folder: row.folder,
      item: toItem(row, operation, isFirst),
      expected: [row.name, toExpected(row, operation)] as const,
    };
  });
  const listItems = (name: string): Json[] =>
    cases.filter(({ folder }) => folder === name).map(({ item }) => item);
  return {
    info: {
      _postman_id: '5e1e7000-0000-4000-8000-000000000001',
      name: 'Relevo',
      description: DESCRIPTION,
      schema: 'https://schema.getpostman.com/json/collection/v2.1.0/collection.json',
    },
    auth: bearer('{{apiToken}}'),
    event: script('test', makeChecks(cases.map(({ expected }) => expected))),
    item: Object.values(FOLDERS).map((name) => ({ name, item: listItems(name) })),
    variable: VARIABLES.map((key) => ({ key, value: '' })),
  };
}

/** Addresses and tokens. `npm start` prints the tokens; the user enters them. */
export function makeEnvironment(): Json {
  const plain = {
    baseUrl: toUrl(PATIENTS_PORT),
    monitorUrl: toUrl(MONITOR_PORT),
    measurementsUrl: toUrl(MEASUREMENTS.fixedPort),
    patientId: PATIENT_ID,
    followEvents: 'no',
    breakThings: 'no',
    measurements: 'no',
  };
  const secrets = { apiToken: '', operatorToken: '', internalToken: '' };
  const toValues = (type: string, values: Readonly<Record<string, string>>): Json[] =>
    Object.entries(values).map(([key, value]) => ({ key, value, type, enabled: true }));
  return {
    id: '5e1e7000-0000-4000-8000-000000000002',
    name: 'Relevo on this machine',
    values: [...toValues('default', plain), ...toValues('secret', secrets)],
    _postman_variable_scope: 'environment',
  };
}
