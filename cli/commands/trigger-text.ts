/** Formats the test payments of `relevo trigger`, within 80 columns. Pure. */
import { TEST_CURRENCY } from '../../shared/core/test-currency.js';
import { pluralize } from '../../shared/format.js';
import type { Paint } from '../output/paint.js';
import { formatTable, WIDTH, wrap } from '../output/table.js';
import { STATUS_COLOURS } from './pay-text.js';
import { isAsIntended, TEST_PLANS, type TestPayment } from './trigger-plans.js';

const joinWords = (words: readonly (string | null)[]): string =>
  words.filter((word) => word !== null).join(', ');

/** The text before the payments are made. */
export const formatTriggerIntent = (count: number, patient: string): string =>
  wrap(
    `Making ${pluralize(count, 'test payment')} in ${TEST_CURRENCY} for ${patient}.`,
    WIDTH,
  ).join('\n');

function describeIntended({ outcome }: TestPayment): string {
  const { status, state } = TEST_PLANS[outcome].intended;
  return `intended: ${state ?? status.toLowerCase()}`;
}

/** An operation that succeeded shows in the state of its payment. */
function describeOperation({ operation }: TestPayment): string | null {
  if (operation === null || operation.status === 'SUCCEEDED') return null;
  const reason = operation.reason === null ? '' : ` ${operation.reason}`;
  return `${operation.kind} ${operation.status.toLowerCase()}${reason}`;
}

function describeEnd(made: TestPayment, paint: Paint): string {
  const { payment, state } = made;
  return joinWords([
    paint(STATUS_COLOURS[payment.status], payment.status.toLowerCase()),
    state,
    payment.reason,
    describeOperation(made),
    isAsIntended(made) === false ? describeIntended(made) : null,
  ]);
}

/** @param waiting why the first one is pending; null: not known. @returns one or two sentences. */
function summarize(made: readonly TestPayment[], waiting: string | null): string[] {
  const judged = made.map(isAsIntended);
  const count = (verdict: boolean | null): number =>
    judged.filter((each) => each === verdict).length;
  const [others, pending, all] = [count(false), count(null), made.length];
  if (others + pending === 0) return [`${all} of ${all} as intended.`];
  return [
    ...(others === 0
      ? []
      : [
          `${others} of ${all} not as intended. Only the simulated gateways decide by the test amounts.`,
        ]),
    ...(pending === 0
      ? []
      : [`${pending} of ${all} pending${waiting === null ? '' : `: ${waiting}`}.`]),
  ];
}

export interface Triggered {
  made: readonly TestPayment[];
  /** Why the first pending one is pending; null: not known, or none is pending. */
  waiting: string | null;
  /** The console's page of the payments; null: no monitor is known. */
  page: string | null;
}

export function formatTriggered({ made, waiting, page }: Triggered, paint: Paint): string {
  const rows = made.map((each) => [each.outcome, each.payment.id, describeEnd(each, paint)]);
  return [
    ...formatTable(['outcome', 'payment', 'status'], rows),
    '',
    ...summarize(made, waiting).flatMap((sentence) => wrap(sentence, WIDTH)),
    ...(page === null ? [] : [`In the console: ${page}`]),
  ].join('\n');
}
