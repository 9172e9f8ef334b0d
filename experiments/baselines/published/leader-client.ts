/**
 * How patients reaches the leader in the published design: queries the monitor, sends once, reports
 * a failed connection.
 */
import { Agent } from 'node:http';
import axios, { type AxiosInstance, type AxiosResponse } from 'axios';
import { v5 } from 'uuid';
import { z } from 'zod';
import { payment as paymentDocument, type Payment } from '../../../shared/contracts/payment.js';
import { withDeadline } from '../../../shared/deadline.js';
import { Problem, PROBLEMS, type ProblemCode } from '../../../shared/errors.js';
import type { NewPayment } from '../../../shared/postgres/ledger.js';

/**
 * Longest wait for the leader's response: a hundred times the duration of a payment. A slower
 * leader is considered frozen.
 */
const DEADLINE_MS = 2_000;
/** Largest response that is read, in bytes. */
const ANSWER_MAX_BYTES = 65_536;
/**
 * Derives a payment's id from its key, so that a retry with the same key causes no second charge.
 */
const NAMESPACE = '6f2d0f0e-53a1-4c0a-9a3c-0d8a54a2c9b1';

const leadership = z.object({ leader: z.string().nullable(), url: z.string().nullable() });
type Leadership = z.infer<typeof leadership>;

export interface LeaderClient {
  /**
   * @throws Problem UNAVAILABLE when there is no leader or it did not respond; the leader's own
   *   problems.
   */
  pay(this: void, payment: NewPayment): Promise<Payment>;
  close(): void;
}

const isCode = (code: unknown): code is ProblemCode => typeof code === 'string' && code in PROBLEMS;

function refusal(status: number, body: unknown): Problem {
  const { code, detail } = (body ?? {}) as { code?: unknown; detail?: unknown };
  return new Problem(
    isCode(code) ? code : 'UNAVAILABLE',
    typeof detail === 'string' ? detail : `The leader answered ${status}`,
  );
}

/** The leader named by the monitor; when the monitor is unavailable, the last known leader. */
function leaderFinder(client: AxiosInstance, monitorUrl: string): () => Promise<Leadership> {
  let last: Leadership = { leader: null, url: null };
  return async () => {
    try {
      last = leadership.parse(
        (
          await withDeadline(DEADLINE_MS, null, (signal) =>
            client.get<unknown>(`${monitorUrl}/leader`, { signal }),
          )
        ).data,
      );
    } catch {
      // Payments continue without the monitor as long as the leader runs.
    }
    return last;
  };
}

export function createLeaderClient(monitorUrl: string, token: string): LeaderClient {
  const agent = new Agent({ keepAlive: true });
  const options = {
    httpAgent: agent,
    proxy: false as const,
    maxContentLength: ANSWER_MAX_BYTES,
    validateStatus: () => true,
  };
  const client = axios.create({ ...options, headers: { authorization: `Bearer ${token}` } });
  const find = leaderFinder(client, monitorUrl);
  const post = (address: string, body?: object): Promise<AxiosResponse<unknown>> =>
    withDeadline(DEADLINE_MS, null, (signal) => client.post<unknown>(address, body, { signal }));
  const report = (): void => void post(`${monitorUrl}/failures`).catch(() => undefined);
  return {
    pay: async (payment) => {
      const { leader, url } = await find();
      if (url === null) throw new Problem('UNAVAILABLE', 'No payment server leads');
      const order = { ...payment, id: v5(payment.idempotencyKey, NAMESPACE) };
      const answer = await post(`${url}/payments`, order).catch((error: unknown) => {
        report();
        throw new Problem(
          'UNAVAILABLE',
          `${leader} gave no answer: ${(error as { code?: string }).code ?? 'cut off'}`,
          { cause: error },
        );
      });
      if (answer.status !== 201) throw refusal(answer.status, answer.data);
      return paymentDocument.parse(answer.data);
    },
    close: () => agent.destroy(),
  };
}
