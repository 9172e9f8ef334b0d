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
 * The status stays the balancer's own: 502 and 504 tell that the outcome of the request is unknown,
 * 503 that no instance received it.
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

/** For an address of the balancer itself, which clients cannot use. */
export const NOTHING_HERE: BalancerProblem = {
  status: 404,
  body: JSON.stringify(new Problem('NOT_FOUND')),
};

/** The folder of the documents, one file per status. */
export const toProblemFolder = (folder: string): string => `${folder}/problems`;
