/**
 * Checks every response: status, content type and, for a refusal, its code and the refused field.
 * There is one script, at the collection, which runs after every request. It begins with a table of
 * the expected response by name of the request. A script per request, or before each request, would
 * cost a runner another quarter of a second per request.
 */
import { literal } from '../../shared/http/openapi/samples.js';
import type { PostmanCase } from './case.js';
import type { Operation } from './operations.js';

/** The response that a row expects. */
export interface Expected {
  status: readonly number[];
  /** The code of a refusal. The content type of refusals is always the same. */
  code?: string;
  type?: readonly (string | undefined)[];
  /** The refused field, or the beginning of its path. */
  field?: string;
  /** The route exists only with fault switches on. */
  mayBeMissing?: true;
}

/** Whether the route does not exist with fault switches off. */
export const mayBeMissing = ({ tag }: Operation): boolean => tag === 'faults';

export function expectedOf({ status, code, field }: PostmanCase, operation: Operation): Expected {
  const typeOf = (each: number): string | undefined =>
    operation.answers.find((answer) => answer.status === each)?.contentType;
  return {
    status,
    ...(code ? { code } : { type: [...new Set(status.map(typeOf))] }),
    ...(field ? { field } : {}),
    ...(mayBeMissing(operation) ? { mayBeMissing: true } : {}),
  };
}

/** Checks nothing for a request that is not in the table, such as one that a user added. */
const CHECKS = [
  'const expected = EXPECTED[pm.info.requestName];',
  'if (expected) {',
  "  const { status, code, type = ['application/problem+json'], field, mayBeMissing } = expected;",
  "  const isMissing = mayBeMissing && pm.response.code === 404 && pm.response.json().code === 'NOT_FOUND';",
  '  if (!isMissing) {',
  "    pm.test(`status ${status.join(' or ')}`, () => pm.expect(pm.response.code).to.be.oneOf(status));",
  "    pm.test('content type', () => pm.expect(type).to.include((pm.response.headers.get('Content-Type') || '').split(';')[0]));",
  '    if (code) pm.test(`code ${code}`, () => pm.expect(pm.response.json().code).to.equal(code));',
  '    if (field) pm.test(`names ${field}`, () => pm.expect(pm.response.json().errors[0].path.startsWith(field)).to.equal(true));',
  '  }',
  '}',
];

/**
 * @throws Error for two requests with the same name, because the table could not distinguish them.
 */
export function commonChecks(
  table: readonly (readonly [name: string, expected: Expected])[],
): string[] {
  const names = table.map(([name]) => name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw new Error(`two requests have the name ${twice}`);
  return [
    'const EXPECTED = {',
    ...table.map(([name, expected]) => `  ${literal(name)}: ${literal(expected)},`),
    '};',
    ...CHECKS,
  ];
}
