/** The Node.js on which the processes of a peer run. */
import { describe, expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { isOfLine, provideNode } from '../../../../experiments/bench/peer-node.js';
import { PEERS } from '../../../../experiments/bench/peers/peers.js';

const { signal } = new AbortController();

describe("a peer's Node.js", () => {
  test.each([
    ['v24.1.0', 24, true],
    ['v26.0.0', 24, true],
    ['v22.23.3', 24, false],
    ['v20.19.0', 24, false],
    ['v9.11.2', 24, false],
  ])('%s is of line %i or later: %p', (release, line, expected) =>
    expect(isOfLine(release, line)).toBe(expected),
  );

  test('is that of the bench when the peer needs no later one', async () => {
    expect(await provideNode({}, signal)).toBe(process.execPath);
    expect(await provideNode({ nodeLine: 20 }, signal)).toBe(process.execPath);
  });

  test('is only another one where the packages do not support the floor of the project', () => {
    const { engines } = JSON.parse(readFileSync('package.json', 'utf8')) as {
      engines: { node: string };
    };
    const floor = Number(/\d+/.exec(engines.node)?.[0]);
    const later = PEERS.filter(({ nodeLine }) => nodeLine !== undefined);
    expect(later.map(({ name }) => name)).toEqual(['pg-boss-12']);
    for (const { nodeLine = 0 } of later) expect(nodeLine).toBeGreaterThan(floor);
  });
});
