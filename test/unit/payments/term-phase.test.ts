/** The phases of a leader's term. */
import { describe, expect, test } from '@jest/globals';
import {
  FIRST_PHASE,
  leavesWorkerFree,
  stepTerm,
  wasAskedToFinish,
  type TermInput,
  type TermPhase,
} from '../../../payments/core/term-phase.js';

const finish: TermInput = { type: 'finish' };
const fail: TermInput = { type: 'parcel-failed' };
const stopIdle: TermInput = { type: 'stop', parcelsInFlight: 0 };
const stopBusy: TermInput = { type: 'stop', parcelsInFlight: 1 };

const run = (inputs: readonly TermInput[]): TermPhase => inputs.reduce(stepTerm, FIRST_PHASE);

describe('the phase of a term', () => {
  test.each<[string, TermInput[], TermPhase]>([
    ['runs at first', [], { name: 'running', hasFailedParcel: false }],
    ['keeps running after a failed parcel', [fail], { name: 'running', hasFailedParcel: true }],
    ['finishes on request', [finish], { name: 'finishing', hasFailedParcel: false }],
    ['finishes with the failure', [fail, finish], { name: 'finishing', hasFailedParcel: true }],
    ['ends as stopped while it runs', [stopIdle], { name: 'ended', reason: 'stopped' }],
    ['ends as finished when idle', [finish, stopIdle], { name: 'ended', reason: 'finished' }],
    ['is cut short in flight', [finish, stopBusy], { name: 'ended', reason: 'cut-short' }],
    [
      'is cut short after a failed parcel',
      [fail, finish, stopIdle],
      { name: 'ended', reason: 'cut-short' },
    ],
    [
      'is cut short by a parcel that fails while it finishes',
      [finish, fail, stopIdle],
      { name: 'ended', reason: 'cut-short' },
    ],
    [
      'keeps its reason after the end',
      [finish, stopBusy, fail, finish, stopIdle],
      { name: 'ended', reason: 'cut-short' },
    ],
  ])('%s', (_name, inputs, expected) => expect(run(inputs)).toEqual(expected));

  test('only a finished term leaves the worker to the next term', () => {
    const kept = [[], [finish], [stopIdle], [finish, stopIdle], [finish, stopBusy]].map((inputs) =>
      leavesWorkerFree(run(inputs)),
    );
    expect(kept).toEqual([false, false, false, true, false]);
  });

  test('a term that was asked to finish remembers it after its end', () => {
    const asked = [[], [stopIdle], [finish], [finish, stopIdle], [finish, stopBusy]].map((inputs) =>
      wasAskedToFinish(run(inputs)),
    );
    expect(asked).toEqual([false, false, true, true, true]);
  });
});
