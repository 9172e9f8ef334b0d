import { needsStandby } from '../../../local/setup/standby.mjs';

test.each([
  ['up --standby', true],
  ['up --monitors 3', false],
  ['up --standby --help', false],
  ['experiment failover --of record --count 20', true],
  ['experiment failover --of=record', true],
  ['experiment failover --of queue', false],
  ['experiment chaos --standby', true],
  ['move --to standby', true],
  ['restore friday.zip --standby', true],
  ['restore friday.zip', false],
  ['status --standby', false],
])('the command line %j needs the programs of a replicated PostgreSQL: %s', (line, expected) => {
  expect(needsStandby(line.split(' '))).toBe(expected);
});
