/**
 * The requests that follow from the documents alone: each reading operation that no row tries, and what every route refuses alike: no
 * token, a wrong one, one of another kind, no body, a broken one, too large a one, fields it does not know. A new route needs no new row.
 */
import type { PostmanCase } from './case.js';
import type { Operation, Operations } from './operations.js';

const FOLDERS = { patients: '4 This instance', monitor: '6 Monitor: watching' } as const;
const BIG = ["pm.variables.set('big', 'x'.repeat(2000000));"];

/** An unknown id is well formed: what is asked for may not be there. */
const read = ({ service, id, tag, params, query }: Operation): PostmanCase => ({
  folder: tag === 'inspecting' || tag === 'acting' ? '7 Monitor: acting' : FOLDERS[service], service, operation: id, name: id,
  query, status: Object.keys(params).length > 0 ? [200, 404] : [200],
});

function refusals(operation: Operation): PostmanCase[] {
  const { service, id, codes, params, takesBody, takesQuery, token } = operation;
  const common = { folder: `10 Refused alike: ${service}`, service, operation: id };
  const bad = (name: string, rest: Pick<PostmanCase, 'code' | 'status'> & Partial<PostmanCase>): PostmanCase =>
    ({ ...common, name: `${id}: ${name}`, ...rest });
  const rows: PostmanCase[] = [
    bad('no token', { token: 'none', status: [401], code: 'UNAUTHENTICATED' }),
    bad('a wrong token', { token: 'wrong', status: [401], code: 'UNAUTHENTICATED' }),
    bad('a token of another kind', { token: token === 'api' ? 'operator' : 'api', status: [403], code: 'FORBIDDEN' }),
    bad('no body', { body: null, status: [400], code: 'BODY_MISSING' }),
    bad('a body that is no JSON', { body: '{"reason":', status: [400], code: 'BODY_MALFORMED' }),
    bad('a body of 2 MB', { body: '{"reason": "{{big}}"}', before: BIG, status: [413], code: 'BODY_TOO_LARGE' }),
    ...(takesBody ? [bad('a field that it does not know', { body: { colour: 'green' }, status: [400], code: 'VALIDATION_FAILED', field: 'body' })] : []),
    ...(takesQuery ? [bad('a parameter that it does not know', { query: { colour: 'green' }, status: [400], code: 'VALIDATION_FAILED', field: 'query' })] : []),
    ...Object.keys(params).slice(0, 1).map((name) =>
      bad('an id that is none', { params: { [name]: 'not%20an%20id' }, status: [400], code: 'VALIDATION_FAILED', field: `path.${name}` })),
  ];
  return rows.filter(({ code }) => code !== undefined && codes.includes(code));
}

/** @param written the rows that are written by hand. */
export function derivedCases(operations: Operations, written: readonly PostmanCase[]): PostmanCase[] {
  const tried = new Set(written.map(({ service = 'patients', operation }) => `${service}.${operation}`));
  const all = [...operations];
  return [
    ...all.filter(([key, { method }]) => method === 'get' && !tried.has(key)).map(([, operation]) => read(operation)),
    ...all.flatMap(([, operation]) => refusals(operation)),
  ];
}
