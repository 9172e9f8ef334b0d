/**
 * One client with its cookies that identifies a patient, opens the bill, pays it and opens the exit
 * pass on the staff's pages, step by step, so that a caller can cause a fault between two steps. It
 * never retries: the first answer of a step counts. Staff do not sign in: `STAFF_SIGN_IN=off`.
 */
import { seedPatient } from '../../prisma/seed-data.js';
import { pollUntil } from '../../shared/wait-until.js';
import { Browser, type BrowserAnswer, type BrowserOptions } from './browser.js';
import {
  judgeStep,
  PAYMENT_PATH,
  readField,
  readLatestPayment,
  readOutcome,
  type FlowStep,
  type FlowStepName,
  type ShownOutcome,
} from './flow-steps.js';

const POLL_MS = 50;
const OUTCOME_MS = 10_000;
/** Hidden fields of the form that pays. */
const PAY_FIELDS = ['csrf', 'patient', 'key', 'shown'] as const;

export interface FlowOptions extends BrowserOptions {
  /** Number of the sample patient, from 1: its bill is paid. */
  patient: number;
  /** Default: a new one, which `close` closes. */
  browser?: Browser;
  /** A part of the bill, such as `0.01`. Default: the whole bill. */
  amount?: string;
}

export interface WholeFlowOptions {
  /** Called before each step, for example to cause a fault. */
  before?: (name: FlowStepName) => Promise<void> | void;
  /** Longest wait for the outcome of the payment, ms. Default: 10 s. */
  outcomeMs?: number;
  signal?: AbortSignal;
}

export class PaymentFlow {
  readonly browser: Browser;
  /** Every step so far, in order; the page of the payment once per request. */
  readonly steps: FlowStep[] = [];
  paymentId: string | null = null;
  /** As the latest page of the payment shows it; null: there was none. */
  outcome: ShownOutcome | null = null;
  /** The latest page. */
  private page = '';

  constructor(private readonly options: FlowOptions) {
    this.browser = options.browser ?? new Browser(options);
  }

  get sessionLost(): boolean {
    return this.steps.some(({ sessionLost }) => sessionLost);
  }

  /** Whether the last step was the pass, with success. */
  get completed(): boolean {
    const last = this.steps.at(-1);
    return last?.name === 'pass' && last.error === null;
  }

  /** Performs one step with one request. Never rejects; an error is part of the step. */
  async perform(name: FlowStepName): Promise<FlowStep> {
    const send = { ...this.forms(), ...this.pages() }[name];
    const answer = await send();
    const step = answer === null ? missingForm(name) : judgeStep(name, answer);
    this.steps.push(step);
    if (answer !== null && step.error === null) this.remember(name, answer);
    return step;
  }

  /** Opens the page of the payment again until it is final, fails, or the time has passed. */
  async waitForOutcome({ outcomeMs = OUTCOME_MS, signal }: WholeFlowOptions = {}): Promise<void> {
    const isFinal = async (): Promise<boolean> =>
      (await this.perform('payment')).error !== null || this.outcome !== 'waiting';
    const polling = { deadlineMs: outcomeMs, pollMs: POLL_MS };
    await pollUntil(isFinal, signal ? { ...polling, signal } : polling);
  }

  /** Performs all steps until one fails. @returns whether the flow completed. @throws AbortError */
  async complete(options: WholeFlowOptions = {}): Promise<boolean> {
    for (const name of ['form', 'identify', 'bill', 'pay'] as const) {
      options.signal?.throwIfAborted();
      await options.before?.(name);
      if ((await this.perform(name)).error !== null) return false;
    }
    await options.before?.('payment');
    await this.waitForOutcome(options);
    if (this.outcome !== 'succeeded') return false;
    await options.before?.('pass');
    await this.perform('pass');
    return this.completed;
  }

  /**
   * Continues with the latest payment on the open bill, as after an identification that finds the
   * bill settled. @returns false when the bill names none.
   */
  openLatestPayment(): boolean {
    const found = readLatestPayment(this.page);
    if (found !== null) this.paymentId = found;
    return found !== null;
  }

  close(): void {
    if (!this.options.browser) this.browser.close();
  }

  private forms(): Record<'identify' | 'pay', () => Promise<BrowserAnswer | null>> {
    const { patient, amount } = this.options;
    const submit = async (
      path: string,
      names: readonly string[],
      typed: Readonly<Record<string, string>>,
    ): Promise<BrowserAnswer | null> => {
      const hidden: Record<string, string> = {};
      for (const name of names) {
        const value = readField(this.page, name);
        if (value === null) return null;
        hidden[name] = value;
      }
      return this.browser.ask(path, { ...hidden, ...typed });
    };
    return {
      identify: () => {
        const { document, fullName, birthDate, authorizationCode } = seedPatient(patient);
        const typed = { document, name: fullName, birthDate, authorizationCode };
        return submit('/bill/identify', ['csrf'], typed);
      },
      pay: () =>
        submit('/bill/pay', PAY_FIELDS, {
          part: amount === undefined ? 'whole' : 'part',
          amount: amount ?? '',
        }),
    };
  }

  private pages(): Record<'form' | 'bill' | 'payment' | 'pass', () => Promise<BrowserAnswer>> {
    const id = this.paymentId ?? '';
    return {
      form: () => this.browser.ask('/bill/identify'),
      bill: () => this.browser.ask('/bill'),
      payment: () => this.browser.ask(`${PAYMENT_PATH}${id}`),
      pass: () => this.browser.ask(`/passes/${id}`),
    };
  }

  private remember(name: FlowStepName, { text, location }: BrowserAnswer): void {
    this.page = text;
    if (name === 'pay') this.paymentId = (location ?? '').slice(PAYMENT_PATH.length);
    if (name === 'payment') this.outcome = readOutcome(text, this.paymentId ?? '');
  }
}

const missingForm = (name: FlowStepName): FlowStep => ({
  name,
  status: null,
  instance: null,
  startMs: performance.timeOrigin + performance.now(),
  durationMs: 0,
  error: 'NO_FORM',
  sessionLost: false,
});
