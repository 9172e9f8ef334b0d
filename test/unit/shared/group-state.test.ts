/** The state of a Redis group from the answers of its servers and Sentinels. */
import { describe, expect, test } from '@jest/globals';
import {
  findNewest,
  isFailing,
  toFields,
  toGroupServer,
  toInfo,
  toSentinelView,
} from '../../../shared/queue/group-state.js';

const HOST = '127.0.0.1';
const place = (port: number) => ({ host: HOST, port });
const master = (port: number, epoch: number, flags = 'master'): string[] => [
  ...['name', 'g', 'ip', HOST, 'port', String(port), 'flags', flags],
  ...['num-slaves', '2', 'num-other-sentinels', '2', 'quorum', '2', 'config-epoch', String(epoch)],
];
const replica = (port: number): string[] => ['ip', HOST, 'port', String(port), 'flags', 'slave'];

describe('the view of a Sentinel', () => {
  test('names the primary, the replicas and the number of other Sentinels', () => {
    expect(toSentinelView(master(1, 4), [replica(2), replica(3)], true)).toEqual({
      primary: place(1),
      epoch: 4,
      quorum: 2,
      flags: ['master'],
      otherSentinels: 2,
      replicas: [place(2), place(3)],
      hasQuorum: true,
    });
  });
  test('an answer of another form is empty, and not an error', () => {
    expect(toSentinelView(null, 'x', false)).toMatchObject({ epoch: 0, replicas: [] });
    expect(toFields({ a: 1 })).toEqual({});
  });
  test('the newest configuration counts, and a Sentinel that does not answer does not', () => {
    const [old, recent] = [master(1, 4), master(2, 5)].map((each) =>
      toSentinelView(each, [], true),
    );
    expect(findNewest([old ?? null, null, recent ?? null])?.primary).toEqual(place(2));
    expect(findNewest([null, null])).toBeNull();
  });
  test.each(['s_down,master', 'master,o_down', 'master,failover_in_progress'])(
    '%s is a failing primary',
    (flags) => {
      expect(isFailing([null, toSentinelView(master(1, 1, flags), [], true)])).toBe(true);
      expect(isFailing([toSentinelView(master(1, 1), [], true)])).toBe(false);
    },
  );
});

describe('a server', () => {
  const primary = toInfo(
    [
      '# Replication',
      'role:master',
      'connected_slaves:1',
      `slave0:ip=${HOST},port=2,state=online,offset=90,lag=1`,
      'master_repl_offset:120',
      '',
    ].join('\r\n'),
  );
  const follower = toInfo('role:slave\r\nmaster_link_status:up\r\nslave_repl_offset:100\r\n');

  test('a primary has no lag', () => {
    expect(toGroupServer(place(1), primary, primary)).toEqual({
      ...place(1),
      role: 'primary',
      link: null,
      lagBytes: null,
      offset: 120,
    });
  });
  test('the lag of a replica is what it has not confirmed to the primary', () => {
    expect(toGroupServer(place(2), follower, primary)).toEqual({
      ...place(2),
      role: 'replica',
      link: 'up',
      lagBytes: 30,
      offset: 100,
    });
  });
  test('a replica that the primary does not list has an unknown lag', () => {
    expect(toGroupServer(place(3), follower, primary).lagBytes).toBeNull();
    expect(toGroupServer(place(2), follower, null).lagBytes).toBeNull();
  });
  test('a server that does not answer is unknown, and its lag still shows', () => {
    expect(toGroupServer(place(2), null, primary)).toEqual({
      ...place(2),
      role: null,
      link: null,
      lagBytes: 30,
      offset: null,
    });
  });
});
