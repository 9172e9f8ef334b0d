/** Limits count IPv4 clients by address and IPv6 clients by network. */
import { expect, test } from '@jest/globals';
import { clientNetwork, toNetwork } from '../../../shared/http/client-network.js';

test.each([
  ['203.0.113.9', '203.0.113.9'],
  ['::ffff:203.0.113.9', '203.0.113.9'],
  ['::FFFF:cb00:7109', '203.0.113.9'],
  ['::1', '0:0:0:0::/64'],
  ['2001:db8:1:2::1', '2001:db8:1:2::/64'],
  ['2001:DB8:1:2:ffff:ffff:ffff:ffff', '2001:db8:1:2::/64'],
  ['2001:0db8:0001:0002:0:0:0:5', '2001:db8:1:2::/64'],
  ['fe80::1%eth0', 'fe80:0:0:0::/64'],
  ['2001:db8::', '2001:db8:0:0::/64'],
  ['not an address', 'not an address'],
])('%s counts as %s', (address, network) => expect(toNetwork(address)).toBe(network));

test('two hosts of one network count together, two networks separately, and a missing address has a key', () => {
  expect(toNetwork('2001:db8:1:2::a')).toBe(toNetwork('2001:db8:1:2:9::b'));
  expect(toNetwork('2001:db8:1:3::a')).not.toBe(toNetwork('2001:db8:1:2::a'));
  expect(clientNetwork({ ip: undefined })).toBe('unknown');
});
