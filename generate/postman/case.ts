/**
 * Defines one request of the collection as a row of its particular values. All other values come
 * from the documents.
 */
import type { ProblemCode } from '../../shared/errors.js';
import type { ServiceName } from '../documents.js';

type CaseToken = 'api' | 'operator' | 'internal' | 'none' | 'wrong';

export interface PostmanCase {
  folder: string;
  name: string;
  /** Default: patients. */
  service?: ServiceName;
  /** `operationId` of the document. */
  operation: string;
  /** Default: the token that the route needs. */
  token?: CaseToken;
  headers?: Readonly<Record<string, string>>;
  /** Default: the example of the document. A string is sent unchanged; null: no body. */
  body?: unknown;
  /** Default: the parameters of the document's examples. */
  params?: Readonly<Record<string, string>>;
  query?: Readonly<Record<string, string>>;
  status: readonly number[];
  code?: ProblemCode;
  /** Path of the refused field: `body`, `path.id`, `query`. */
  field?: string;
  /** Script lines before the request and after the common checks. */
  before?: readonly string[];
  checks?: readonly string[];
  /** Sent only when this variable is `yes`; the description contains the reason. */
  onlyIf?: { variable: string; why: string };
}

/**
 * Codes that one client cannot provoke, or not without harm, and the reasons. Their examples are
 * saved all the same.
 */
export const NOT_PROVOKED: Partial<Record<ProblemCode, string>> = {
  TOO_BUSY: 'needs thousands of requests at once',
  BACKLOG_FULL: 'needs millions of payments that are not final',
  UNAVAILABLE: 'needs an outage of PostgreSQL',
  INTERNAL: 'no known way to provoke it',
  HANDOVER_LOST: 'needs two hand-overs at the same time',
  SEARCH_TOO_WIDE: 'needs a slow database',
  NO_PATIENTS_INSTANCE: 'needs an outage of all patients instances',
};
