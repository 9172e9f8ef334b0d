/**
 * Decides the next step as a person at a browser would: follows the redirect, loads the page or
 * sends the form again after an error, and identifies the patient again when the session is lost. A
 * person who identified again and finds the bill settled opens the latest payment on it.
 * Pure.
 */
import { isFailedRequest } from './figures.js';
import type { FlowStep, FlowStepName, ShownOutcome } from '../balancer/flow-steps.js';

/** Pause before a page is loaded or a form is sent again, ms. */
const AGAIN_MS = 500;
/** Pause before the page of a waiting payment is loaded again, ms. */
const POLL_MS = 100;
/** A person gives up a step after this, ms. */
const PATIENCE_MS = 10_000;
/** A person opens a bill that changed again this often. */
const BILL_AGAIN_MOST = 2;

const NEXT: Readonly<Record<FlowStepName, FlowStepName | null>> = {
  form: 'identify',
  identify: 'bill',
  bill: 'pay',
  pay: 'payment',
  payment: 'pass',
  pass: null,
};

export interface SoFar {
  /** How often the session was lost, with this step. */
  losses: number;
  /** How often the person identifies the patient again. */
  identifiesAgain: number;
  /** How often the bill was opened because of a refused form. */
  billsAgain: number;
  /** Time since the first attempt at this step, ms. */
  stepMs: number;
  /** As the page of the payment shows it. */
  outcome: ShownOutcome | null;
}

export type NextAct =
  | { kind: 'perform'; name: FlowStepName; pauseMs: number }
  /** Open the latest payment on the bill. */
  | { kind: 'open payment' }
  /** `completed`, or the error. */
  | { kind: 'end'; end: string };

const perform = (name: FlowStepName, pauseMs = 0): NextAct => ({ kind: 'perform', name, pauseMs });
const end = (text: string): NextAct => ({ kind: 'end', end: text });

function continueAfter(name: FlowStepName, { outcome, stepMs }: SoFar): NextAct {
  if (name === 'payment' && outcome === 'waiting')
    return stepMs < PATIENCE_MS ? perform('payment', POLL_MS) : end('NOT_FINAL');
  if (name === 'payment' && outcome === 'refused') return end('REFUSED');
  const next = NEXT[name];
  return next === null ? end('completed') : perform(next);
}

export function decideNext(step: FlowStep, soFar: SoFar): NextAct {
  const { name, error, sessionLost } = step;
  if (error === null) return continueAfter(name, soFar);
  if (sessionLost) return soFar.losses > soFar.identifiesAgain ? end(error) : perform('form');
  if (isFailedRequest(step))
    return soFar.stepMs < PATIENCE_MS ? perform(name, AGAIN_MS) : end(error);
  if (name === 'pay' && error === 'NO_FORM') return { kind: 'open payment' };
  const isChanged = name === 'pay' && error === 'HTTP 409';
  return isChanged && soFar.billsAgain < BILL_AGAIN_MOST ? perform('bill') : end(error);
}
