/** The doctor's judgement of a Redis group under Sentinel. */
import { judgeGroup } from '../../../../cli/doctor/redis-group.js';
import type {
  GroupSentinel,
  GroupServer,
  GroupState,
} from '../../../../shared/queue/group-state.js';

const place = (port: number) => ({ host: '127.0.0.1', port });
const server = (port: number, changes: Partial<GroupServer> = {}): GroupServer => ({
  ...place(port),
  role: 'replica',
  link: 'up',
  lagBytes: 0,
  offset: 1_000,
  ...changes,
});
const primary = server(1, { role: 'primary', link: null, lagBytes: null });
const sentinel = (port: number, changes: Partial<GroupSentinel> = {}): GroupSentinel => ({
  ...place(port),
  primary: place(1),
  hasQuorum: true,
  ...changes,
});
const state = (changes: Partial<GroupState> = {}): GroupState => ({
  name: 'relevo',
  quorum: 2,
  primary: place(1),
  isFailing: false,
  servers: [primary, server(2), server(3)],
  sentinels: [sentinel(7), sentinel(8), sentinel(9)],
  ...changes,
});
const toWords = (changes: Partial<GroupState>): string[] =>
  judgeGroup(state(changes)).map(({ level, says }) => `${level}: ${says}`);

test('a complete group is good', () => {
  expect(toWords({})).toEqual([
    'ok: 127.0.0.1:1 is the primary, 2 replicas follow',
    'ok: all 3 answer, quorum 2',
  ]);
});

test.each<[string, Partial<GroupState>, RegExp]>([
  ['no Sentinel', { primary: null, servers: [] }, /^problem: No Sentinel answers/],
  [
    'a silent primary',
    { servers: [{ ...primary, role: null }, server(2), server(3)] },
    /^problem: 127\.0\.0\.1:1 is not a primary that answers/,
  ],
  [
    'a former primary that returned',
    { servers: [primary, { ...primary, ...place(2) }, server(3)] },
    /^warning: 127\.0\.0\.1:2 returned as a primary; it refuses writes/,
  ],
  [
    'a replica that does not follow',
    { servers: [primary, server(2, { link: 'down' }), server(3)] },
    /^warning: 127\.0\.0\.1:2 does not follow the primary/,
  ],
  [
    'a silent replica',
    { servers: [primary, server(2, { role: null, link: null })] },
    /^warning: 127\.0\.0\.1:2 does not answer/,
  ],
  [
    'a late replica',
    { servers: [primary, server(2, { lagBytes: 20_000_000 })] },
    /^warning: 127\.0\.0\.1:2 lacks 20000000 bytes/,
  ],
  [
    'a silent Sentinel',
    { sentinels: [sentinel(7), sentinel(8), sentinel(9, { primary: null, hasQuorum: null })] },
    /^warning: 127\.0\.0\.1:9 does not answer/,
  ],
  [
    'a Sentinel that names another primary',
    { sentinels: [sentinel(7), sentinel(8), sentinel(9, { primary: place(2) })] },
    /^warning: 127\.0\.0\.1:9 names another primary/,
  ],
  [
    'no quorum',
    { sentinels: [sentinel(7, { hasQuorum: false }), sentinel(8, { hasQuorum: false })] },
    /^problem: No Sentinel has a quorum/,
  ],
])('%s is reported with a command', (_title, changes, expected) => {
  const words = toWords(changes);
  expect(words.filter((each) => expected.test(each))).toHaveLength(1);
  const found = judgeGroup(state(changes)).find(({ level }) => level !== 'ok');
  expect(found?.fix).toMatch(/^npx relevo status/);
});
