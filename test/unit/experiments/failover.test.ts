/**
 * Figures of a hand-over: the time that the client measured, its steps, the extra wait and its
 * control.
 */
import { describe, expect, test } from '@jest/globals';
import { observe } from '../../../experiments/failover/measure.js';
import type { ForcedHandover } from '../../../experiments/failover/rounds.js';
import { TermWatch } from '../../../experiments/failover/term-watch.js';
import type { RunEvidence } from '../../../experiments/record/history.js';
import { requestRecord } from '../../support/evidence.js';
import {
  GATEWAY_MS,
  paid,
  calm,
  during,
  handover,
  election,
  evidence,
} from './failover-evidence.js';

const only = (rest: Partial<ForcedHandover> = {}, changed: Partial<RunEvidence> = {}) =>
  observe({
    handovers: [handover(rest)],
    evidence: evidence(changed),
    chargeMs: () => GATEWAY_MS,
  })[0];

describe('a hand-over as the client measured it', () => {
  test('from the fault to the first answer under a later term, split by the marks of the history, on the client’s clock', () => {
    expect(only()).toMatchObject({
      kind: 'kill',
      handover: {
        kind: 'kill',
        term: 2,
        totalMs: 60,
        detectMs: 4,
        voteMs: 3,
        promoteMs: 5,
        reclaimMs: 6,
        firstCommitMs: 27,
      },
      gatewayMs: 12, // Of its 20 ms, 12 were after the new leader was ready, the rest before.
      answerMs: 15,
    });
  });

  test('the steps add up to the total', () => {
    const { handover, answerMs } = only() ?? {};
    const {
      detectMs = NaN,
      voteMs = NaN,
      promoteMs = NaN,
      reclaimMs = NaN,
      firstCommitMs = NaN,
      totalMs,
    } = handover ?? {};
    expect(detectMs + voteMs + promoteMs + reclaimMs + firstCommitMs + (answerMs ?? NaN)).toBe(
      totalMs,
    );
  });

  test('without a suspicion the time to the new term counts as the vote; an earlier charge costs nothing', () => {
    const planned = only(
      { kind: 'planned' },
      {
        elections: [election({ suspectedMs: null })],
        charges: [{ key: 'p970', status: 'approved', at: new Date(6_001).toISOString() }],
      },
    );
    expect(planned).toMatchObject({ handover: { voteMs: 7 }, gatewayMs: 0 });
    expect(planned?.handover).not.toHaveProperty('detectMs');
  });

  test('without marks there is only the total, and no invented step', () => {
    expect(only({}, { elections: [] })).toMatchObject({
      handover: { kind: 'kill', term: 2, totalMs: 60 },
      gatewayMs: null,
      answerMs: null,
    });
  });

  test('extra wait: the worst of all payments in flight, without their own charge, above the median of the calm', () => {
    // The one due at 970 waited 90 ms: 20 for its charge, 10 as always, 60 too long.
    // And between 990 and 1,060 no client received an answer.
    expect(only()).toMatchObject({ extraMs: 60, calmExtraMs: 0, gapMs: 70, calmGapMs: 10 });
  });

  test('a payment that hangs after the first commit under the new term is counted', () => {
    const stuck = [...calm, ...during, paid(1_150, 900, 2)];
    expect(only({}, { requests: stuck })).toMatchObject({
      handover: { totalMs: 60 },
      extraMs: 870,
    });
  });

  test('without any payment in the calm there is no control, and all of the wait counts', () => {
    expect(only({}, { requests: during })).toMatchObject({
      extraMs: 70,
      calmExtraMs: null,
      calmGapMs: null,
    });
  });

  test('slowness in the calm belongs to the control, not to the hand-over', () => {
    const slow = [
      ...calm.map((request) => (request.key === 'k500' ? paid(500, 130, 1) : request)),
      ...during,
    ];
    expect(only({}, { requests: slow })).toMatchObject({ extraMs: 60, calmExtraMs: 100 });
  });
});

test('the watch waits for the event of a later term', async () => {
  const watch = new TermWatch();
  const first = watch.waitForTermAbove(3);
  watch.onResponse(requestRecord({ key: 'same', term: 3 }));
  watch.onResponse(requestRecord({ key: 'none', term: null }));
  watch.onResponse(requestRecord({ key: 'later', term: 5 }));
  watch.onResponse(requestRecord({ key: 'after', term: 6 }));
  expect(await first).toMatchObject({ key: 'later' });
});
