/**
 * Derives requests from the documents alone: every read operation without a written case, and the
 * refusals that all operations share. A new route needs no new case.
 */
import type { CaseValues, PostmanCase } from './case-parts.js';
import { FOLDERS, UNKNOWN_ID } from './cases.js';
import { readExamples, type Operation } from './operations.js';

/** An id of the run for the paths of payments and passes; else the document's example is sent. */
const getId = (path: string): { id?: string } =>
  /\/(payments|passes)\//.test(path) ? { id: '{{paymentId}}' } : {};

function chooseFolder({ service, spec: { tags }, token }: Operation): string {
  if (service === 'measurements') return FOLDERS.measurements;
  if (service === 'patients')
    return /payments|batches|operations/.test(tags.join()) ? FOLDERS.payments : FOLDERS.patients;
  if (tags.includes('faults')) return FOLDERS.faults;
  return token === 'operator' ? FOLDERS.operations : FOLDERS.status;
}

const colour = { colour: 'green' };
const BIG = ["pm.variables.set('big', 'x'.repeat(2000000));"];

type Refusal = [name: string, values: CaseValues];

/** The refusals that the document of an operation lists. */
function listRefusals({ path, codes, spec }: Operation): Refusal[] {
  const allowed = spec.security.flatMap((each) => Object.keys(each));
  const other = (['api', 'operator', 'internal'] as const).find((kind) => !allowed.includes(kind));
  const unknownId = path.startsWith('/replicas/') ? 'server_99' : UNKNOWN_ID;
  const rows: Refusal[] = [
    ['no token', { code: 'UNAUTHENTICATED', token: 'none' }],
    ['a wrong token', { code: 'UNAUTHENTICATED', token: 'wrong' }],
    ...(other ? [['a token of another kind', { code: 'FORBIDDEN', token: other }] as Refusal] : []),
    ['no body', { code: 'BODY_MISSING', body: null }],
    ['a malformed body', { code: 'BODY_MALFORMED', body: '{"reason":' }],
    ['a body of 2 MB', { code: 'BODY_TOO_LARGE', body: '{"reason": "{{big}}"}', before: BIG }],
  ];
  const refuse = (name: string, field: string, values: CaseValues): number =>
    rows.push([name, { code: 'VALIDATION_FAILED', field, ...values }]);
  if (codes.includes('BODY_MISSING')) refuse('an unknown field', 'body', { body: colour });
  if (spec.parameters.some((each) => each.in === 'query'))
    refuse('an unknown parameter', 'query', { query: colour });
  if (path.includes('{id}')) {
    refuse('a malformed id', 'path.id', { id: 'not%20an%20id' });
    for (const code of codes.filter((each) => each.endsWith('_NOT_FOUND')))
      rows.push(['an unknown id', { code, id: unknownId }]);
  }
  return rows.filter(([, { code }]) => code && codes.includes(code));
}

/** @param written the cases written by hand. */
export function deriveCases(
  operations: readonly Operation[],
  written: readonly PostmanCase[],
): PostmanCase[] {
  const isTried = ({ key }: Operation): boolean => written.some((each) => each.operation === key);
  const isTwice = ({ spec }: Operation): boolean =>
    operations.filter((each) => each.spec.summary === spec.summary).length > 1;
  return operations.flatMap((operation) => {
    const { key, path, service } = operation;
    const name = operation.spec.summary + (isTwice(operation) ? ` (${service})` : '');
    const query = readExamples(operation, 'query');
    const status = path.includes('{id}') ? [200, 404] : [200];
    const read = { name, operation: key, folder: chooseFolder(operation), query, status };
    return [
      ...(operation.method === 'GET' && !isTried(operation) ? [{ ...read, ...getId(path) }] : []),
      ...listRefusals(operation).map(([title, values]) => ({
        folder: service === 'measurements' ? FOLDERS.measurements : FOLDERS.sharedRefusals,
        name: `${name}: ${title}`,
        operation: key,
        ...values,
      })),
    ];
  });
}
