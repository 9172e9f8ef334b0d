/**
 * Performs an operator's action on a payment with a call to patients: refund, capture, void,
 * cancel. The key comes from the form, so that a form that is sent twice makes one operation. This
 * monitor writes the audit row; patients writes none for a service.
 */
import { Problem, PROBLEMS, type ProblemCode } from '../../shared/errors.js';
import type { PaymentAction } from './payment-actions.js';
import {
  paymentAnswer,
  problemAnswer,
  noteAction,
  PatientsCaller,
  type PaymentAnswer,
  type AuditOptions,
  type PatientsCallerOptions,
} from './patients-caller.js';

type OperateOptions = PatientsCallerOptions & AuditOptions;

export interface OperateOrder {
  action: PaymentAction;
  /** The charge, the authorization, or the pending payment that is cancelled. */
  id: string;
  /** Only of a refund and a capture. Absent: all that is possible. */
  amountMinor?: number | undefined;
  reason: string;
  actor: string;
  key: string;
}

const PATHS: Readonly<Record<PaymentAction, string>> = {
  refund: 'refunds',
  capture: 'captures',
  void: 'voids',
  cancel: 'cancel',
};
/** How long the answer waits for the outcome, s. A later outcome shows in the story. */
const WAIT_SECONDS = 5;

const isProblemCode = (code: string): code is ProblemCode => Object.hasOwn(PROBLEMS, code);

function toBody({ action, amountMinor, reason }: OperateOrder): object {
  const amount = amountMinor === undefined ? {} : { amountMinor };
  // A capture has no reason of its own: the audit row keeps it.
  if (action === 'capture') return amount;
  return action === 'refund' ? { ...amount, reason } : { reason };
}

export class PaymentOperator {
  private readonly caller: PatientsCaller;

  constructor(private readonly options: OperateOptions) {
    this.caller = new PatientsCaller(options);
  }

  /** Whether a patients instance is configured. */
  get isPossible(): boolean {
    return this.caller.isPossible;
  }

  /**
   * @returns the operation, or the cancelled payment. @throws Problem as patients answers;
   *   NO_PATIENTS_INSTANCE when none answers.
   */
  async operate(order: OperateOrder): Promise<PaymentAnswer> {
    try {
      const made = await this.ask(order);
      await this.note(order, `${made.id}: ${made.status}`);
      return made;
    } catch (error) {
      await this.note(order, error instanceof Problem ? error.code : 'INTERNAL');
      throw error;
    }
  }

  private async ask(order: OperateOrder): Promise<PaymentAnswer> {
    const { action, id, key } = order;
    const response = await this.caller.post({
      path: `/api/payments/${encodeURIComponent(id)}/${PATHS[action]}`,
      body: toBody(order),
      headers: { 'Idempotency-Key': `console-${key}`, 'Prefer': `wait=${WAIT_SECONDS}` },
      waitMs: WAIT_SECONDS * 1_000,
    });
    if (!response) throw new Problem('NO_PATIENTS_INSTANCE');
    const made = paymentAnswer.safeParse(response.data);
    if (response.status < 300 && made.success) return made.data;
    const problem = problemAnswer.safeParse(response.data);
    if (problem.success && isProblemCode(problem.data.code))
      throw new Problem(problem.data.code, problem.data.detail);
    throw new Problem('UNAVAILABLE', `The patients instance answered ${response.status}`);
  }

  private note({ action, id, reason, actor }: OperateOrder, outcome: string): Promise<void> {
    return noteAction(this.options, { actor, action, target: id, reason, outcome });
  }
}
