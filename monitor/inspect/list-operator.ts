/**
 * Performs one action on each payment of a list, a retry or a cancellation, with calls to patients,
 * with the internal token, at the first instance that answers. A call to a second instance after a
 * lost answer is harmless: the key of a retry derives from the id of the failed payment, and a
 * cancellation marks its payment once. This monitor writes an audit row for each payment; patients
 * writes none for a service.
 */
import type { AxiosResponse } from 'axios';
import { PROBLEMS, type ProblemCode } from '../../shared/errors.js';
import {
  paymentAnswer,
  problemAnswer,
  noteAction,
  PatientsCaller,
  type PaymentAnswer,
  type AuditOptions,
  type PatientsCall,
  type PatientsCallerOptions,
} from './patients-caller.js';

/** The names are also those in the audit and in the paths of patients. */
export type ListAction = 'redrive' | 'cancel';

/** Maximum number of payments per request. */
export const LIST_MAX = 100;

export interface ListOrder {
  action: ListAction;
  ids: readonly string[];
  actor: string;
  reason: string;
}

/** `payment` is the new or the cancelled one. `replayed`: an earlier request made it. */
export type Performed =
  | { id: string; ok: true; payment: PaymentAnswer; replayed: boolean }
  | { id: string; ok: false; code: string; detail: string };

type ListOperatorOptions = PatientsCallerOptions & AuditOptions;

/**
 * Maximum concurrent calls. Each one needs a row, a commit and an audit row. Two leave most
 * connections of the store for elections.
 */
const AT_ONCE = 2;

export const NO_INSTANCE: ProblemCode = 'NO_PATIENTS_INSTANCE';

/** Patients keep the reason of a cancellation with the payment. */
const BODIES: Readonly<Record<ListAction, (reason: string) => Pick<PatientsCall, 'body'>>> = {
  redrive: () => ({}),
  cancel: (reason) => ({ body: { reason } }),
};
/** The outcome in the audit. */
const OUTCOMES: Readonly<Record<ListAction, (payment: PaymentAnswer) => string>> = {
  redrive: ({ id }) => `retried as ${id}`,
  cancel: ({ id, status }) => `${id}: ${status}`,
};

function toPerformed(id: string, response: AxiosResponse): Performed {
  const payment = paymentAnswer.safeParse(response.data);
  if (response.status < 300 && payment.success) {
    return {
      id,
      ok: true,
      payment: payment.data,
      replayed: String(response.headers['idempotent-replayed']) === 'true',
    };
  }
  const problem = problemAnswer.safeParse(response.data);
  if (problem.success) return { id, ok: false, ...problem.data };
  return {
    id,
    ok: false,
    code: 'INTERNAL',
    detail: `The patients instance answered ${response.status}`,
  };
}

export class ListOperator {
  private readonly caller: PatientsCaller;

  constructor(private readonly options: ListOperatorOptions) {
    this.caller = new PatientsCaller(options);
  }

  /** Whether a patients instance is configured. */
  get isPossible(): boolean {
    return this.caller.isPossible;
  }

  /**
   * Begins with the payments in order. A failure does not stop the rest, unless no instance
   * answers, or PostgreSQL is unavailable. Never rejects.
   */
  async perform(order: ListOrder): Promise<Performed[]> {
    const performed: Performed[] = [];
    const waiting = [...order.ids.entries()];
    let ofAll: Performed | null = null;
    const work = async (): Promise<void> => {
      for (let next = waiting.shift(); next; next = waiting.shift()) {
        const [index, id] = next;
        const since = performance.now();
        const outcome: Performed = ofAll ? { ...ofAll, id } : await this.ask(order, id);
        if (this.concernsAll(outcome, performance.now() - since)) ofAll = outcome;
        performed[index] = outcome;
        await this.note(order, outcome);
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, work));
    return performed;
  }

  /** Whether the other payments would fail as well: each would wait as long as this one. */
  private concernsAll(outcome: Performed, tookMs: number): boolean {
    const { acceptRetryMs } = this.options;
    if (outcome.ok) return false;
    return outcome.code === NO_INSTANCE || (acceptRetryMs > 0 && tookMs >= acceptRetryMs);
  }

  private async ask({ action, reason }: ListOrder, id: string): Promise<Performed> {
    const path = `/api/payments/${encodeURIComponent(id)}/${action}`;
    const response = await this.caller.post({ path, ...BODIES[action](reason) });
    return response ? toPerformed(id, response) : this.notReached(id);
  }

  private notReached(id: string): Performed {
    const detail = this.isPossible
      ? PROBLEMS[NO_INSTANCE].title
      : 'This monitor knows no patients instance: PATIENTS is empty';
    return { id, ok: false, code: NO_INSTANCE, detail };
  }

  private note({ action, actor, reason }: ListOrder, performed: Performed): Promise<void> {
    const outcome = performed.ok ? OUTCOMES[action](performed.payment) : performed.code;
    return noteAction(this.options, { actor, action, target: performed.id, reason, outcome });
  }
}
