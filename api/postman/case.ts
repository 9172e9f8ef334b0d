/** One request of the collection, as a row: what is particular to it. The rest comes from the documents. */
import type { ProblemCode } from '../../shared/errors.js';
import type { ServiceName } from '../documents.js';

export type CaseToken = 'api' | 'operator' | 'internal' | 'none' | 'wrong';

export interface PostmanCase {
  folder: string;
  name: string;
  /** Default: patients. */
  service?: ServiceName;
  /** `operationId` of the document. */
  operation: string;
  /** Default: what the route needs. */
  token?: CaseToken;
  headers?: Readonly<Record<string, string>>;
  /** Default: the example of the document; a text is sent as it is; null: no body. */
  body?: unknown;
  /** Default: those of the document's examples. */
  params?: Readonly<Record<string, string>>;
  query?: Readonly<Record<string, string>>;
  status: readonly number[];
  code?: ProblemCode;
  /** Where a refused field is: `body`, `path.id`, `query`. */
  field?: string;
  /** Script lines before the request and after the common checks. */
  before?: readonly string[];
  checks?: readonly string[];
  /** Sent only when this variable is `yes`; why stands in the description. */
  onlyIf?: { variable: string; why: string };
}

/** Codes that cannot be provoked without harm, or not by one client, and why. Their examples are saved all the same. */
export const NOT_PROVOKED: Partial<Record<ProblemCode, string>> = {
  TOO_BUSY: 'needs thousands of requests at once',
  BACKLOG_FULL: 'needs millions of payments that are not final',
  UNAVAILABLE: 'needs PostgreSQL to be away',
  INTERNAL: 'nobody knows how',
  HANDOVER_LOST: 'needs two hand-overs at the same moment',
  SEARCH_TOO_WIDE: 'needs a database that is slow at it',
  NO_PATIENTS_INSTANCE: 'needs every instance of patients to be away',
};
