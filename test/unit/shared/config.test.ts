/** Configuration: every kind of option, all problems reported together, no secrets printed. */
import { describe, expect, test } from '@jest/globals';
import {
  ConfigError,
  flag,
  integer,
  loadConfig,
  members,
  milliseconds,
  oneOf,
  printable,
  ratio,
  text,
  url,
  type Option,
} from '../../../shared/config.js';

const one = <T>(option: Option<T>, value: string): T =>
  loadConfig({ option }, { [option.env]: value }).option;

describe('options', () => {
  test.each<[string, Option<unknown>, string, unknown]>([
    ['a whole number', integer('X', { min: 1, max: 9, doc: '' }), '7', 7],
    ['a duration', milliseconds('X', { doc: '' }), '250', 250],
    ['a share', ratio('X', { doc: '' }), '0.25', 0.25],
    ['an address', url('X', { doc: '' }), 'redis://h:1', 'redis://h:1'],
    ['a switch', flag('X', { doc: '' }), 'on', true],
    ['one of several', oneOf('X', ['a', 'b'], { doc: '' }), 'b', 'b'],
    [
      'members',
      members('X', { doc: '' }),
      'a=http://h:1/, b=http://h:2',
      [
        { id: 'a', url: 'http://h:1' },
        { id: 'b', url: 'http://h:2' },
      ],
    ],
    ['no members where an empty list is allowed', members('X', { default: [], doc: '' }), ' ', []],
  ])('%s is read', (_name, option, given, expected) => {
    expect(one(option, given)).toEqual(expected);
  });

  test.each<[string, Option<unknown>, string, RegExp]>([
    ['a fraction', integer('X', { min: 1, max: 9, doc: '' }), '1.5', /X must be a whole number/],
    ['an empty number', integer('X', { min: 0, max: 9, doc: '' }), '', /X must be a whole number/],
    [
      'above the maximum',
      integer('X', { min: 1, max: 9, doc: '' }),
      '10',
      /X must be between 1 and 9, got 10/,
    ],
    ['an empty ratio', ratio('X', { doc: '' }), '', /X must be between 0 and 1/],
    ['not a number', ratio('X', { doc: '' }), 'NaN', /X must be between 0 and 1/],
    ['not an address', url('X', { doc: '' }), 'localhost', /X must be an absolute address/],
    ['a word other than on and off', flag('X', { doc: '' }), 'true', /X must be on or off/],
    ['a value outside the list', oneOf('X', ['a', 'b'], { doc: '' }), 'c', /X must be one of a, b/],
    ['an empty text', text('X', { doc: '' }), '', /X must not be empty/],
    [
      'a member twice',
      members('X', { doc: '' }),
      'a=http://h:1,a=http://h:2',
      /X names a member twice/,
    ],
    [
      'no members where some are required',
      members('X', { doc: '' }),
      '',
      /X must be name=address pairs/,
    ],
    ['half a member', members('X', { doc: '' }), 'a=', /X must be name=address pairs/],
  ])('%s is refused', (_name, option, given, problem) => {
    expect(() => one(option, given)).toThrow(problem);
  });
});

describe('the table', () => {
  const table = {
    patience: milliseconds('PATIENCE_MS', { default: 100, doc: '' }),
    interval: milliseconds('INTERVAL_MS', { default: 200, doc: '' }),
    token: text('TOKEN', { secret: true, doc: '' }),
    address: url('ADDRESS', { default: 'postgres://me:secret@h/db', doc: '' }),
  };
  const relation = ({ patience, interval }: { patience: number; interval: number }) =>
    patience > interval ? 'PATIENCE_MS must not be above INTERVAL_MS' : null;

  test('reports all problems together', () => {
    const load = () => loadConfig(table, { PATIENCE_MS: 'x', INTERVAL_MS: '-1' });
    expect(load).toThrow(ConfigError);
    expect(load).toThrow(
      /3 problem\(s\):\n {2}- PATIENCE_MS .*\n {2}- INTERVAL_MS .*\n {2}- TOKEN is required/,
    );
  });

  test('checks relations once every single option is valid', () => {
    expect(() => loadConfig(table, { TOKEN: 't', PATIENCE_MS: '300' }, [relation])).toThrow(
      'PATIENCE_MS must not be above INTERVAL_MS',
    );
    expect(loadConfig(table, { TOKEN: 't' }, [relation]).patience).toBe(100);
  });

  test('is frozen, and prints no secrets and passwords', () => {
    const config = loadConfig(table, { TOKEN: 'very secret' });
    expect(Object.isFrozen(config)).toBe(true);
    expect(printable(table, config)).toEqual({
      patience: 100,
      interval: 200,
      token: '***',
      address: 'postgres://me:***@h/db',
    });
  });
});
