/**
 * Derives requests from the documents alone: every read operation without a row, and the refusals
 * that all routes share: a missing, wrong or unsuitable token; a missing, malformed or too large
 * body; unknown fields. A new route needs no new row.
 */
import type { PostmanCase } from './case.js';
import type { Operation, Operations } from './operations.js';

const FOLDERS = { patients: '4 This instance', monitor: '6 Monitor: watching' } as const;
const BIG = ["pm.variables.set('big', 'x'.repeat(2000000));"];

/** Reads an operation's example. The id in it is valid but may not exist. */
const read = ({ service, id, tag, params, query }: Operation): PostmanCase => ({
  folder: tag === 'inspecting' || tag === 'acting' ? '7 Monitor: acting' : FOLDERS[service],
  service,
  operation: id,
  name: id,
  query,
  status: Object.keys(params).length > 0 ? [200, 404] : [200],
});

function refusals(operation: Operation): PostmanCase[] {
  const { service, id, codes, params, takesBody, takesQuery, token } = operation;
  const common = { folder: `10 Refused alike: ${service}`, service, operation: id };
  const bad = (
    name: string,
    rest: Pick<PostmanCase, 'code' | 'status'> & Partial<PostmanCase>,
  ): PostmanCase => ({ ...common, name: `${id}: ${name}`, ...rest });
  const rows: PostmanCase[] = [
    bad('no token', { token: 'none', status: [401], code: 'UNAUTHENTICATED' }),
    bad('a wrong token', { token: 'wrong', status: [401], code: 'UNAUTHENTICATED' }),
    bad('a token of another kind', {
      token: token === 'api' ? 'operator' : 'api',
      status: [403],
      code: 'FORBIDDEN',
    }),
    bad('no body', { body: null, status: [400], code: 'BODY_MISSING' }),
    bad('a malformed body', { body: '{"reason":', status: [400], code: 'BODY_MALFORMED' }),
    bad('a body of 2 MB', {
      body: '{"reason": "{{big}}"}',
      before: BIG,
      status: [413],
      code: 'BODY_TOO_LARGE',
    }),
    ...(takesBody
      ? [
          bad('an unknown field', {
            body: { colour: 'green' },
            status: [400],
            code: 'VALIDATION_FAILED',
            field: 'body',
          }),
        ]
      : []),
    ...(takesQuery
      ? [
          bad('an unknown parameter', {
            query: { colour: 'green' },
            status: [400],
            code: 'VALIDATION_FAILED',
            field: 'query',
          }),
        ]
      : []),
    ...Object.keys(params)
      .slice(0, 1)
      .map((name) =>
        bad('a malformed id', {
          params: { [name]: 'not%20an%20id' },
          status: [400],
          code: 'VALIDATION_FAILED',
          field: `path.${name}`,
        }),
      ),
  ];
  return rows.filter(({ code }) => code !== undefined && codes.includes(code));
}

/** @param written the rows written by hand. */
export function derivedCases(
  operations: Operations,
  written: readonly PostmanCase[],
): PostmanCase[] {
  const tried = new Set(
    written.map(({ service = 'patients', operation }) => `${service}.${operation}`),
  );
  const all = [...operations];
  return [
    ...all
      .filter(([key, { method }]) => method === 'get' && !tried.has(key))
      .map(([, operation]) => read(operation)),
    ...all.flatMap(([, operation]) => refusals(operation)),
  ];
}
