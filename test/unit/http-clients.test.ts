/**
 * Every HTTP client has one deadline for the whole call, and an axios client has a size limit for
 * answers, so that a slow or endless answer cannot block anything. Checks the text of all sources
 * except the generated client, which has a deadline per attempt.
 */
import { describe, expect, test } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../../local/root.js';

interface Source {
  path: string;
  text: string;
}

const sources: readonly Source[] = execFileSync(
  'git',
  ['ls-files', '-co', '--exclude-standard', '*.ts', '*.js', '*.mjs'],
  { cwd: ROOT, encoding: 'utf8' },
)
  .split('\n')
  .filter((path) => path !== '' && !/^(test|generated|client)\//.test(path))
  .map((path) => ({ path, text: readFileSync(join(ROOT, path), 'utf8') }));

/** The arguments of every call of `name` in a text, without comments. */
function argumentsOf(name: RegExp, source: string): string[] {
  const text = source.replace(/\/\*[\s\S]*?\*\/|(?<!:)\/\/.*$/gm, '');
  return [...text.matchAll(name)].map(({ index, 0: found }) => {
    let depth = 1;
    let end = index + found.length;
    while (depth > 0 && end < text.length) depth += { '(': 1, ')': -1 }[text[end++] as string] ?? 0;
    return text.slice(index + found.length, end - 1);
  });
}

const FETCH = /(?<![.\w])fetch\(/g;
const fetchesWithoutDeadline = ({ text }: Source): string[] =>
  argumentsOf(FETCH, text).filter((list) => list !== '' && !/\bsignal\b/.test(list));

/**
 * The limits missing in a file that creates an axios client. axios' own `timeout` is an idle timer,
 * not a deadline.
 */
function missing({ text }: Source): string[] {
  const makes = argumentsOf(/axios\.create\(/g, text).length > 0;
  if (!makes) return [];
  return [
    ...(text.includes('maxContentLength') ? [] : ['a largest answer']),
    ...(/withDeadline\(|AbortSignal\.timeout\(/.test(text) ? [] : ['a deadline']),
  ];
}

describe('HTTP clients', () => {
  test('every fetch has a deadline', () => {
    expect(
      sources.flatMap((source) =>
        fetchesWithoutDeadline(source).map((list) => `${source.path}: fetch(${list})`),
      ),
    ).toEqual([]);
  });

  test('every axios client has a deadline and a size limit for answers', () => {
    expect(
      sources.flatMap((source) => missing(source).map((what) => `${source.path}: ${what}`)),
    ).toEqual([]);
  });

  test('control: a client without them is found', () => {
    const text =
      'await fetch(`${url}/status`, { headers: { a: b(c) } });\nconst client = axios.create({ timeout: 1_000, proxy: false });';
    expect(fetchesWithoutDeadline({ path: '', text })).toEqual([
      '`${url}/status`, { headers: { a: b(c) } }',
    ]);
    expect(missing({ path: '', text })).toHaveLength(2);
  });

  test('control: the sources that send requests are among those checked', () => {
    const asking = sources
      .filter(({ text }) => /axios\.create\(|(?<![.\w])fetch\(/.test(text))
      .map(({ path }) => path);
    expect(asking).toEqual(
      expect.arrayContaining([
        'payments/gateway/http.ts',
        'monitor/cluster/replica-client.ts',
        'cli/client.ts',
      ]),
    );
  });
});
