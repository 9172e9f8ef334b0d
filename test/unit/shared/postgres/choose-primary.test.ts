import { describe, expect, test } from '@jest/globals';
import {
  choosePrimary,
  mustDisconnect,
  type Choice,
  type HostReport,
} from '../../../../shared/postgres/hosts/choose-primary.js';

const FRESH = { cluster: null, timeline: 0 };
const primary = (host: string, timeline: number, cluster = 'one'): HostReport => ({
  host,
  state: 'primary',
  cluster,
  timeline,
});
const standby = (host: string, timeline: number): HostReport => ({
  host,
  state: 'standby',
  cluster: 'one',
  timeline,
});
const silent = (host: string): HostReport => ({ host, state: 'silent', problem: 'refused' });
const unknown = (host: string): HostReport => ({ host, state: 'unknown' });
const chosen = (host: string, timeline: number): Choice => ({
  kind: 'primary',
  host,
  cluster: 'one',
  timeline,
});

describe('the choice of the primary', () => {
  test('takes the only server that accepts writes', () => {
    expect(choosePrimary([standby('a', 1), primary('b', 1), silent('c')], FRESH)).toEqual(
      chosen('b', 1),
    );
  });

  test('takes the newest timeline when a former primary still accepts writes', () => {
    const reports = [primary('a', 1), primary('b', 2)];
    expect(choosePrimary(reports, FRESH)).toEqual(chosen('b', 2));
    expect(choosePrimary(reports.toReversed(), FRESH)).toEqual(chosen('b', 2));
  });

  test('waits for the first answer of every server before the first choice only', () => {
    const reports = [primary('a', 1), unknown('b')];
    expect(choosePrimary(reports, FRESH)).toMatchObject({
      kind: 'none',
      reason: 'b did not answer yet',
    });
    expect(choosePrimary(reports, { cluster: 'one', timeline: 1 })).toEqual(chosen('a', 1));
  });

  test('has no primary while all servers are standbys or silent', () => {
    expect(choosePrimary([standby('a', 1), silent('b')], FRESH)).toEqual({
      kind: 'none',
      reason: 'no server accepts writes (a: standby; b: refused)',
    });
  });

  test.each([
    ['two primaries of one timeline', [primary('a', 2), primary('b', 2)], FRESH, /a and b all/],
    ['a standby knows a newer one', [primary('a', 1), standby('b', 2)], FRESH, /a is a former/],
    ['a newer one was chosen', [primary('a', 1)], { cluster: 'one', timeline: 2 }, /timeline 2/],
    ['another cluster', [primary('a', 9, 'x')], { cluster: 'one', timeline: 2 }, /different/],
    ['two clusters', [primary('a', 1), primary('b', 2, 'x')], FRESH, /different clusters/],
  ])('is a conflict: %s', (_name, reports, known, reason) => {
    const choice = choosePrimary(reports, known);
    expect(choice).toMatchObject({
      kind: 'conflict',
      reason: expect.stringMatching(reason) as unknown,
    });
    expect(reports.every((report) => mustDisconnect(report, choice))).toBe(true);
  });
});

describe('connections that must be closed', () => {
  test('are those to every server but the chosen one', () => {
    expect(mustDisconnect(primary('a', 1), chosen('b', 2))).toBe(true);
    expect(mustDisconnect(silent('a'), chosen('b', 2))).toBe(true);
    expect(mustDisconnect(primary('b', 2), chosen('b', 2))).toBe(false);
  });

  test('stay open to a silent server while no other is chosen', () => {
    const choice = choosePrimary([silent('a'), standby('b', 1)], { cluster: 'one', timeline: 1 });
    expect(mustDisconnect(silent('a'), choice)).toBe(false);
    expect(mustDisconnect(standby('b', 1), choice)).toBe(true);
  });
});
