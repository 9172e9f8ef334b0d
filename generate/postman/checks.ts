/**
 * Checks every response: status, content type and, for a refusal, its code and the refused field.
 * One script at the collection runs after every request. It begins with a table of the expected
 * responses by name of the request, because a script per request would cost a runner another
 * quarter of a second per request.
 */
import { literal } from '../../shared/http/openapi/samples.js';
import type { PostmanCase } from './case-parts.js';
import { getStatus } from './cases.js';
import type { Operation } from './operations.js';

/** The response that a case expects. */
export interface Expected {
  status: readonly number[];
  code?: string;
  type?: readonly (string | undefined)[];
  field?: string;
  /** The route exists only with fault switches on. */
  mayBeMissing?: true;
}

export function toExpected(row: PostmanCase, { spec, answers }: Operation): Expected {
  const status = getStatus(row);
  const types = status.map((each) => answers.find((one) => one.status === each)?.contentType);
  return {
    status,
    ...(row.code ? { code: row.code } : {}),
    // A refusal is a problem document.
    ...(row.code && !row.status ? {} : { type: [...new Set(types)] }),
    ...(row.field ? { field: row.field } : {}),
    ...(spec.tags.includes('faults') ? { mayBeMissing: true } : {}),
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
  '    if (code && pm.response.code >= 400) pm.test(`code ${code}`, () => pm.expect(pm.response.json().code).to.equal(code));',
  '    if (field) pm.test(`names ${field}`, () => pm.expect(pm.response.json().errors[0].path.startsWith(field)).to.equal(true));',
  '  }',
  '}',
];

/** @throws Error for two requests with the same name, which the table could not distinguish. */
export function makeChecks(
  table: readonly (readonly [name: string, expected: Expected])[],
): string[] {
  const names = table.map(([name]) => name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw new Error(`two requests have the name ${twice}`);
  const rows = table.map(([name, expected]) => `  ${literal(name)}: ${literal(expected)},`);
  return ['const EXPECTED = {', ...rows, '};', ...CHECKS];
}
