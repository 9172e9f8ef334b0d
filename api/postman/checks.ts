/**
 * What is checked of every answer: status, content type, and of a refusal its code and the refused field. The script stands once, at the
 * collection, and runs after every request; it opens with a table of what each request expects, by name. A script of each request's own, or
 * one before it, would cost a runner another quarter of a second a request.
 */
import { literal } from '../../shared/openapi/samples.js';
import type { PostmanCase } from './case.js';
import type { Operation } from './operations.js';

/** What a row expects of its answer. */
export interface Expected {
  status: readonly number[];
  /** Of a refusal; its content type is always the same. */
  code?: string;
  type?: readonly (string | undefined)[];
  /** The refused field, or what its path begins with. */
  field?: string;
  /** There only with fault switches on. */
  mayBeMissing?: true;
}

/** With fault switches off these routes do not exist. */
export const mayBeMissing = ({ tag }: Operation): boolean => tag === 'faults';

export function expectedOf({ status, code, field }: PostmanCase, operation: Operation): Expected {
  const typeOf = (each: number): string | undefined => operation.answers.find((answer) => answer.status === each)?.contentType;
  return {
    status, ...(code ? { code } : { type: [...new Set(status.map(typeOf))] }), ...(field ? { field } : {}),
    ...(mayBeMissing(operation) ? { mayBeMissing: true } : {}),
  };
}

/** For a request that is not in the table (one that somebody added) nothing is checked. */
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

/** @throws Error for two requests of one name: the table could not tell them apart. */
export function commonChecks(table: readonly (readonly [name: string, expected: Expected])[]): string[] {
  const names = table.map(([name]) => name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw new Error(`two requests have the name ${twice}`);
  return ['const EXPECTED = {', ...table.map(([name, expected]) => `  ${literal(name)}: ${literal(expected)},`), '};', ...CHECKS];
}
