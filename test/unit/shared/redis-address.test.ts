/** The address of Redis: one server, or the Sentinels of a group; every problem is reported. */
import { describe, expect, test } from '@jest/globals';
import { ConfigError, loadConfig, printable, type Option } from '../../../shared/config.js';
import {
  formatSentinelAddress,
  isSentinelAddress,
  parseSentinelAddress,
  redisUrl,
  type SentinelAddress,
} from '../../../shared/queue/redis-address.js';

const OPTION: Option<string> = redisUrl({ doc: '' });
const NONE = { username: undefined, password: undefined, db: 0 };
const read = (value: string): string => loadConfig({ OPTION }, { REDIS_URL: value }).OPTION;

describe('an address of Sentinels', () => {
  test.each<[string, string, SentinelAddress]>([
    [
      'three Sentinels with ports',
      'redis+sentinel://a:1,b:2,c:3/pay',
      {
        sentinels: [
          { host: 'a', port: 1 },
          { host: 'b', port: 2 },
          { host: 'c', port: 3 },
        ],
        name: 'pay',
        ...NONE,
      },
    ],
    [
      'no port: that of Sentinel',
      'redis+sentinel://one.example/my-group.1',
      { sentinels: [{ host: 'one.example', port: 26_379 }], name: 'my-group.1', ...NONE },
    ],
    [
      'a password without a user, encoded',
      'redis+sentinel://:p%40s%2Fs%3A@a:1/g',
      { sentinels: [{ host: 'a', port: 1 }], name: 'g', ...NONE, password: 'p@s/s:' },
    ],
    [
      'a user, a password and a database',
      'redis+sentinel://u:p@a:1/g?db=7',
      { sentinels: [{ host: 'a', port: 1 }], name: 'g', username: 'u', password: 'p', db: 7 },
    ],
    [
      'addresses of IPv6',
      'redis+sentinel://[::1]:5,[fe80::2]/g',
      {
        sentinels: [
          { host: '::1', port: 5 },
          { host: 'fe80::2', port: 26_379 },
        ],
        name: 'g',
        ...NONE,
      },
    ],
  ])('%s is read, and written again with the same meaning', (_title, text, expected) => {
    expect(parseSentinelAddress(text)).toEqual(expected);
    expect(parseSentinelAddress(formatSentinelAddress(expected))).toEqual(expected);
    expect(read(text)).toBe(text);
  });

  test.each<[string, string, RegExp]>([
    ['no Sentinel', 'redis+sentinel:///g', /must name at least one Sentinel/],
    [
      'an empty Sentinel',
      'redis+sentinel://a,,b/g',
      /must list its Sentinels as host:port, got ""/,
    ],
    ['port 0', 'redis+sentinel://a:0/g', /host:port, got "a:0"/],
    ['a port above 65,535', 'redis+sentinel://a:65536/g', /host:port, got "a:65536"/],
    ['a port that is no number', 'redis+sentinel://a:x/g', /host:port, got "a:x"/],
    ['IPv6 without brackets', 'redis+sentinel://::1/g', /host:port, got "::1"/],
    ['a Sentinel twice', 'redis+sentinel://a,a:26379/g', /names a Sentinel twice/],
    ['too many Sentinels', `redis+sentinel://${'a,'.repeat(15)}a/g`, /at most 15 Sentinels/],
    ['no name', 'redis+sentinel://a:1', /must end with \/NAME/],
    ['a name with a space', 'redis+sentinel://a:1/g%20h', /must end with \/NAME/],
    [
      'a database that is no number',
      'redis+sentinel://a/g?db=x',
      /whole number as its parameter db/,
    ],
    ['an unknown parameter', 'redis+sentinel://a/g?tls=on', /unknown parameter "tls"/],
    ['a wrong encoding', 'redis+sentinel://:%zz@a/g', /encodes no character/],
  ])('%s is refused', (_title, text, problem) => {
    expect(() => read(text)).toThrow(ConfigError);
    expect(() => read(text)).toThrow(problem);
  });

  test('every problem is reported at once, and no problem shows the password', () => {
    const problems = /^(?=.*"a:x")(?=.*\/NAME)(?=.*parameter db)(?!.*secret).*$/s;
    expect(() => read('redis+sentinel://u:secret@a:x,b?db=-1')).toThrow(problems);
    expect(() => read('redis+sentinel://u:secret%@a:x')).toThrow(/^(?!.*secret).*$/s);
  });

  test('the printed configuration has no password', () => {
    const config = { OPTION: 'redis+sentinel://u:secret@a:1,b:2/g' };
    expect(printable({ OPTION }, config)).toEqual({ OPTION: 'redis+sentinel://u:***@a:1,b:2/g' });
  });
});

describe('an address of one server', () => {
  test.each(['redis://h:1', 'rediss://:p@h/2'])('%s is kept', (text) => {
    expect(read(text)).toBe(text);
    expect(isSentinelAddress(text)).toBe(false);
  });
  test.each([
    ['http://h', /must begin with redis:\/\/, rediss:\/\/ or redis\+sentinel:\/\//],
    ['h:6379', /must begin with/],
    ['nothing', /must be an absolute address/],
    ['', /must be an absolute address/],
  ])('"%s" is refused', (text, problem) => {
    expect(() => read(text)).toThrow(problem);
  });
});
