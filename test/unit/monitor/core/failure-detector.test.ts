/**
 * The detector as a table of scenarios: events with times, and the resulting opinion about the
 * replica.
 */
import {
  onBeat,
  onBye,
  onPingAnswered,
  onPingFailed,
  onStreamClosed,
  onStreamOpened,
  checkSilence,
  getTroubleStart,
  trust,
  UNSEEN,
} from '../../../../monitor/core/failure-detector.js';
import type { PingFailure } from '../../../../monitor/core/kinds.js';
import type { Detector } from '../../../../monitor/core/types.js';
import { report } from '../support.js';

type Verb = (detector: Detector) => Detector;
const A = report('server_1');
const B = report('server_1', { bootId: 'server_1-b' });

const open =
  (now: number): Verb =>
  (detector) =>
    onStreamOpened(detector, now);
const close =
  (now: number): Verb =>
  (detector) =>
    onStreamClosed(detector, now);
const beat =
  (now: number, life = A): Verb =>
  (detector) =>
    onBeat(detector, life, now);
const bye =
  (now: number): Verb =>
  (detector) =>
    onBye(detector, A, now);
const echo =
  (sentAt: number, now: number, life = A): Verb =>
  (detector) =>
    onPingAnswered(detector, life, sentAt, now, 2);
const fail =
  (sentAt: number, now: number, cause: PingFailure): Verb =>
  (detector) =>
    onPingFailed(detector, cause, sentAt, now, 2);
const pass =
  (now: number): Verb =>
  (detector) =>
    checkSilence(detector, now, 400);

const up = [open(0), beat(0)];
const STORIES: readonly [string, readonly Verb[], Detector['opinion'], Detector['layer']][] = [
  ['nothing at all', [], 'unknown', null],
  [
    'never seen, pings refused for ever',
    [fail(0, 1, 'refused'), fail(2, 3, 'refused'), fail(4, 5, 'refused')],
    'unknown',
    null,
  ],
  ['a first beat', up, 'alive', null],
  ['a first echo', [echo(0, 1)], 'alive', null],
  ['cut, not confirmed yet', [...up, close(10)], 'alive', null],
  ['cut, then refused', [...up, close(10), fail(10, 11, 'refused')], 'suspect', 'connection'],
  ['cut, then reset', [...up, close(10), fail(10, 11, 'reset')], 'suspect', 'connection'],
  ['cut, then no answer', [...up, close(10), fail(10, 1_010, 'timeout')], 'suspect', 'connection'],
  [
    'cut, and a reset of a ping sent before: proves nothing',
    [...up, close(10), fail(5, 11, 'reset')],
    'alive',
    null,
  ],
  ['cut, then answered', [...up, close(10), echo(10, 11)], 'alive', null],
  [
    'cut, answered by a ping sent before the cut, then refused',
    [...up, close(10), echo(5, 11), fail(10, 12, 'refused')],
    'suspect',
    'connection',
  ],
  ['one refusal while the stream is open', [...up, fail(10, 11, 'refused')], 'alive', null],
  [
    'FALL time-outs while it beats',
    [...up, fail(10, 1_010, 'timeout'), beat(1_500), fail(2_010, 3_010, 'timeout')],
    'suspect',
    'ping',
  ],
  [
    'a failure, an echo, a failure',
    [...up, fail(1, 2, 'timeout'), echo(3, 4), fail(5, 6, 'timeout')],
    'alive',
    null,
  ],
  ['silence within patience', [...up, pass(400)], 'alive', null],
  ['silence beyond patience', [...up, pass(401)], 'suspect', 'heartbeat'],
  ['silence without a stream is no silence', [echo(0, 1), pass(5_000)], 'alive', null],
  ['silence, then a beat', [...up, pass(401), beat(500)], 'alive', null],
  [
    'silence, then echoes on an open stream',
    [...up, pass(401), echo(500, 501), echo(600, 601)],
    'suspect',
    'heartbeat',
  ],
  [
    'silence, cut, then RISE echoes',
    [...up, pass(401), close(450), echo(500, 501), echo(600, 601)],
    'alive',
    null,
  ],
  [
    'connection lost, then a beat',
    [...up, close(10), fail(10, 11, 'refused'), open(20), beat(20)],
    'alive',
    null,
  ],
  [
    'connection lost, then one echo of two',
    [...up, close(10), fail(10, 11, 'refused'), echo(20, 21)],
    'suspect',
    'connection',
  ],
  [
    'connection lost, echoes to pings sent before',
    [...up, close(10), fail(10, 11, 'refused'), echo(5, 12), echo(6, 13)],
    'suspect',
    'connection',
  ],
  [
    'no echo, but it beats: stays suspect',
    [...up, fail(1, 2, 'timeout'), fail(3, 4, 'timeout'), beat(5)],
    'suspect',
    'ping',
  ],
  [
    'no echo, then RISE echoes',
    [...up, fail(1, 2, 'timeout'), fail(3, 4, 'timeout'), echo(5, 6), echo(7, 8)],
    'alive',
    null,
  ],
  ['a goodbye', [...up, bye(10), close(11), fail(11, 12, 'refused')], 'left', null],
  [
    'a goodbye, and the same life still speaks',
    [...up, bye(10), beat(11), echo(12, 13)],
    'left',
    null,
  ],
  [
    'a goodbye, then another life',
    [...up, bye(10), close(11), open(20), beat(20, B)],
    'alive',
    null,
  ],
  ['another life ends every suspicion', [...up, pass(401), echo(500, 501, B)], 'alive', null],
  [
    'another life, and failures of the old one',
    [...up, close(10), open(20), beat(20, B), fail(10, 21, 'timeout'), fail(11, 22, 'timeout')],
    'alive',
    null,
  ],
];

describe('the failure detector', () => {
  test.each(STORIES)('%s', (_title, verbs, opinion, layer) => {
    const detector = verbs.reduce((state, verb) => verb(state), UNSEEN);
    expect({ opinion: detector.opinion, layer: detector.layer }).toEqual({ opinion, layer });
  });

  test('keeps the report of the new life when an answer of the old one comes late', () => {
    const detector = [...up, close(10), open(20), beat(20, B), echo(5, 30, A)].reduce(
      (state, verb) => verb(state),
      UNSEEN,
    );
    expect(detector.report?.bootId).toBe('server_1-b');
  });

  test('reports the start of the failure: cut, last beat, first failed ping', () => {
    const cut = [...up, close(10)].reduce((state, verb) => verb(state), UNSEEN);
    expect(getTroubleStart(cut, 'connection', 15)).toBe(10);
    expect(getTroubleStart(cut, 'heartbeat', 500)).toBe(0);
    expect(getTroubleStart(fail(30, 40, 'timeout')(cut), 'ping', 99)).toBe(30);
  });

  test('measures the echo', () => {
    expect(echo(10, 13)(UNSEEN).pingMs).toBe(3);
  });

  test('forgets earlier failures at its election, also of a replica that was never seen; a refusal of a seen replica remains', () => {
    const never = [fail(0, 1, 'refused'), fail(2, 3, 'refused')].reduce(
      (state, verb) => verb(state),
      UNSEEN,
    );
    expect([never.failures, trust(never, 4).failures, trust(never, 4).failingSince]).toEqual([
      2,
      0,
      null,
    ]);
    const refused = [...up, close(10), fail(10, 11, 'refused')].reduce(
      (state, verb) => verb(state),
      UNSEEN,
    );
    expect(trust(refused, 12).opinion).toBe('suspect');
  });
});
