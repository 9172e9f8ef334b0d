/**
 * A paying client: sends each payment with its key until the payment is accepted or a time limit
 * passes; sometimes twice at once. An operation is sent again also when its payment does not allow
 * it (yet).
 */
import { Process } from '../model/process.js';
import type { PaymentPlan } from '../draw-payments.js';
import type { Patients, SimulatedSystem } from '../system.js';

const TIMEOUT_MS = 400;
const PAUSE_MS = 60;
const TRIES = 6;

export class ClientProcess extends Process {
  /** Requests that are not answered yet. */
  open = 0;

  constructor(
    private readonly system: SimulatedSystem,
    node: number,
  ) {
    super(system.world, 'client', node);
  }

  plan(payment: PaymentPlan): void {
    const copies = payment.twice ? 2 : 1;
    this.open += copies;
    for (let copy = 0; copy < copies; copy += 1) {
      this.in(payment.atMs - this.world.nowMs, () =>
        this.pay(payment, payment.instance + copy, TRIES),
      );
    }
  }

  private pay(payment: PaymentPlan, instance: number, tries: number): void {
    const { patients, network } = this.system;
    const asked = patients[instance % patients.length] as Patients;
    const { key, patientId, kind = 'charge' } = payment;
    const what = kind === 'charge' ? 'pays' : `asks for a ${kind}:`;
    this.world.log?.(this.name, `${what} ${key} of ${patientId} at ${asked.name}`);
    network.call<boolean>(
      this,
      asked,
      TIMEOUT_MS,
      (exchange) => {
        const reply = (accepted: boolean): void => exchange.reply(accepted);
        if (kind === 'cancel') asked.cancel(payment.ofKey ?? '', reply);
        else asked.pay({ ...payment, kind }, reply);
      },
      (accepted) => {
        if (accepted || tries === 1) this.open -= 1;
        else this.in(PAUSE_MS, () => this.pay(payment, instance + 1, tries - 1));
      },
    );
  }
}
