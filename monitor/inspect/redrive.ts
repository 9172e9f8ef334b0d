/**
 * Re-drives failed payments with calls to patients, with the internal token, at the first instance
 * that answers. A call to a second instance after a lost answer is harmless, because the key of the
 * new payment derives from the id of the old one. This monitor writes an audit row for each
 * payment; patients writes none for a service.
 */
import type { AxiosResponse } from 'axios';
import { z } from 'zod';
import type { AuditEntry } from '../../shared/postgres/audit.js';
import { id as paymentId } from '../../shared/contracts/ids.js';
import { paymentStatus } from '../../shared/contracts/payment.js';
import { PROBLEMS, type ProblemCode } from '../../shared/errors.js';
import type { Logger } from '../../shared/observability/logger.js';
import { PatientsCaller, type PatientsCallerOptions } from './patients-caller.js';

/** The fields of the new payment that are used here. */
const newPayment = z.object({ id: paymentId, status: paymentStatus });
const problemDocument = z.object({ code: z.string(), detail: z.string() });

export type Driven =
  /** `replayed`: the payment had already been re-driven. */
  | { id: string; ok: true; payment: z.infer<typeof newPayment>; replayed: boolean }
  | { id: string; ok: false; code: string; detail: string };

export interface RedriveOptions extends PatientsCallerOptions {
  audit: (entry: AuditEntry) => Promise<void>;
  logger: Logger;
}

/**
 * Maximum concurrent calls. Each one needs a row, a commit and an audit row. Two leave most
 * connections of the store for elections.
 */
const AT_ONCE = 2;

const NO_INSTANCE: ProblemCode = 'NO_PATIENTS_INSTANCE';

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
  private readonly caller: PatientsCaller;

  constructor(private readonly options: RedriveOptions) {
    this.caller = new PatientsCaller(options);
  }

  /** Whether a patients instance is configured. */
  get possible(): boolean {
    return this.caller.isPossible;
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
    const path = `/api/payments/${encodeURIComponent(id)}/redrive`;
    const response = await this.caller.post({ path });
    return response ? toDriven(id, response) : this.notReached(id);
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
