/** Scenarios of the failover machine with a gray leader, and with an operator's promotion. */
import type { ReplicaReport } from '../../../../shared/contracts/leadership.js';
import { ALL, elect, LEADING, ofType, REACH, report, STANDBYS, watching } from '../support.js';

describe('a gray leader', () => {
  const ill = { ...LEADING, reaches: { postgres: true, redis: true, gateway: false } };

  test('is stood down and voted on after GRAY_MS while another replica reaches every service', () => {
    const machine = watching();
    machine.pass(1_400, [ill, ...STANDBYS]);
    expect(machine.phase).toBe('watching');
    const effects = machine.pass(300, [ill, ...STANDBYS]);
    expect(ofType(effects, 'stand-down')).toEqual([
      { type: 'stand-down', replica: 'server_1', term: 1, timeoutMs: 300, successor: null },
    ]);
    const voted = machine.happen({ type: 'stand-down-answered', term: 1, drained: false });
    expect(ofType(voted, 'vote')).toEqual([
      expect.objectContaining({ kind: 'gray', reason: 'server_1 does not reach gateway' }),
    ]);
  });

  test('remains when no replica is better', () => {
    const machine = watching();
    const reaches = { postgres: true, redis: false, gateway: true };
    const effects = machine.pass(5_000, [
      { ...LEADING, reaches },
      ...STANDBYS.map((each) => ({ ...each, reaches })),
    ]);
    expect(ofType(effects, 'stand-down')).toEqual([]);
    expect(machine.phase).toBe('watching');
  });

  describe('after an outage that all replicas share', () => {
    const allIll = [ill, ...STANDBYS.map((each) => ({ ...each, reaches: ill.reaches }))];
    /**
     * From the first replica that notices the end to the last: one check of a replica and the pause
     * before it.
     */
    const SKEW_MS = 1_300;

    test('remains when another replica notices the end first', () => {
      const machine = watching();
      const effects = [
        ...machine.pass(4_000, allIll),
        ...machine.pass(SKEW_MS, [ill, ...STANDBYS]),
        ...machine.pass(5_000, ALL),
      ];
      expect(ofType(effects, 'stand-down')).toEqual([]);
    });

    test('remains when it notices the end first', () => {
      const machine = watching();
      const first = [LEADING, ...allIll.slice(1)];
      const effects = [
        ...machine.pass(4_000, allIll),
        ...machine.pass(SKEW_MS, first),
        ...machine.pass(5_000, ALL),
      ];
      expect(ofType(effects, 'stand-down')).toEqual([]);
    });

    test('is handed over after GRAY_MS when the outage ends for the others alone', () => {
      const machine = watching();
      expect(
        ofType(
          [...machine.pass(4_000, allIll), ...machine.pass(1_400, [ill, ...STANDBYS])],
          'stand-down',
        ),
      ).toEqual([]);
      expect(ofType(machine.pass(300, [ill, ...STANDBYS]), 'stand-down')).toHaveLength(1);
    });

    test('remains when others are better only briefly', () => {
      const machine = watching();
      machine.pass(4_000, allIll);
      for (let round = 0; round < 10; round += 1) {
        const effects = [...machine.pass(1_000, [ill, ...STANDBYS]), ...machine.pass(200, allIll)];
        expect(ofType(effects, 'stand-down')).toEqual([]);
      }
    });
  });

  test('that makes no progress is handed over, but not again before the rest is over', () => {
    const machine = watching();
    const stuck = { ...LEADING, stalledMs: 6_000 };
    expect(ofType(machine.pass(1_700, [stuck, ...STANDBYS]), 'stand-down')).toHaveLength(1);
    machine.happen({ type: 'stand-down-answered', term: 1, drained: false });
    elect(machine);
    const stuckToo = report('server_2', { role: 'leading', term: 2, stalledMs: 6_000 });
    const others = [report('server_1', { term: 2 }), report('server_3', { term: 2 })];
    expect(ofType(machine.pass(7_000, [stuckToo, ...others]), 'stand-down')).toEqual([]);
    expect(ofType(machine.pass(4_000, [stuckToo, ...others]), 'stand-down')).toHaveLength(1);
  });

  test('is not handed over after every other replica has led without progress, until a leader makes progress', () => {
    const machine = watching();
    const leads = (id: string, term: number, more: Partial<ReplicaReport>) =>
      ALL.map((each) =>
        report(each.id, { term, ...(each.id === id ? { role: 'leading', ...more } : {}) }),
      );
    for (const [index, id] of ['server_1', 'server_2'].entries()) {
      expect(
        ofType(machine.pass(20_000, leads(id, index + 1, { stalledMs: 6_000 })), 'stand-down'),
      ).toHaveLength(1);
      machine.happen({ type: 'stand-down-answered', term: index + 1, drained: false });
      elect(machine, index + 2, `server_${index + 2}`);
    }
    expect(
      ofType(machine.pass(60_000, leads('server_3', 3, { stalledMs: 6_000 })), 'stand-down'),
    ).toEqual([]);
    machine.pass(200, leads('server_3', 3, { committed: 1 }));
    expect(
      ofType(
        machine.pass(20_000, leads('server_3', 3, { committed: 1, stalledMs: 6_000 })),
        'stand-down',
      ),
    ).toHaveLength(1);
  });

  test('that makes no progress is handed over although no replica reaches Redis', () => {
    const machine = watching();
    const reaches = { postgres: true, redis: false, gateway: true };
    const effects = machine.pass(3_000, [
      { ...LEADING, reaches, stalledMs: 6_000 },
      ...STANDBYS.map((each) => ({ ...each, reaches })),
    ]);
    expect(ofType(effects, 'stand-down')).toHaveLength(1);
  });
});

describe('a promotion', () => {
  test('that is lost is pushed again until the leader confirms', () => {
    const machine = REACH.promoting();
    const standing = [report('server_2', { term: 1 }), report('server_3', { term: 1 })];
    expect(ofType(machine.pass(1_000, standing), 'push')).toHaveLength(2);
  });

  test('of a leader that died before it received the push: the next election follows', () => {
    const machine = REACH.promoting();
    expect(ofType(machine.happen({ type: 'push-failed', replica: 'server_2' }), 'ping')).toEqual([
      { type: 'ping', replica: 'server_2', onNewConnection: true },
    ]);
    const effects = machine.kill('server_2');
    expect(ofType(effects, 'vote')).toEqual([
      expect.objectContaining({ term: 2, candidate: { id: 'server_3', bootId: 'server_3-a' } }),
    ]);
  });
});
