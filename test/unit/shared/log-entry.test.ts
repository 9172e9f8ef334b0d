/** A line of a log as time, level, message and fields of bounded length. */
import { expect, test } from '@jest/globals';
import { cutText, FIELDS_MAX, MESSAGE_MAX, toLogEntry } from '../../../shared/logs/log-entry.js';

const AT = '2026-11-21T18:12:04.156Z';
const line = (more: object): string =>
  JSON.stringify({ level: 'warn', time: AT, service: 'payments', id: 's', pid: 1, ...more });

test('a line of a service has its parts; the fields of every line are left out', () => {
  expect(toLogEntry(line({ msg: 'slow', term: 4, err: { message: 'refused' } }))).toEqual({
    time: AT,
    level: 'warn',
    message: 'slow (refused)',
    fields: [
      { name: 'term', value: '4' },
      { name: 'err', value: '{"message":"refused"}' },
    ],
  });
});

test.each(['LOG:  database system is ready', '{"level":"warn"}', '{broken', '', '[1,2]', 'null'])(
  'the line %p of another program stays as it is',
  (text) =>
    expect(toLogEntry(text)).toEqual({ time: null, level: null, message: text, fields: [] }),
);

test('an unknown level and time are left out', () => {
  expect(toLogEntry(line({ msg: 'a', level: 30, time: 'soon' }))).toMatchObject({
    time: null,
    level: null,
    message: 'a',
  });
});

test('long texts are cut with a marker, and many fields too', () => {
  const long = toLogEntry(line({ msg: 'x'.repeat(MESSAGE_MAX + 5), note: 'y'.repeat(1_000) }));
  expect(long.message).toMatch(/^x+ … \(5 more characters\)$/);
  expect(long.fields[0]?.value).toMatch(/^y+ … \(700 more characters\)$/);
  expect(toLogEntry('z'.repeat(1_000_000)).message.length).toBeLessThan(MESSAGE_MAX + 50);
  const name = 'n'.repeat(100);
  expect(toLogEntry(line({ msg: 'a', [name]: 1 })).fields[0]?.name).toMatch(
    /^n{60} … \(40 more characters\)$/,
  );
  const fields = Object.fromEntries(Array.from({ length: 50 }, (_, index) => [`f${index}`, 1]));
  const many = toLogEntry(line({ msg: 'a', ...fields })).fields;
  expect(many).toHaveLength(FIELDS_MAX + 1);
  expect(many.at(-1)).toEqual({ name: '…', value: '30 more fields' });
});

test.each([10_000, 250_000])('a value that is nested %i times has a marker instead', (depth) => {
  const value = `${'['.repeat(depth)}${']'.repeat(depth)}`;
  expect(toLogEntry(`{"level":"warn","msg":"a","deep":${value},"term":4}`)).toMatchObject({
    message: 'a',
    fields: [
      { name: 'deep', value: '… (nested too deeply)' },
      { name: 'term', value: '4' },
    ],
  });
});

test('a cut does not divide a character', () => {
  expect(cutText('ab😀', 3)).toBe('ab … (2 more characters)');
  expect(cutText('ab😀', 4)).toBe('ab😀');
});
