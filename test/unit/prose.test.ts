/**
 * The English of comments, pages and messages, and the names of functions (CONTRIBUTING.md, "Plain
 * English"). The limits are never raised. `node --import tsx test/support/prose-report.ts FOLDER`
 * lists the places.
 */
import { describe, expect, test } from '@jest/globals';
import { measureRepository } from '../support/prose-measures.js';
import {
  beginsWithParticiple,
  commentsIn,
  findingsIn,
  functionNamesIn,
  messagesIn,
  paragraphsIn,
  parseSource,
  RULES,
  type Passage,
} from '../support/prose.js';

/** The most findings per 1,000 words of every kind of text. */
const LIMITS = { who: 0.5, nobody: 0.5, what: 0.3 };
/** The largest share of function names that begin with a participle, in percent. */
const PARTICIPLES_MAX = 1.9;

const measured = measureRepository();

describe.each(['comment', 'message', 'page'])('per 1,000 words of every %s', (kind) => {
  test.each(RULES)('the rule "%s" has no more findings than its limit', (rule) => {
    const { words, counts } = measured.texts.get(kind) ?? {
      words: 0,
      counts: { who: 0, nobody: 0, what: 0 },
    };
    expect(words).toBeGreaterThan(10_000);
    expect((counts[rule] / words) * 1_000).toBeLessThanOrEqual(LIMITS[rule]);
  });
});

test('few functions have a name that begins with a participle', () => {
  const { all, participles } = measured.names.get('production') ?? { all: 0, participles: 0 };
  expect(all).toBeGreaterThan(2_000);
  expect((participles / all) * 100).toBeLessThanOrEqual(PARTICIPLES_MAX);
});

describe('control: the measure', () => {
  const rulesIn = (text: string): string[] =>
    findingsIn({ kind: 'comment', path: 'a.ts', line: 1, text }).map(({ rule }) => rule);

  test.each([
    ['Who waits is told.', ['who']],
    ['Nobody noticed.', ['nobody']],
    ['What is new goes to the queue.', ['what']],
    ['A line; what came later is enqueued.', ['what']],
    ['Enqueues new rows. The caller does not wait.', []],
    ['What is a term?', []],
  ])('"%s" has the findings %j', (text, rules) => expect(rulesIn(text)).toEqual(rules));

  test('comments, messages and pages are found with their lines; code between backticks is left out', () => {
    const source = parseSource(
      'a.ts',
      "/** First `who`\n * second. */\nconst a = 'one two three four'; // last\n",
    );
    const places = (passages: Passage[]): [number, string][] =>
      passages.map(({ line, text }) => [line, text]);
    expect(places(commentsIn('a.ts', source))).toEqual([
      [1, 'First ` second.'],
      [3, 'last'],
    ]);
    expect(places(messagesIn('a.ts', source))).toEqual([[3, 'one two three four']]);
    expect(
      places(paragraphsIn('a.md', '# Title\n\nText `who` here.\n\n```sh\nwho\n```\n')),
    ).toEqual([
      [1, 'Title'],
      [2, 'Text ` here.'],
    ]);
  });

  test('names of functions are found, and participles among them', () => {
    const source = parseSource(
      'a.ts',
      'function stored() {}\nconst toRow = () => 1;\nclass A { sent() {} }\nconst plain = 2;\n',
    );
    const names = functionNamesIn('a.ts', source).map(({ name }) => name);
    expect(names).toEqual(['stored', 'toRow', 'sent']);
    expect(names.filter(beginsWithParticiple)).toEqual(['stored', 'sent']);
  });
});
