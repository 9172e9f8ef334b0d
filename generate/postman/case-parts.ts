/** The parts of which the written requests of the collection are made. */
import type { ProblemCode } from '../../shared/errors.js';

/** The particular values of a request. All other values come from the documents. */
export interface CaseValues {
  /** Default: that of the operation. */
  token?: 'api' | 'operator' | 'none' | 'wrong';
  headers?: Readonly<Record<string, string>>;
  /** Default: the example of the document. A string is sent unchanged; null: no body. */
  body?: unknown;
  /** The id in the path. Default: the example of the document. */
  id?: string;
  query?: Readonly<Record<string, string>>;
  /** Default: the status of the code, else 200. */
  status?: readonly number[];
  /** Of every refusal that the case permits. */
  code?: ProblemCode;
  /** Path of the refused field: `body`, `path.id`, `query`. */
  field?: string;
  /** Script lines before the request and after the common checks. */
  before?: readonly string[];
  checks?: readonly string[];
}

export interface PostmanCase extends CaseValues {
  folder: string;
  name: string;
  /** `patients.pay`: service and `operationId` of the document. */
  operation: string;
}

export type CaseRow = readonly [name: string, operation: string, values?: CaseValues];

export const PAYMENT = { patientId: '{{patientId}}', amountMinor: 15_000, currency: 'USD' };
export const PAY = 'patients.pay';
export const REASON = 'a run of the collection';

export const ANSWER = 'pm.response.json()';
export const expectAnswer = (title: string, actual: string, matcher: string): string =>
  `pm.test('${title}', () => pm.expect(${actual}).to.${matcher});`;
export const save = (name: string, value: string): string =>
  `pm.collectionVariables.set('${name}', ${value});`;
