import { getBalancers } from '../../../local/setup/balancers.mjs';

test.each([
  ['up --balancer nginx', ['nginx']],
  ['up --balancer=apache', ['apache']],
  ['experiment haproxy', ['haproxy']],
  ['experiment failover --of record --route pool,haproxy', ['haproxy']],
  ['experiment failover --of record --route=haproxy', ['haproxy']],
  ['experiment failover --of record --route pool', []],
  ['up --balancer nginx --help', []],
  ['status --balancer nginx', []],
])('the command line %j needs these balancers: %j', (line, expected) => {
  expect(getBalancers(line.split(' '))).toEqual(expected);
});
