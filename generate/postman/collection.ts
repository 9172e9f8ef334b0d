/**
 * Generates the Postman collection (v2.1) and environment from the documents and the tables of
 * cases. Pure and deterministic, so that a check can compare the committed files.
 * @see https://schema.getpostman.com/json/collection/v2.1.0/docs/index.html
 */
import type { OpenApiDocument } from '../../shared/http/openapi.js';
import type { ServiceName } from '../documents.js';
import { NOT_PROVOKED, type PostmanCase } from './case.js';
import { commonChecks, expectedOf, type Expected } from './checks.js';
import { derivedCases } from './derived-cases.js';
import { BASES, INHERITED_AUTH, item, PATIENT_ID, script } from './item.js';
import { MONITOR_CASES } from './monitor-cases.js';
import { operationsOf, type Operations } from './operations.js';
import { PATIENTS_CASES } from './patients-cases.js';
import { shownAt } from './shown.js';

type Json = Record<string, unknown>;
const VARIABLES = ['batchId', 'paymentId', 'key', 'batchKey', 'firstAnswer', 'leader', 'standby'];

/** All rows, in the order in which they run. */
export function casesOf(operations: Operations): PostmanCase[] {
  const written = [...PATIENTS_CASES, ...MONITOR_CASES];
  const numberOf = ({ folder }: PostmanCase): number => Number.parseInt(folder, 10);
  return [...written, ...derivedCases(operations, written)].sort(
    (a, b) => numberOf(a) - numberOf(b),
  );
}

const DESCRIPTION = `Choose the environment, fill in the three tokens (\`.data/tokens.json\`), and send the first folder from top to bottom:
send 230 payments, pay, repeat the request with the same key, hand over leadership, pay again. The other folders try every route of both services
and provoke every refusal that can be provoked without harm. Each request has its curl command in its description and the responses as examples.

Not provoked: ${Object.entries(NOT_PROVOKED)
  .map(([code, why]) => `${code} (${why})`)
  .join(', ')}.

Generated from the OpenAPI documents by \`npm run postman\`.`;

/** @throws Error for a row whose operation is in no document. */
export function postmanCollection(
  documents: Readonly<Record<ServiceName, OpenApiDocument>>,
): Json & { item: Json[] } {
  const operations = operationsOf(documents);
  const rows = casesOf(operations);
  const keyOf = ({ service = 'patients', operation }: PostmanCase): string =>
    `${service}.${operation}`;
  const folders = new Map<string, Json[]>();
  const expected: [string, Expected][] = [];
  const unprovoked = new Map<string, string>();
  for (const row of rows) {
    const operation = operations.get(keyOf(row));
    if (!operation) throw new Error(`no document has the operation ${keyOf(row)}`);
    const items = folders.get(row.folder) ?? [];
    items.push(
      item(
        row,
        operation,
        shownAt(
          row,
          rows.filter((each) => keyOf(each) === keyOf(row)),
          operation,
          unprovoked,
        ),
      ),
    );
    folders.set(row.folder, items);
    expected.push([row.name, expectedOf(row, operation)]);
  }
  return {
    info: {
      _postman_id: '5e1e7000-0000-4000-8000-000000000001',
      name: 'Relevo',
      description: DESCRIPTION,
      schema: 'https://schema.getpostman.com/json/collection/v2.1.0/collection.json',
    },
    auth: INHERITED_AUTH,
    event: [script('test', commonChecks(expected))],
    item: [...folders].map(([name, items]) => ({ name, item: items })),
    variable: VARIABLES.map((key) => ({ key, value: '' })),
  };
}

/** Addresses and tokens. `npm start` prints the tokens; the user enters them. */
export function postmanEnvironment(): Json {
  const plain = {
    baseUrl: BASES.patients.url,
    monitorUrl: BASES.monitor.url,
    patientId: PATIENT_ID,
    followEvents: 'no',
    breakThings: 'no',
  };
  return {
    id: '5e1e7000-0000-4000-8000-000000000002',
    name: 'Relevo on this machine',
    values: [
      ...Object.entries(plain).map(([key, value]) => ({
        key,
        value,
        type: 'default',
        enabled: true,
      })),
      ...['apiToken', 'operatorToken', 'internalToken'].map((key) => ({
        key,
        value: '',
        type: 'secret',
        enabled: true,
      })),
    ],
    _postman_variable_scope: 'environment',
  };
}
