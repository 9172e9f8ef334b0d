/**
 * The steps of the staff's pages from the identification of a patient to the exit pass, and the
 * judgement of each answer: did the step succeed, did it find its session? Pure.
 */
import type { BrowserAnswer } from './browser.js';

/**
 * `form`: GET the form of the identification. `identify`: POST it. `bill`: GET the bill. `pay`:
 * POST its form. `payment`: GET the page of the payment. `pass`: GET the exit pass.
 */
export type FlowStepName = 'form' | 'identify' | 'bill' | 'pay' | 'payment' | 'pass';

export interface FlowStep {
  name: FlowStepName;
  /** Null: no answer arrived, or nothing was sent. */
  status: number | null;
  /** The instance that answered; null: none did. */
  instance: string | null;
  /** Wall clock, ms since 1970. */
  startMs: number;
  durationMs: number;
  /** `HTTP 503`, `ECONNRESET`, `SESSION_LOST`, `NO_FORM`; null: the step succeeded. */
  error: string | null;
  /** The instance that answered does not have the session. */
  sessionLost: boolean;
}

export const PAYMENT_PATH = '/bill/payments/';
const BEFORE_IDENTIFICATION = ['/bill/identify', '/sign-in'];

/** A success of each step: its status, and the beginning of the address of a redirect. */
const SUCCESS: Readonly<Record<FlowStepName, { status: number; to?: string }>> = {
  form: { status: 200 },
  identify: { status: 303, to: '/bill' },
  bill: { status: 200 },
  pay: { status: 303, to: PAYMENT_PATH },
  payment: { status: 200 },
  pass: { status: 200 },
};

/** Steps that need no session. */
const OPEN: readonly FlowStepName[] = ['form', 'pass'];

/**
 * Without the session, a page redirects to the identification, and a form is refused: 403. A form
 * that does not fit the bill is 409 or 422, which is no lost session.
 */
function isSessionLost(name: FlowStepName, { status, location }: BrowserAnswer): boolean {
  if (OPEN.includes(name)) return false;
  return status === 403 || (status === 303 && BEFORE_IDENTIFICATION.includes(location ?? ''));
}

function findError(name: FlowStepName, answer: BrowserAnswer): string | null {
  const { status, location, error } = answer;
  if (error !== null) return error;
  const success = SUCCESS[name];
  const isThere = success.to === undefined || (location ?? '').startsWith(success.to);
  if (isSessionLost(name, answer)) return 'SESSION_LOST';
  return status === success.status && isThere ? null : `HTTP ${status}`;
}

export const judgeStep = (name: FlowStepName, answer: BrowserAnswer): FlowStep => ({
  name,
  status: answer.status,
  instance: answer.instance,
  startMs: answer.startMs,
  durationMs: answer.latencyMs,
  error: findError(name, answer),
  sessionLost: isSessionLost(name, answer),
});

/** A hidden field of the first form that has it; null: there is none. */
export const readField = (page: string, name: string): string | null =>
  new RegExp(`name="${name}" value="([^"]*)"`).exec(page)?.[1] ?? null;

/** The first payment that a bill links, which is its latest one; null: there is none. */
export const readLatestPayment = (page: string): string | null =>
  new RegExp(`href="${PAYMENT_PATH}([^"/]+)"`).exec(page)?.[1] ?? null;

/** `waiting`: the payment is not final yet. */
export type ShownOutcome = 'waiting' | 'succeeded' | 'refused';

/** Reads the page of a payment: only a succeeded one has a pass, only a waiting one has events. */
export function readOutcome(page: string, paymentId: string): ShownOutcome {
  if (page.includes(`"/passes/${paymentId}"`)) return 'succeeded';
  return page.includes('data-events=') ? 'waiting' : 'refused';
}
