/** The switch of the acceptance as an instance knows it: a change, and reads that fail. */
import { Acceptance, createNotAccepting } from '../../../patients/accept/acceptance.js';
import type { AcceptanceState } from '../../../shared/postgres/acceptance.js';
import { keptLogger } from '../../support/kept-logger.js';

const STOPPED: AcceptanceState = { accepting: false, reason: 'bank', changedAt: new Date(0) };
const OPEN: AcceptanceState = { accepting: true, reason: 'the bank is back', changedAt: null };

function create(...answers: (AcceptanceState | Error)[]): {
  acceptance: Acceptance;
  reads: () => number;
} {
  let reads = 0;
  const read = (): Promise<AcceptanceState> => {
    const answer = answers[reads] ?? OPEN;
    reads += 1;
    return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
  };
  return { acceptance: new Acceptance({ read, logger: keptLogger('unit') }), reads: () => reads };
}

test('the first payment waits for the first read; later payments wait for none', async () => {
  const { acceptance, reads } = create(STOPPED);
  expect(acceptance.stop).toBeNull();
  expect(await acceptance.readStop()).toEqual({ reason: 'bank' });
  expect(await acceptance.readStop()).toEqual({ reason: 'bank' });
  expect(reads()).toBe(1);
});

test('payments of the first moment share one read, also with the poll', async () => {
  const { acceptance, reads } = create(STOPPED);
  const poll = acceptance.look();
  const stops = await Promise.all([acceptance.readStop(), acceptance.readStop(), poll]);
  expect([stops[0], stops[1], reads()]).toEqual([{ reason: 'bank' }, { reason: 'bank' }, 1]);
});

test('a failed read keeps the last known value; without one, payments are accepted', async () => {
  const lost = new Error('PostgreSQL does not answer');
  const { acceptance } = create(lost, STOPPED, lost, OPEN);
  expect(await acceptance.readStop()).toBeNull();
  const stops: (string | undefined)[] = [];
  for (let turn = 0; turn < 3; turn += 1) {
    await acceptance.look();
    stops.push(acceptance.stop?.reason);
  }
  expect(stops).toEqual(['bank', 'bank', undefined]);
});

test('the refusal has the reason, may be retried, and names a time', () => {
  const { code, status, retryable, message, extra } = createNotAccepting({ reason: 'bank' });
  expect([code, status, retryable, message, extra.retryAfterSeconds]).toEqual([
    'NOT_ACCEPTING',
    503,
    true,
    'New payments are not accepted now: bank',
    10,
  ]);
});
