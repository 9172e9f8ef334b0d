/**
 * Performs one flow as a person would, and records it. The person may read the bill for a while
 * before the payment, and waits for a free desk before the identification; neither counts as busy.
 */
import { sleep } from '../../shared/clock.js';
import { PaymentFlow } from '../balancer/flow.js';
import type { FlowStep, FlowStepName } from '../balancer/flow-steps.js';
import type { FlowRecord } from './figures.js';
import { decideNext, type NextAct } from './person.js';

export interface FlowPlace {
  url: string;
  /** Number of the sample patient. */
  patient: number;
  /** How often the person identifies the patient again after a lost session. */
  identifiesAgain: number;
  signal: AbortSignal;
  /** Waits before a step; the time does not count. */
  before(name: FlowStepName): Promise<void> | void;
  after(step: FlowStep): void;
}

class Performance {
  private readonly steps: FlowStep[] = [];
  private losses = 0;
  private billsAgain = 0;
  private heldMs = 0;
  private stepName: FlowStepName | null = null;
  private stepSinceMs = 0;

  constructor(
    private readonly flow: PaymentFlow,
    private readonly place: FlowPlace,
  ) {}

  async run(): Promise<FlowRecord> {
    const startMs = performance.now();
    let act: NextAct = { kind: 'perform', name: 'form', pauseMs: 0 };
    while (act.kind !== 'end') act = await this.carryOut(act);
    const { patient } = this.place;
    const busyMs = Math.round(performance.now() - startMs - this.heldMs);
    return {
      patient,
      startMs: performance.timeOrigin + startMs,
      busyMs,
      end: act.end,
      steps: this.steps,
    };
  }

  private async carryOut(act: Exclude<NextAct, { kind: 'end' }>): Promise<NextAct> {
    if (act.kind === 'open payment')
      return this.flow.openLatestPayment()
        ? { kind: 'perform', name: 'payment', pauseMs: 0 }
        : { kind: 'end', end: 'NO_FORM' };
    const { name, pauseMs } = act;
    if (pauseMs > 0) await sleep(pauseMs, this.place.signal);
    else if (name === 'bill' && this.stepName === 'pay') this.billsAgain += 1;
    await this.hold(name);
    this.place.signal.throwIfAborted();
    if (name !== this.stepName || pauseMs === 0) this.stepSinceMs = performance.now();
    this.stepName = name;
    const step = await this.flow.perform(name);
    this.record(step);
    this.place.after(step);
    const stepMs = performance.now() - this.stepSinceMs;
    const { losses, billsAgain } = this;
    const { identifiesAgain } = this.place;
    return decideNext(step, {
      losses,
      identifiesAgain,
      billsAgain,
      stepMs,
      outcome: this.flow.outcome,
    });
  }

  private async hold(name: FlowStepName): Promise<void> {
    const sinceMs = performance.now();
    await this.place.before(name);
    this.heldMs += performance.now() - sinceMs;
  }

  /** Keeps the last one of successive answers that the payment waits. */
  private record(step: FlowStep): void {
    if (step.sessionLost) this.losses += 1;
    const last = this.steps.at(-1);
    const repeats = step.name === 'payment' && last?.name === 'payment' && last.error === null;
    if (repeats) this.steps.pop();
    this.steps.push(step);
  }
}

/** @throws AbortError */
export async function performFlow(place: FlowPlace): Promise<FlowRecord> {
  const { url, patient } = place;
  const flow = new PaymentFlow({ url, patient });
  try {
    return await new Performance(flow, place).run();
  } finally {
    flow.close();
  }
}
