/**
 * Drives failed payments again by asking patients to: server to server, with the token of services, the first instance that answers.
 * Asking a second one after a lost answer is harmless: the new payment's key is made from the old payment's id. Each one leaves an audit
 * row here; patients writes none for a service.
 */
import axios, { type AxiosInstance, type AxiosResponse } from 'axios';
import { z } from 'zod';
import type { AuditEntry } from '../../shared/audit.js';
import type { Member } from '../../shared/config.js';
import { id as paymentId } from '../../shared/contracts/ids.js';
import { paymentStatus } from '../../shared/contracts/payment.js';
import { withDeadline } from '../../shared/deadline.js';
import { PROBLEMS, type ProblemCode } from '../../shared/errors.js';
import type { Logger } from '../../shared/logger.js';

/** The new payment, as far as it matters here. */
const newPayment = z.object({ id: paymentId, status: paymentStatus });
const problemDocument = z.object({ code: z.string(), detail: z.string() });

export type Driven =
  /** `replayed`: somebody had done it before. */
  | { id: string; ok: true; payment: z.infer<typeof newPayment>; replayed: boolean }
  | { id: string; ok: false; code: string; detail: string };

export interface RedriveOptions {
  patients: readonly Member[];
  internalToken: string;
  audit: (entry: AuditEntry) => Promise<void>;
  logger: Logger;
  /** Longest wait for one instance, in ms. */
  timeoutMs?: number;
}

const TIMEOUT_MS = 5_000;
/** Largest answer that is read, in bytes. A payment has less than 2 kB. */
const ANSWER_MAX_BYTES = 65_536;
/** Asked for at once. Each is a row, a commit and an audit row; two keep most of the store's connections free for elections. */
const AT_ONCE = 2;

const NOBODY: ProblemCode = 'NO_PATIENTS_INSTANCE';
/** Another instance would say the same. */
const isDefinite = (status: number): boolean => status < 500 && status !== 429 && status !== 408;

function drivenOf(id: string, response: AxiosResponse): Driven {
  const payment = newPayment.safeParse(response.data);
  if (response.status < 300 && payment.success) {
    return { id, ok: true, payment: payment.data, replayed: String(response.headers['idempotent-replayed']) === 'true' };
  }
  const problem = problemDocument.safeParse(response.data);
  if (problem.success) return { id, ok: false, ...problem.data };
  return { id, ok: false, code: 'INTERNAL', detail: `The patients instance answered ${response.status}` };
}

export class Redrives {
  private readonly client: AxiosInstance;

  constructor(private readonly options: RedriveOptions) {
    this.client = axios.create({
      headers: { authorization: `Bearer ${options.internalToken}` },
      validateStatus: () => true,
      maxRedirects: 0,
      maxContentLength: ANSWER_MAX_BYTES,
      proxy: false,
    });
  }

  /** Whether there is anybody to ask. */
  get possible(): boolean {
    return this.options.patients.length > 0;
  }

  /** Drives them again, in order. One that fails keeps none of the others from it, unless nobody answers. Never rejects. */
  async drive(ids: readonly string[], actor: string, reason: string): Promise<Driven[]> {
    const driven: Driven[] = [];
    const waiting = [...ids.entries()];
    let isAnybodyThere = true;
    const work = async (): Promise<void> => {
      for (let next = waiting.shift(); next; next = waiting.shift()) {
        const [index, id] = next;
        const outcome = isAnybodyThere ? await this.ask(id) : this.nobody(id);
        if (!outcome.ok && outcome.code === NOBODY) isAnybodyThere = false;
        driven[index] = outcome;
        await this.note(outcome, actor, reason);
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, work));
    return driven;
  }

  private async ask(id: string): Promise<Driven> {
    let last: Driven = this.nobody(id);
    for (const { url } of this.options.patients) {
      const path = `${url}/api/payments/${encodeURIComponent(id)}/redrive`;
      const post = (signal: AbortSignal) => this.client.post<unknown>(path, undefined, { signal });
      const response = await withDeadline(this.options.timeoutMs ?? TIMEOUT_MS, null, post).catch(() => null);
      if (!response) continue;
      last = drivenOf(id, response);
      if (last.ok || isDefinite(response.status)) return last;
    }
    return last;
  }

  private nobody(id: string): Driven {
    const detail = this.possible ? PROBLEMS[NOBODY].title : 'This monitor knows no patients instance: PATIENTS is empty';
    return { id, ok: false, code: NOBODY, detail };
  }

  /** The record of what was done must not turn it into an error. */
  private async note(driven: Driven, actor: string, reason: string): Promise<void> {
    const outcome = driven.ok ? `driven again as ${driven.payment.id}` : driven.code;
    const entry = { actor, action: 'redrive', target: driven.id, reason, outcome };
    await this.options.audit(entry).catch((error: unknown) => this.options.logger.warn({ err: error, entry }, 'no audit row was written'));
  }
}
