/** A switchover waits until the cluster has a standby that can be the primary. */
import { waitForPair } from '../../../local/engines/switchover.js';
import type { DatabaseNode } from '../../../shared/record/nodes.js';

const toNode = (name: string, role: DatabaseNode['role']): DatabaseNode => ({
  name,
  role,
  state: 'running',
  streaming: true,
  lagBytes: 0,
  timeline: 1,
});

test('a standby that becomes synchronous is found, also after reads without one', async () => {
  const reads = [
    [toNode('a', 'primary'), toNode('b', 'standby')],
    [toNode('a', 'unknown'), toNode('b', 'sync-standby')],
    [toNode('a', 'primary'), toNode('b', 'sync-standby')],
  ];
  let count = 0;
  const pair = await waitForPair(() => Promise.resolve(reads[(count += 1) - 1] ?? []));
  expect([pair, count]).toEqual([{ primary: 'a', candidate: 'b' }, 3]);
});
