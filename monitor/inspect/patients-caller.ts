/**
 * Calls a route of patients with the internal token, at the first instance that gives a definite
 * answer. Only for requests that may be sent twice, because the answer of one instance may be lost.
 * Also writes the audit rows of such calls.
 */
import axios, { type AxiosInstance, type AxiosResponse } from 'axios';
import { z } from 'zod';
import type { Member } from '../../shared/config.js';
import { id } from '../../shared/contracts/ids.js';
import { paymentStatus } from '../../shared/contracts/payment.js';
import { withDeadline } from '../../shared/deadline.js';
import type { Logger } from '../../shared/observability/logger.js';
import { getLongestAcceptanceMs } from '../../shared/patience.js';
import type { AuditEntry } from '../../shared/postgres/audit.js';

export interface PatientsCallerOptions {
  patients: readonly Member[];
  internalToken: string;
  /** How long an instance waits for PostgreSQL, in ms. The wait for its answer is longer. */
  acceptRetryMs: number;
}

export interface PatientsCall {
  /** `/api/payments/ID/redrive`. */
  path: string;
  body?: unknown;
  headers?: Readonly<Record<string, string>>;
  /** How long the request waits for an outcome, in ms. Default: 0. */
  waitMs?: number;
}

/** The fields of a payment in an answer that are used here. */
export const paymentAnswer = z.object({ id, status: paymentStatus });
export type PaymentAnswer = z.infer<typeof paymentAnswer>;
export const problemAnswer = z.object({ code: z.string(), detail: z.string() });

export interface AuditOptions {
  audit: (entry: AuditEntry) => Promise<void>;
  logger: Logger;
}

/** A failed write of the audit row must not replace the result of the action. Never rejects. */
export async function noteAction(
  { audit, logger }: AuditOptions,
  entry: AuditEntry,
): Promise<void> {
  await audit(entry).catch((error: unknown) =>
    logger.warn({ err: error, entry }, 'cannot write the audit row; the action itself is complete'),
  );
}

/** Maximum size of an answer, in bytes. A payment has less than 2 kB. */
const ANSWER_MAX_BYTES = 65_536;
/** Whether another instance would give the same answer. */
const isDefinite = (status: number): boolean => status < 500 && status !== 429 && status !== 408;

export class PatientsCaller {
  private readonly client: AxiosInstance;

  constructor(private readonly options: PatientsCallerOptions) {
    this.client = axios.create({
      headers: { authorization: `Bearer ${options.internalToken}` },
      validateStatus: () => true,
      maxRedirects: 0,
      maxContentLength: ANSWER_MAX_BYTES,
      proxy: false,
    });
  }

  /** Whether a patients instance is configured. */
  get isPossible(): boolean {
    return this.options.patients.length > 0;
  }

  /** The first definite answer, else the last one; null: no instance answers. Never rejects. */
  async post({
    path,
    body,
    headers = {},
    waitMs = 0,
  }: PatientsCall): Promise<AxiosResponse | null> {
    let last: AxiosResponse | null = null;
    const timeoutMs = getLongestAcceptanceMs(this.options.acceptRetryMs) + waitMs;
    for (const { url } of this.options.patients) {
      const post = (signal: AbortSignal): Promise<AxiosResponse> =>
        this.client.post<unknown>(`${url}${path}`, body, { signal, headers });
      const response = await withDeadline(timeoutMs, null, post).catch(() => null);
      if (!response) continue;
      last = response;
      if (isDefinite(response.status)) return response;
    }
    return last;
  }
}
