/**
 * One user of a load level: landing page, form page, creation of a payment whose outcome the user
 * waits for, and validation of the exit pass, with a pause before each but the first. A failed
 * request ends the user, as in the published report.
 */
import { sleep } from '../../shared/clock.js';
import { Browser, type BrowserAnswer } from '../balancer/browser.js';
import type { RequestRecord } from '../record/history.js';
import { isRefusalInOrder } from '../traffic/answers.js';
import { wallMs, type PaymentClient, type PaymentOrder } from '../traffic/client.js';
import { STEPS, type LoadRequest, type RequestStep } from './figures.js';
import { PAUSES_MS } from './levels.js';

/** The pages of a user. The creation is a call of the API. @param paymentId of the creation. */
export const getPagePaths = (
  paymentId: string,
): Readonly<Record<Exclude<RequestStep, 'creation'>, string>> => ({
  landing: '/',
  form: '/bill/identify',
  validation: `/passes/${paymentId}`,
});

export interface UserOptions {
  /** The address that the user's browser calls. */
  url: string;
  payments: PaymentClient;
  order: PaymentOrder;
  /** Number of the user. */
  user: number;
  /** When the user arrives, wall clock, ms. */
  arrivesMs: number;
  /** Divides the pauses. */
  speed: number;
  /** Longest wait for an answer, ms. */
  patienceMs: number;
  signal: AbortSignal;
  /** Ends the user after its current request. */
  stop?: AbortSignal;
  /** Receives each request with its due time, wall clock; the creation with its record. */
  onRequest: (request: LoadRequest, payment: RequestRecord | null) => void;
}

interface Answer {
  error: string | null;
  isRefusal: boolean;
  payment?: RequestRecord;
}

const toAnswer = ({ status, retryAfter, error }: BrowserAnswer): Answer => ({
  error: error ?? (status === 200 ? null : `HTTP ${status}`),
  isRefusal: isRefusalInOrder(status, retryAfter),
});

class User {
  private readonly browser: Browser;
  private paymentId: string | null = null;

  constructor(private readonly options: UserOptions) {
    const { url, patienceMs } = options;
    this.browser = new Browser({ url, patienceMs });
  }

  /** Never rejects, except when it is aborted. */
  async visit(): Promise<void> {
    const { user, arrivesMs, speed, signal, stop, onRequest } = this.options;
    let dueMs = arrivesMs;
    for (const [index, step] of STEPS.entries()) {
      const sentMs = wallMs();
      const { error, isRefusal, payment = null } = await this.perform(step, dueMs);
      const answeredMs = wallMs();
      const times = { dueMs, latencyMs: answeredMs - dueMs, answerMs: answeredMs - sentMs };
      onRequest({ user, step, ...times, error, isRefusal }, payment);
      if (error !== null || stop?.aborted) return;
      const pauseMs = (PAUSES_MS[index] ?? 0) / speed;
      dueMs = answeredMs + pauseMs;
      await sleep(pauseMs, signal);
    }
  }

  close(): void {
    this.browser.close();
  }

  private async perform(step: RequestStep, dueMs: number): Promise<Answer> {
    if (step === 'creation') return this.pay(dueMs);
    return toAnswer(await this.browser.ask(getPagePaths(this.paymentId ?? '')[step]));
  }

  private async pay(dueMs: number): Promise<Answer> {
    const { payments, order } = this.options;
    const payment = await payments.pay(order, 1, dueMs);
    const { status, paymentId, error, isRefusal = false } = payment;
    this.paymentId = paymentId;
    return { error: error ?? (status === 'SUCCEEDED' ? null : status), isRefusal, payment };
  }
}

/** Performs the requests of a user. @throws AbortError */
export async function visitAsUser(options: UserOptions): Promise<void> {
  const user = new User(options);
  try {
    await user.visit();
  } finally {
    user.close();
  }
}
