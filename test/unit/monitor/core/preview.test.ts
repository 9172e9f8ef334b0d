/** Compares the preview of an operator action with the behaviour of the machine. */
import {
  ACTIONS,
  spellDuration,
  previewAction,
  type Action,
  type Preview,
} from '../../../../monitor/core/preview.js';
import { getWorstCaseMs } from '../../../../monitor/core/timings.js';
import type { Machine } from '../support.js';
import { LEADING, ofType, REACH, report, SETTINGS, watching } from '../support.js';

const look = (
  machine: Machine,
  action: Action,
  replica: string | null = null,
  freezeMs = 2_000,
): Preview =>
  previewAction(machine.state, { action, replica, freezeMs }, { now: machine.now, random: 0 });

describe('a hand-over', () => {
  test('names the leader, the candidates, and the longest time without a leader', () => {
    const machine = watching();
    machine.beat({ ...LEADING, parcelsInFlight: 4 });
    expect(look(machine, 'handover')).toMatchObject({
      refusal: null,
      moves: true,
      leader: 'server_1',
      term: 1,
      candidates: ['server_2', 'server_3'],
      parcelsInFlight: 4,
      worstCaseMs: getWorstCaseMs(SETTINGS).planned,
    });
    expect(look(machine, 'handover').words.join(' ')).toMatch(
      /server_1 leads in term 1 and has 4 parcels in flight.*server_2 or server_3 leads next/,
    );
    expect(look(machine, 'handover', 'server_3').candidates).toEqual(['server_3']);
  });

  test('to the leader changes nothing', () => {
    expect(look(watching(), 'handover', 'server_1')).toMatchObject({
      moves: false,
      refusal: null,
      worstCaseMs: null,
    });
  });

  /** Requests each preview from a machine and then the action itself: both must agree. */
  test.each([
    [
      'no other replica is up',
      null,
      (machine: Machine) => ['server_2', 'server_3'].forEach((id) => machine.kill(id)),
      'NO_CANDIDATE',
    ],
    [
      'the named replica is drained',
      'server_2',
      (machine: Machine) => machine.happen({ type: 'admin-read', admin: { server_2: 'drain' } }),
      'NO_CANDIDATE',
    ],
    ['there is no such replica', 'server_9', () => undefined, 'REPLICA_NOT_FOUND'],
    [
      'the database is unavailable',
      null,
      (machine: Machine) => machine.happen({ type: 'database-failed' }),
      'UNAVAILABLE',
    ],
  ])('refused because %s', (_why, to, prepare, code) => {
    const machine = watching();
    prepare(machine);
    const preview = look(machine, 'handover', to);
    const effects = machine.happen({
      type: 'handover-requested',
      request: { id: 7, to, kind: 'planned', reason: 'x' },
    });
    expect(ofType(effects, 'answer')[0]?.outcome).toMatchObject({ ok: false, code });
    expect(preview).toMatchObject({ refusal: { code }, moves: false });
    expect(preview.words[0]).toMatch(/^This is refused: /);
  });

  test.each(['voting', 'handing-over'] as const)('refused while %s', (phase) => {
    expect(look(REACH[phase](), 'handover').refusal?.code).toBe('HANDOVER_LOST');
  });
});

describe('an administrative state', () => {
  test.each(['drain', 'maint'] as const)('%s of the leader hands over first', (action) => {
    expect(look(watching(), action, 'server_1')).toMatchObject({
      moves: true,
      candidates: ['server_2', 'server_3'],
      refusal: null,
    });
  });

  test('of the leader is refused without a candidate', () => {
    const machine = watching();
    machine.happen({ type: 'admin-read', admin: { server_2: 'maint', server_3: 'drain' } });
    expect(look(machine, 'drain', 'server_1')).toMatchObject({
      refusal: { code: 'NO_CANDIDATE' },
      moves: false,
    });
  });

  test('of a standby moves nothing, and warns when no other candidate exists', () => {
    const machine = watching();
    expect(look(machine, 'drain', 'server_2').words.join(' ')).not.toContain(
      'no replica could follow',
    );
    machine.kill('server_3');
    expect(look(machine, 'drain', 'server_2')).toMatchObject({ moves: false, refusal: null });
    expect(look(machine, 'drain', 'server_2').words.join(' ')).toContain(
      'no replica could follow server_1',
    );
  });

  test('ready moves nothing, for any replica', () => {
    expect(look(watching(), 'ready', 'server_1')).toMatchObject({ moves: false, refusal: null });
    expect(look(watching(), 'ready', 'server_2').words[0]).toContain('is already ready');
  });
});

describe('a fault', () => {
  test.each(['kill', 'freeze'] as const)(
    '%s of the leader: names the successor, within the worst case of that kind',
    (action) => {
      expect(look(watching(), action, 'server_1')).toMatchObject({
        moves: true,
        candidates: ['server_2', 'server_3'],
        worstCaseMs: getWorstCaseMs(SETTINGS)[action],
        refusal: null,
      });
    },
  );

  test('a freeze that is shorter than the patience moves nothing', () => {
    expect(look(watching(), 'freeze', 'server_1', SETTINGS.beatTimeoutMs)).toMatchObject({
      moves: false,
    });
  });

  test('of the only replica is not refused, and reports that payments wait', () => {
    const machine = watching();
    machine.kill('server_2');
    machine.kill('server_3');
    expect(look(machine, 'kill', 'server_1')).toMatchObject({
      moves: false,
      refusal: null,
      candidates: [],
    });
    expect(look(machine, 'kill', 'server_1').words.join(' ')).toContain('No replica can follow');
  });

  test('of a standby moves nothing', () => {
    expect(look(watching(), 'kill', 'server_2')).toMatchObject({ moves: false });
  });
});

test.each(ACTIONS)(
  '%s: every phase has a text, and the text names no unknown replica',
  (action) => {
    for (const reach of Object.values(REACH)) {
      const machine = reach();
      for (const replica of ['server_1', 'server_2'])
        expect(look(machine, action, replica).words.every((each) => each.length > 5)).toBe(true);
      expect(look(machine, action, 'server_9').refusal).not.toBeNull();
    }
  },
);

test.each([
  [30, '30 ms'],
  [470, '470 ms'],
  [2_000, '2 s'],
  [1_930, '1.9 s'],
])('%i is written as %s', (ms, words) => expect(spellDuration(ms)).toBe(words));

test('the preview words the number of payments that the leader has begun', () => {
  const machine = watching();
  machine.beat(report('server_1', { role: 'leading', term: 1, parcelsInFlight: 1 }));
  expect(look(machine, 'handover').words[0]).toContain('has 1 parcel in flight');
  machine.beat(LEADING);
  expect(look(machine, 'handover').words[0]).toContain('has nothing in flight');
});
