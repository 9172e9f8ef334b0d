/**
 * Decisions of the baselines: the leader of the published design, rounds without overlap, the work
 * that a restarted server resumes.
 */
import { describe, expect, test } from '@jest/globals';
import { elect } from '../../../experiments/baselines/published/election.js';
import { Rounds } from '../../../experiments/baselines/published/rounds.js';
import { byPatient } from '../../../experiments/baselines/single-server/server.js';
import { PUBLISHED, SINGLE_SERVER } from '../../../experiments/baselines/baseline-systems.js';

const SERVERS = ['server_1', 'server_2', 'server_3'];

describe('the published election', () => {
  test('a leader that answered remains, for any draw; the console lists the alive servers, as published', () => {
    expect(elect('server_2', SERVERS, new Set(['server_1', 'server_2']), 0.99)).toEqual({
      leader: 'server_2',
      lines: ['I AM ALIVE from server 1', 'I AM ALIVE from server 2', 'I AM OFF from server 3'],
    });
  });

  test.each([
    [0, 'server_1'],
    [0.49, 'server_1'],
    [0.5, 'server_3'],
    [0.999, 'server_3'],
  ])(
    'a leader that is off is followed by one of those alive, by the draw (%d): %s',
    (draw, leader) => {
      const round = elect('server_2', SERVERS, new Set(['server_1', 'server_3']), draw);
      expect(round.leader).toBe(leader);
      expect(round.lines).toContain('I AM OFF from server 2');
      expect(round.lines.at(-1)).toBe(`The leader is ${leader}`);
    },
  );

  test('all off: no leader and no announcement; the first server that starts leads', () => {
    expect(elect('server_1', SERVERS, new Set(), 0)).toEqual({
      leader: null,
      lines: SERVERS.map((id) => `I AM OFF from ${id.replace('_', ' ')}`),
    });
    expect(elect(null, SERVERS, new Set(['server_3']), 0.9).leader).toBe('server_3');
  });
});

describe('rounds', () => {
  const held = () => {
    const ends: (() => void)[] = [];
    return { ends, rounds: new Rounds(() => new Promise((resolve) => ends.push(resolve))) };
  };

  test('a request during a round starts the next one after it; concurrent requests share it', async () => {
    const { ends, rounds } = held();
    const first = rounds.run();
    const later = [rounds.run(), rounds.run()];
    expect(ends).toHaveLength(1);
    ends[0]?.();
    await first;
    await new Promise(setImmediate);
    expect(ends).toHaveLength(2);
    ends[1]?.();
    await Promise.all(later);
    expect(ends).toHaveLength(2);
  });

  test('a request while the next one runs starts one more', async () => {
    const { ends, rounds } = held();
    void rounds.run();
    void rounds.run();
    ends[0]?.();
    await new Promise(setImmediate);
    const third = rounds.run();
    expect(ends).toHaveLength(2);
    ends[1]?.();
    await new Promise(setImmediate);
    expect(ends).toHaveLength(3);
    ends[2]?.();
    await third;
  });
});

test('pending payments are resumed by patient, each in order', () => {
  const left = [
    ['a', 1],
    ['b', 2],
    ['a', 3],
    ['b', 4],
    ['c', 5],
  ].map(([patientId, seq]) => ({ patientId: String(patientId), seq }));
  expect(byPatient(left).map((list) => list.map(({ seq }) => seq))).toEqual([[1, 3], [2, 4], [5]]);
});

test('the shapes: one server only; a monitor, patients and the requested number of servers', () => {
  const asked = { monitors: 3, replicas: 5, patients: 2 };
  expect(SINGLE_SERVER.shape(asked)).toEqual({ monitors: 0, replicas: 1, patients: 0 });
  expect(PUBLISHED.shape(asked)).toEqual({ monitors: 1, replicas: 5, patients: 1 });
});
