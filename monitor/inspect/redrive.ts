/**
 * Re-drives failed payments with calls to patients, with the internal token, at the first instance
 * that answers. A call to a second instance after a lost answer is harmless, because the key of the
 * new payment derives from the id of the old one. This monitor writes an audit row for each
 * payment; patients writes none for a service.
 */
import axios, { type AxiosInstance, type AxiosResponse } from 'axios';
import { z } from 'zod';
import type { AuditEntry } from '../../shared/postgres/audit.js';
import type { Member } from '../../shared/config.js';
import { id as paymentId } from '../../shared/contracts/ids.js';
import { paymentStatus } from '../../shared/contracts/payment.js';
import { withDeadline } from '../../shared/deadline.js';
import { PROBLEMS, type ProblemCode } from '../../shared/errors.js';
import type { Logger } from '../../shared/observability/logger.js';
import { getLongestAcceptanceMs } from '../../shared/patience.js';

/** The fields of the new payment that are used here. */
const newPayment = z.object({ id: paymentId, status: paymentStatus });
const problemDocument = z.object({ code: z.string(), detail: z.string() });

export type Driven =
  /** `replayed`: the payment had already been re-driven. */
  | { id: string; ok: true; payment: z.infer<typeof newPayment>; replayed: boolean }
  | { id: string; ok: false; code: string; detail: string };

export interface RedriveOptions {
  patients: readonly Member[];
  internalToken: string;
  audit: (entry: AuditEntry) => Promise<void>;
  logger: Logger;
  /** How long an instance waits for PostgreSQL, in ms. The wait for its answer is longer. */
  acceptRetryMs: number;
}

/** Maximum size of an answer, in bytes. A payment has less than 2 kB. */
const ANSWER_MAX_BYTES = 65_536;
/**
 * Maximum concurrent calls. Each one needs a row, a commit and an audit row. Two leave most
 * connections of the store for elections.
 */
const AT_ONCE = 2;

const NO_INSTANCE: ProblemCode = 'NO_PATIENTS_INSTANCE';
/** Whether another instance would give the same answer. */
const isDefinite = (status: number): boolean => status < 500 && status !== 429 && status !== 408;

function toDriven(id: string, response: AxiosResponse): Driven {
  const payment = newPayment.safeParse(response.data);
  if (response.status < 300 && payment.success) {
    return {
      id,
      ok: true,
      payment: payment.data,
      replayed: String(response.headers['idempotent-replayed']) === 'true',
    };
  }
  const problem = problemDocument.safeParse(response.data);
  if (problem.success) return { id, ok: false, ...problem.data };
  return {
    id,
    ok: false,
    code: 'INTERNAL',
    detail: `The patients instance answered ${response.status}`,
  };
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

  /** Whether a patients instance is configured. */
  get possible(): boolean {
    return this.options.patients.length > 0;
  }

  /**
   * Re-drives payments in order. A failure does not stop the rest, unless no instance answers, or
   * PostgreSQL is unavailable. Never rejects.
   */
  async drive(ids: readonly string[], actor: string, reason: string): Promise<Driven[]> {
    const driven: Driven[] = [];
    const waiting = [...ids.entries()];
    let ofAll: Driven | null = null;
    const work = async (): Promise<void> => {
      for (let next = waiting.shift(); next; next = waiting.shift()) {
        const [index, id] = next;
        const since = performance.now();
        const outcome: Driven = ofAll ? { ...ofAll, id } : await this.ask(id);
        if (this.concernsAll(outcome, performance.now() - since)) ofAll = outcome;
        driven[index] = outcome;
        await this.note(outcome, actor, reason);
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, work));
    return driven;
  }

  /** Whether the other payments would fail as well: each would wait as long as this one. */
  private concernsAll(outcome: Driven, tookMs: number): boolean {
    const { acceptRetryMs } = this.options;
    if (outcome.ok) return false;
    return outcome.code === NO_INSTANCE || (acceptRetryMs > 0 && tookMs >= acceptRetryMs);
  }

  private async ask(id: string): Promise<Driven> {
    let last: Driven = this.notReached(id);
    const timeoutMs = getLongestAcceptanceMs(this.options.acceptRetryMs);
    for (const { url } of this.options.patients) {
      const path = `${url}/api/payments/${encodeURIComponent(id)}/redrive`;
      const post = (signal: AbortSignal) => this.client.post<unknown>(path, undefined, { signal });
      const response = await withDeadline(timeoutMs, null, post).catch(() => null);
      if (!response) continue;
      last = toDriven(id, response);
      if (last.ok || isDefinite(response.status)) return last;
    }
    return last;
  }

  private notReached(id: string): Driven {
    const detail = this.possible
      ? PROBLEMS[NO_INSTANCE].title
      : 'This monitor knows no patients instance: PATIENTS is empty';
    return { id, ok: false, code: NO_INSTANCE, detail };
  }

  /** A failed write of the audit row must not replace the result of the re-drive. */
  private async note(driven: Driven, actor: string, reason: string): Promise<void> {
    const outcome = driven.ok ? `retried as ${driven.payment.id}` : driven.code;
    const entry = { actor, action: 'redrive', target: driven.id, reason, outcome };
    await this.options
      .audit(entry)
      .catch((error: unknown) =>
        this.options.logger.warn(
          { err: error, entry },
          'cannot write the audit row; the re-drive itself is complete',
        ),
      );
  }
}
