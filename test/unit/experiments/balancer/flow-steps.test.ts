/** The judgement of the steps of a flow: which answers succeed, and which show a lost session. */
import { expect, test } from '@jest/globals';
import type { BrowserAnswer } from '../../../../experiments/balancer/browser.js';
import {
  judgeStep,
  readField,
  readOutcome,
  type FlowStepName,
} from '../../../../experiments/balancer/flow-steps.js';

const toAnswer = (status: number | null, location: string | null = null): BrowserAnswer => ({
  status,
  instance: 'patients_1',
  location,
  retryAfter: null,
  text: '',
  error: status === null ? 'ECONNRESET' : null,
  startMs: 1,
  latencyMs: 2,
});

test.each<[FlowStepName, number | null, string | null, string | null, boolean]>([
  ['form', 200, null, null, false],
  ['identify', 303, '/bill', null, false],
  ['bill', 200, null, null, false],
  ['pay', 303, '/bill/payments/1', null, false],
  ['payment', 200, null, null, false],
  ['pass', 200, null, null, false],
  ['identify', 403, null, 'SESSION_LOST', true],
  ['bill', 303, '/bill/identify', 'SESSION_LOST', true],
  ['bill', 303, '/sign-in', 'SESSION_LOST', true],
  ['pay', 403, null, 'SESSION_LOST', true],
  ['payment', 303, '/bill/identify', 'SESSION_LOST', true],
  ['form', 303, '/sign-in', 'HTTP 303', false],
  ['identify', 422, null, 'HTTP 422', false],
  ['pay', 409, null, 'HTTP 409', false],
  ['pay', 303, '/elsewhere', 'HTTP 303', false],
  ['pass', 404, null, 'HTTP 404', false],
  ['bill', 503, null, 'HTTP 503', false],
  ['bill', null, null, 'ECONNRESET', false],
])(
  '%s, status %p to %p: error %p, session lost: %p',
  (name, status, location, error, sessionLost) =>
    expect(judgeStep(name, toAnswer(status, location))).toEqual({
      name,
      status,
      instance: 'patients_1',
      startMs: 1,
      durationMs: 2,
      error,
      sessionLost,
    }),
);

test('a hidden field, and a page without it', () => {
  const page = '<input type="hidden" name="key" value="bill:1:USD:0">';
  expect(readField(page, 'key')).toBe('bill:1:USD:0');
  expect(readField(page, 'csrf')).toBeNull();
});

test.each([
  ['<div data-events="/bill/payments/7/events">', 'waiting'],
  ['<a href="/passes/7">', 'succeeded'],
  ['<a href="/passes/8">', 'refused'],
  ['<h1>Payment</h1>', 'refused'],
])('the outcome on %s: %s', (page, outcome) => expect(readOutcome(page, '7')).toBe(outcome));
