import { describeChanges } from '../../../local/engines/cluster-watch.js';

const glance = (primary: string | null, ...pids: (number | null)[]) => ({
  primary,
  pids: Object.fromEntries(pids.map((pid, index) => [`postgres_${index + 1}`, pid])),
});

test.each([
  ['nothing changed', glance('postgres_1', 10, 11), glance('postgres_1', 10, 11), []],
  [
    'the primary died',
    glance('postgres_1', 10, 11),
    glance('postgres_1', null, 11),
    ['postgres_1 ended; Patroni starts it again'],
  ],
  [
    'another node was promoted and the old one is back',
    glance('postgres_1', null, 11),
    glance('postgres_2', 12, 11),
    ['postgres_1 runs', 'postgres_2 is the primary of the database'],
  ],
  [
    'it was restarted between two polls',
    glance('postgres_1', 10, 11),
    glance('postgres_1', 13, 11),
    ['postgres_1 was restarted'],
  ],
])('%s', (_name, before, after, expected) => {
  expect(describeChanges(before, after)).toEqual(expected);
});
