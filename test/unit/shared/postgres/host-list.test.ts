import { describe, expect, test } from '@jest/globals';
import {
  namesHosts,
  parseHostList,
  toFirstHostUrl,
} from '../../../../shared/postgres/hosts/host-list.js';

const ADDRESS =
  'postgresql://relevo:p%40ss@10.0.0.1:5433,db.example,[::1]:6000/pay?schema=hospital&target_session_attrs=read-write';

describe('an address with several hosts', () => {
  test('names its hosts in order, with the usual port where none is given', () => {
    expect(parseHostList(ADDRESS).hosts).toEqual([
      { name: '10.0.0.1:5433', host: '10.0.0.1', port: 5433 },
      { name: 'db.example:5432', host: 'db.example', port: 5432 },
      { name: '[::1]:6000', host: '::1', port: 6000 },
    ]);
  });

  test('gives the address of one host in the form of the driver', () => {
    const { hosts, toUrl } = parseHostList(ADDRESS);
    expect(hosts.map(toUrl)).toEqual([
      'postgresql://relevo:p%40ss@10.0.0.1:5433/pay?schema=hospital',
      'postgresql://relevo:p%40ss@db.example:5432/pay?schema=hospital',
      'postgresql://relevo:p%40ss@[::1]:6000/pay?schema=hospital',
    ]);
    expect(toFirstHostUrl(ADDRESS)).toBe(hosts.map(toUrl)[0]);
    expect(hosts.every((host) => URL.canParse(toUrl(host)))).toBe(true);
  });

  test.each([
    ['postgresql://a:1,b:2/x', true],
    ['postgresql://a:1/x?target_session_attrs=read-write', true],
    ['postgresql://a:1/x?schema=y', false],
    ['postgresql://us%2Cer:p,w@a:1/x', false],
    ['not an address, at all', false],
  ])('%s names several hosts or a target: %s', (url, expected) => {
    expect(namesHosts(url)).toBe(expected);
    if (!expected) expect(toFirstHostUrl(url)).toBe(url);
  });

  test.each([
    ['postgresql://a,b/x', /must have one target_session_attrs=read-write/],
    ['postgresql://a,b/x?target_session_attrs=any', /must have one/],
    ['postgresql://a,b/x?target_session_attrs=primary&target_session_attrs=primary', /one/],
    ['postgresql://a,,b/x?target_session_attrs=primary', /got ""/],
    ['postgresql://a:0,b/x?target_session_attrs=primary', /got "a:0"/],
    ['postgresql://a:70000,b/x?target_session_attrs=primary', /got "a:70000"/],
    ['postgresql://a b,c/x?target_session_attrs=primary', /got "a b"/],
    ['postgresql://a,A:5432,a:5432/x?target_session_attrs=primary', /twice/],
    [`postgresql://${'abcdefghij'.split('').join()}/x?target_session_attrs=primary`, /at most 9/],
    ['mysql://a,b/x?target_session_attrs=primary', /must be postgresql:/],
  ])('refuses %s', (url, reason) => {
    expect(() => parseHostList(url)).toThrow(reason);
  });
});
