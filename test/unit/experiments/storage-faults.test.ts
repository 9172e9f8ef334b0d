/** Every fault of the storage is announced, and a run starts what its faults need. */
import { describe, expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readRequest } from '../../../experiments/request.js';
import { storageObjectives } from '../../../experiments/storage/figures.js';
import { measureRound, type DirectWrites } from '../../../experiments/storage/outage.js';
import { getSystem, STORAGE_PARTS } from '../../../experiments/storage/parts.js';
import { ROOT } from '../../../local/root.js';

/** The objectives of one round without payments. */
function judge(direct: DirectWrites | null): Record<string, boolean> {
  const moments = { calmFromMs: 0, atMs: 1, healedMs: 2, wholeMs: 3 };
  const survivors = { byKey: new Map(), doubled: new Set<string>() };
  const round = measureRound({ fault: 'f', target: 't', ...moments, direct }, [], survivors);
  const figures = [{ fault: 'f', route: 'pool' as const, rounds: [round] }];
  return Object.fromEntries(storageObjectives(figures, {}, 1).map(({ name, met }) => [name, met]));
}

describe('rows written without the services', () => {
  const name = 'direct writes committed on a former primary';

  test('miss the objective when an acknowledged one is lost', () => {
    expect(judge({ acknowledged: 3, lost: [] })[name]).toBe(true);
    expect(judge({ acknowledged: 3, lost: ['late'] })[name]).toBe(false);
  });

  test('have no objective where there are none', () => {
    expect(judge(null)).not.toHaveProperty([name]);
  });
});

describe('the faults', () => {
  const names = Object.values(STORAGE_PARTS).flatMap(({ faults }) => Object.keys(faults));

  test('each is in the help and on the page', () => {
    const help = readRequest(['failover', '--help']);
    const text = (help.kind === 'print' ? help.text : '').replace(/\s+/g, ' ');
    const page = readFileSync(join(ROOT, 'docs/experiments/failover.md'), 'utf8');
    for (const name of names) {
      expect(text).toContain(name);
      expect(page).toContain(`\`${name}\``);
    }
  });

  test('only the faults without a failover end by their duration', () => {
    // All others end after a payment was accepted, which without a failover never happens.
    const faults: [string, { stopsAll?: true }][] = Object.values(STORAGE_PARTS).flatMap((part) =>
      Object.entries(part.faults),
    );
    const stopping = faults.flatMap(([name, { stopsAll }]) => (stopsAll ? [name] : []));
    expect(stopping).toEqual(['nodes-all-killed', 'node-inbound-cut', 'disk-full']);
  });

  test('a partition cannot be measured through HAProxy, which has no proxies to the nodes', () => {
    const asked = ['failover', '--of', 'record', '--route', 'haproxy'];
    expect(() => readRequest([...asked, '--kinds', 'node-partitioned'])).toThrow(
      '--kinds: node-partitioned needs --route pool',
    );
    expect(readRequest(asked).kind).toBe('run');
  });

  test('a fault adds the parts that it needs, and no other fault pays for them', () => {
    const { record, queue } = STORAGE_PARTS;
    const none = { storageLinks: false, nodeDisks: false };
    expect(getSystem(record, ['node-killed'])).toEqual({ record: 'cluster', ...none });
    expect(getSystem(record, ['node-killed', 'node-partitioned', 'both-killed'])).toEqual({
      record: 'cluster',
      queue: 'group',
      ...none,
      storageLinks: true,
    });
    expect(getSystem(record, ['disk-full'])).toEqual({
      record: 'cluster',
      ...none,
      nodeDisks: true,
    });
    expect(getSystem(queue, ['redis-partitioned'])).toEqual({
      queue: 'group',
      ...none,
      storageLinks: true,
    });
  });
});
