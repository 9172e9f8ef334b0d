/**
 * Checks the pages against the checkout: every link and anchor has a target, every npm script
 * exists, the code reads every environment variable. Statements about behaviour are not checked
 * here. Each rule has a control: a page that breaks it.
 */
import { describe, expect, test } from '@jest/globals';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, posix, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { GATEWAY_OPTIONS } from '../../gateway/config.js';
import { LOCAL_OPTIONS } from '../../local/config.js';
import { API_OPTIONS } from '../../measurements/api/config.js';
import { DEVICE_OPTIONS } from '../../measurements/device/config.js';
import { MONITOR_OPTIONS } from '../../monitor/config.js';
import { PATIENTS_OPTIONS } from '../../patients/config.js';
import { PAYMENTS_OPTIONS } from '../../payments/config.js';
import { seedPatient } from '../../prisma/seed-data.js';
import { PROBLEMS } from '../../shared/errors.js';

const ROOT = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const ELSEWHERE = new Set(['node_modules', 'generated', 'reports', 'coverage']);

interface Page {
  /** From the project's root, with `/`. */
  path: string;
  text: string;
}

/** Markdown files below a folder. Skips hidden folders (data, caches). */
function pagesBelow(folder: string): Page[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry): Page[] => {
    const file = join(folder, entry.name);
    if (entry.isDirectory())
      return ELSEWHERE.has(entry.name) || entry.name.startsWith('.') ? [] : pagesBelow(file);
    return entry.name.endsWith('.md')
      ? [{ path: relative(ROOT, file).split(sep).join('/'), text: readFileSync(file, 'utf8') }]
      : [];
  });
}

const FENCE = /^(```|~~~).*?^\1\s*$/gms;

/** The page without code blocks and without code between backticks. */
const prose = (text: string): string => text.replace(FENCE, '').replace(/`[^`\n]*`/g, '');

/** The anchor of a heading, by GitHub's rules. */
const anchor = (heading: string): string =>
  heading
    .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\p{M}\p{Pc} -]/gu, '')
    .replaceAll(' ', '-');

function anchorsOf(text: string): Set<string> {
  const anchors = new Set<string>();
  for (const [, heading = ''] of text.replace(FENCE, '').matchAll(/^#{1,6}\s+(.*?)\s*#*$/gm)) {
    const base = anchor(heading);
    let name = base;
    for (let count = 1; anchors.has(name); count += 1) name = `${base}-${count}`;
    anchors.add(name);
  }
  return anchors;
}

/** Targets of links and pictures that are inside this repository. */
function linksOf(text: string): string[] {
  const page = prose(text);
  const targets = [
    /\]\(<?([^)\s>]+)>?(?:\s+"[^"]*")?\)/g,
    /(?:src|srcset|href)="([^"\s]+)"/g,
    /^\[[^\]]+\]:\s+(\S+)/gm,
  ].flatMap((pattern) => [...page.matchAll(pattern)].map(([, link = '']) => link));
  return targets.filter((link) => !/^[a-z][a-z+.-]*:/i.test(link));
}

/**
 * Links of a page without a target: the file does not exist, or the file does not have the heading.
 */
function brokenLinks({ path, text }: Page): string[] {
  return linksOf(text).filter((link) => {
    const [file = '', heading] = decodeURI(link).split('#');
    const to = file === '' ? path : posix.join(posix.dirname(path), file);
    if (to !== path && (to.startsWith('..') || !existsSync(join(ROOT, to)))) return true;
    if (heading === undefined || !to.endsWith('.md')) return false;
    return !anchorsOf(to === path ? text : readFileSync(join(ROOT, to), 'utf8')).has(heading);
  });
}

const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
  scripts: Record<string, string>;
};

/** Scripts that a page names and package.json does not have. */
const unknownScripts = ({ text }: Page): string[] =>
  [...text.matchAll(/\bnpm run (?:-s |--silent )?([a-z][\w:-]*)/g)]
    .map(([, name = '']) => name)
    .filter((name) => !(name in scripts));

const localSources = readdirSync(join(ROOT, 'local'), { recursive: true, encoding: 'utf8' })
  .filter((name) => /\.(ts|mjs)$/.test(name))
  .map((name) => readFileSync(join(ROOT, 'local', name), 'utf8'))
  .join('\n');
const OPTIONS = [
  GATEWAY_OPTIONS,
  LOCAL_OPTIONS,
  API_OPTIONS,
  DEVICE_OPTIONS,
  MONITOR_OPTIONS,
  PATIENTS_OPTIONS,
  PAYMENTS_OPTIONS,
];
const optionNames = new Set(
  OPTIONS.flatMap((table) => Object.values<{ env: string }>(table).map(({ env }) => env)),
);

/**
 * Whether the code reads this variable: an option of a table, or a name in local/
 * (`TEST_POSTGRES_URL`).
 */
const isRead = (name: string): boolean =>
  optionNames.has(name) || new RegExp(`\\b${name}\\b`).test(localSources);

/**
 * Words like `RELEVO_DATA` that the code does not read. Ignores shown output and the codes of
 * refusals.
 */
function unknownVariables({ text }: Page): string[] {
  const words =
    text.replace(/^```text\n.*?^```$/gms, '').match(/\b[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+\b/g) ?? [];
  return [...new Set(words)].filter((word) => !(word in PROBLEMS) && !isRead(word));
}

const pages = pagesBelow(ROOT);
const page = (path: string): Page => pages.find((each) => each.path === path) as Page;
const readme = page('README.md');

test('the test finds the pages, and the README has links, scripts and variables to check', () => {
  const paths = pages.map(({ path }) => path);
  for (const path of ['README.md', 'CONTRIBUTING.md', 'docs/architecture.md', 'monitor/README.md'])
    expect(paths).toContain(path);
  expect(linksOf(readme.text).length).toBeGreaterThan(15);
  expect(readme.text).toMatch(/npm run status/);
  expect(readme.text).toMatch(/RELEVO_DATA/);
});

test('the README has at most 150 lines', () =>
  expect(readme.text.split('\n').length).toBeLessThanOrEqual(151));

describe.each(pages)('$path', (page) => {
  test('every link has a target: a file, and a heading in the file', () =>
    expect(brokenLinks(page)).toEqual([]));
  test('every npm script that the page names exists', () =>
    expect(unknownScripts(page)).toEqual([]));
});

test('the patient of the tour is a sample patient with these four facts', () => {
  const { document, fullName, birthDate, authorizationCode } = seedPatient(1);
  expect(page('docs/tour.md').text).toContain(
    `document \`${document}\`, name \`${fullName}\`, born ${birthDate}, authorization code \`${authorizationCode}\``,
  );
});

test.each([
  'README.md',
  'docs/tour.md',
  'docs/queries.md',
  'docs/operating.md',
  'docs/troubleshooting.md',
])('%s names only environment variables that the code reads', (path) =>
  expect(unknownVariables(page(path))).toEqual([]),
);

describe('control', () => {
  const HEADINGS = '# One\n\n## Two & `three`, four\n\n## Two & `three`, four\n';

  test.each([
    ['[a](no-such-file.md)', 'no-such-file.md'],
    ['[a](README.md#no-such-heading)', 'README.md#no-such-heading'],
    ['[a](#four)', '#four'],
    ['[a](#two--three-four-2)', '#two--three-four-2'],
    ['[a](../outside.md)', '../outside.md'],
    ['![a](docs/images/none.png "title")', 'docs/images/none.png'],
    ['<img src="docs/images/none.png">', 'docs/images/none.png'],
    ['[a]: none.md', 'none.md'],
  ])('the link %s is caught', (link, target) =>
    expect(brokenLinks({ path: 'made-up.md', text: `${HEADINGS}\n${link}\n` })).toEqual([target]),
  );

  test('valid links, external links and links in code are not', () => {
    const text = `${HEADINGS}\n[a](README.md) [b](#two--three-four-1) [c](https://example.org/x) \`[d](none.md)\`\n\n\`\`\`sh\n[e](none.md)\n\`\`\`\n`;
    expect(brokenLinks({ path: 'made-up.md', text })).toEqual([]);
  });

  test('a script that does not exist is caught, with -s too', () =>
    expect(
      unknownScripts({
        path: 'made-up.md',
        text: 'npm run studio, `npm run fly` and npm run -s swim',
      }),
    ).toEqual(['fly', 'swim']));

  test('a variable that the code does not read is caught; codes, shown output and known variables are not', () => {
    const text =
      'RELEVO_DATE=x RELEVO_DATA=y PING_INTERVAL_MS NO_CANDIDATE\n```text\nSHOWN_OUTPUT\n```\n';
    expect(unknownVariables({ path: 'README.md', text })).toEqual(['RELEVO_DATE']);
  });
});
