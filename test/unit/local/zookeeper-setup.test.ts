import { needsZookeeper } from '../../../local/setup/zookeeper.mjs';

test.each([
  ['up --measurements', true],
  ['up --standby --measurements', true],
  ['up --measurements --help', false],
  ['up --monitors 3', false],
  ['experiment zookeeper --quick', true],
  ['experiment zookeeper --help', false],
  ['experiment chaos', false],
  ['measurements series', false],
])('the command line %j needs ZooKeeper: %s', (line, expected) => {
  expect(needsZookeeper(line.split(' '))).toBe(expected);
});
