/** The parser and the help of all programs. */
import { formatHelp, formatOptions } from '../../../shared/arguments/help.js';
import { TEXT_WIDTH, wrap } from '../../../shared/arguments/wrap.js';
import { countTypingErrors, findNearest } from '../../../shared/arguments/nearest.js';
import {
  ArgumentError,
  asksForHelp,
  findPositionals,
  parseArguments,
  parseOptions,
} from '../../../shared/arguments/parse.js';

const TABLE = {
  count: { default: 5, min: 1, max: 10, doc: 'How many' },
  name: { text: true, value: 'NAME', doc: 'A name' },
  size: { text: true, choices: ['1', '3', '5'], default: '1', doc: 'A size' },
  status: { text: true, choices: ['ON'], normalize: (text: string) => text.toUpperCase(), doc: '' },
  yes: { flag: true, alias: 'y', doc: 'No question' },
  secret: { flag: true, hidden: true, doc: '' },
} as const;
const DEFAULTS = { count: 5, name: null, size: '1', status: null, yes: false, secret: false };

describe('parseOptions', () => {
  it.each([
    [[], {}],
    [['--count', '7', '--name=a b', '-y'], { count: 7, name: 'a b', yes: true }],
    [['--count', '7', '--count', '8'], { count: 8 }],
    [['--name=-x', '--size', '3', '--status', 'on'], { name: '-x', size: '3', status: 'ON' }],
    [['--yes=false'], { yes: false }],
    [['--name', '-5'], { name: '-5' }],
  ])('%j is accepted', (words, expected) =>
    expect(parseOptions(TABLE, words)).toEqual({ ...DEFAULTS, ...expected }),
  );

  it.each([
    [['--cuont', '7'], 'There is no option --cuont. Did you mean --count?'],
    [['--secrte'], 'There is no option --secrte.'],
    [['--no-yes'], 'There is no option --no-yes.'],
    [['--__proto__'], 'There is no option --__proto__.'],
    [['-z'], 'There is no option -z.'],
    [['--name'], '--name needs a value.'],
    [['--name', '--yes'], '--name needs a value.'],
    [['--yes=maybe'], '--yes needs no value.'],
    [['--count', '11'], '--count must be a whole number from 1 to 10.'],
    [['--count', '-1'], '--count must be a whole number from 1 to 10.'],
    [['--count', '1.5'], '--count must be a whole number from 1 to 10.'],
    [['--count='], '--count must be a whole number from 1 to 10.'],
    [['--size', '2'], '--size must be 1, 3, 5, not "2".'],
    [['word'], 'The argument "word" is not expected.'],
  ])('%j is refused in one sentence', (words, sentence) =>
    expect(() => parseOptions(TABLE, words)).toThrow(new ArgumentError(sentence)),
  );

  it('refuses a required option that is missing', () =>
    expect(() =>
      parseOptions({ amount: { text: true, required: true, doc: '' } } as const, []),
    ).toThrow(new ArgumentError('--amount is missing.')));
});

describe('positional arguments', () => {
  it('are the words that are neither options nor their values, and all words after --', () => {
    const words = ['a', '--count', '3', 'b', '--', '--yes'];
    expect(parseArguments(TABLE, words)).toEqual({
      options: { ...DEFAULTS, count: 3 },
      positionals: ['a', 'b', '--yes'],
    });
    expect(findPositionals(TABLE, ['--unknown', ...words])).toEqual([
      { value: 'a', index: 1 },
      { value: 'b', index: 4 },
      { value: '--yes', index: 6 },
    ]);
  });

  it('the help is requested only before --', () => {
    expect([['--help'], ['x', '-h'], ['--', '--help']].map(asksForHelp)).toEqual([
      true,
      true,
      false,
    ]);
  });
});

describe('suggestions', () => {
  it.each([
    ['stauts', 'status', 1],
    ['sttus', 'status', 1],
    ['statuus', 'status', 1],
    ['pay', 'pay', 0],
    ['', 'pay', 3],
  ])('from %s to %s: %d typing errors', (from, to, count) =>
    expect(countTypingErrors(from, to)).toBe(count),
  );

  it('are the nearest word, the word that starts with the input, or none', () => {
    expect(findNearest('monitor', ['replicas', 'monitors'])).toBe('monitors');
    expect(findNearest('exp', ['up', 'experiment'])).toBe('experiment');
    expect(findNearest('zzzzzz', ['status', 'pay'])).toBeNull();
  });
});

describe('the help', () => {
  it('shows alias, placeholder, type, choices and default, and no hidden option', () => {
    const rows = formatOptions(TABLE).map((line) => line.trim().replace(/ {2,}/g, ' | '));
    expect(rows).toContain('--count | How many | [number] [default: 5]');
    expect(rows).toContain('--name NAME | A name | [string]');
    expect(rows).toContain('-y, --yes | No question | [boolean] [default: false]');
    expect(rows.join()).not.toContain('secret');
  });

  it('fits its width, with facts that do not fit below the text', () => {
    const doc = 'word '.repeat(30).trim();
    const text = formatHelp({
      usage: 'relevo try <thing>',
      text: doc,
      positionals: { thing: { doc, required: true } },
      sections: [
        ['Options', { size: { ...TABLE.size, doc }, count: { ...TABLE.count, doc } }],
        ['None', {}],
      ],
      examples: [[`relevo try ${doc}`, doc]],
    });
    for (const line of text.split('\n')) expect(line.length).toBeLessThanOrEqual(TEXT_WIDTH);
    expect(text).toContain('[string] [choices: "1", "3", "5"] [default: "1"]');
    expect(text).not.toContain('None:');
  });
});

describe('wrap', () => {
  test('breaks at spaces, which become one; a text without words is an empty line', () => {
    expect(wrap('one  two\nthree', 8)).toEqual(['one two', 'three']);
    expect(wrap(' ', 8)).toEqual(['']);
  });

  test('cuts a word that is longer than the line', () => {
    expect(wrap('a 123456789', 4)).toEqual(['a', '1234', '5678', '9']);
    expect(wrap('12345678 b', 4)).toEqual(['1234', '5678', 'b']);
  });

  test('indents the lines after the first within the width', () => {
    const lines = wrap('word '.repeat(30).trim(), TEXT_WIDTH, { indent: '  ' });
    expect(lines).toHaveLength(2);
    expect(lines[1]).toMatch(/^ {2}word/);
    expect(wrap('a 123456789', 4, { indent: '  ' })).toEqual([
      'a',
      '  12',
      '  34',
      '  56',
      '  78',
      '  9',
    ]);
  });

  test('verbatim: keeps all spaces and long words', () => {
    const id = 'x'.repeat(100);
    expect(wrap(`  ${id} end`, TEXT_WIDTH, { indent: '    ', verbatim: true })).toEqual([
      ' ',
      `    ${id}`,
      '    end',
    ]);
    expect(wrap('after  a', TEXT_WIDTH, { verbatim: true })).toEqual(['after  a']);
  });

  test('measures the shown length', () => {
    const measure = (text: string): number => text.replaceAll('!', '').length;
    expect(wrap('!!aa!! !!bb!!', 5, { measure })).toEqual(['!!aa!! !!bb!!']);
  });
});
