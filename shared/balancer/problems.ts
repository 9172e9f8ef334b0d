/** The answers that a balancer gives when no instance answers: problem documents, as ours. Pure. */
import { Problem } from '../errors.js';

/** Seconds until a client may retry. An instance restarts within this time. */
export const RETRY_AFTER_SECONDS = 2;

export interface BalancerProblem {
  /** The status that the balancer would answer with a page of its own. */
  status: number;
  /** The document, on one line. */
  body: string;
}

/**
 * 502 and 504 mean that the outcome of the request is unknown, 503 that no instance received it, or
 * that it may be repeated.
 */
const toProblem = (status: number, detail: string): BalancerProblem => ({
  status,
  body: JSON.stringify({ ...new Problem('NO_PATIENTS_INSTANCE', detail).toJSON(), status }),
});

export const BALANCER_PROBLEMS: readonly BalancerProblem[] = [
  toProblem(
    502,
    'The instance failed during the request, whose outcome is unknown. Repeat it with the same Idempotency-Key.',
  ),
  toProblem(503, 'No patients instance is up.'),
  toProblem(
    504,
    'The instance did not answer in time, so the outcome is unknown. Repeat the request with the same Idempotency-Key.',
  ),
];

/**
 * For a request that the balancer refuses: malformed, with too large headers, with too large a
 * body, or too slow.
 */
export const REFUSALS: readonly BalancerProblem[] = (
  ['REQUEST_MALFORMED', 'REQUEST_TIMEOUT', 'BODY_TOO_LARGE'] as const
).map((code) => {
  const problem = new Problem(code);
  return { status: problem.status, body: JSON.stringify(problem) };
});

/** For Apache and nginx: the services answer 431, and HAProxy 400. */
export const LONG_ADDRESS: BalancerProblem = {
  status: 414,
  body: JSON.stringify({ ...new Problem('HEADERS_TOO_LARGE').toJSON(), status: 414 }),
};

/** The page for browsers while no instance is up, on one line; it tries again by itself. */
export const NO_INSTANCE_PAGE = [
  '<!doctype html><html lang="en"><head><meta charset="utf-8">',
  '<meta name="viewport" content="width=device-width">',
  `<meta http-equiv="refresh" content="${RETRY_AFTER_SECONDS}">`,
  '<title>Unavailable</title></head><body><h1>This service is unavailable</h1>',
  '<p>It starts again within seconds. This page tries again by itself.</p></body></html>',
].join('');

/** For Apache: a document that replaces the status of the failure. */
const toAsIs = (type: string, body: string): string =>
  ['Status: 503 Service Unavailable', `Content-Type: ${type}`, '', body].join('\n');

const NO_INSTANCE = BALANCER_PROBLEMS.find(({ status }) => status === 503)?.body ?? '';

/** For HAProxy: a whole answer, with a status that the services do not use. */
export const AGAIN_FILE = 'again.http';

/** The documents and the pages, by the name of their file in the folder of the problems. */
export const PROBLEM_FILES: Readonly<Record<string, string>> = {
  ...Object.fromEntries(
    [...BALANCER_PROBLEMS, ...REFUSALS, LONG_ADDRESS].map(({ status, body }) => [
      `${status}.json`,
      body,
    ]),
  ),
  '503.html': NO_INSTANCE_PAGE,
  '503.asis': toAsIs('application/problem+json', NO_INSTANCE),
  '503-page.asis': toAsIs('text/html', NO_INSTANCE_PAGE),
  [AGAIN_FILE]: 'HTTP/1.1 425 Too Early\r\nContent-Length: 0\r\n\r\n',
};

/** For an address of the balancer itself, which clients cannot use. */
export const NOTHING_HERE: BalancerProblem = {
  status: 404,
  body: JSON.stringify(new Problem('NOT_FOUND')),
};

/** The folder of the documents, one file per status. */
export const toProblemFolder = (folder: string): string => `${folder}/problems`;
