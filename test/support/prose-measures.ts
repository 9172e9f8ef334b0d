/**
 * Adds up the findings of prose.ts in all source files and pages, by kind of text and by folder.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { ROOT } from '../../local/root.js';
import {
  beginsWithParticiple,
  commentsIn,
  findingsIn,
  functionNamesIn,
  messagesIn,
  paragraphsIn,
  parseSource,
  wordsIn,
  type Finding,
  type Passage,
  type Rule,
} from './prose.js';

interface TextMeasure {
  words: number;
  counts: Record<Rule, number>;
}

interface NameMeasure {
  all: number;
  participles: number;
  /** Names that end in `Of`. */
  ofs: number;
}

export interface Measured {
  /** By `kind folder` and by `kind`. */
  texts: Map<string, TextMeasure>;
  /** By folder; `production` is the sum without tests. */
  names: Map<string, NameMeasure>;
  findings: (Pick<Finding, 'path' | 'line' | 'excerpt'> & { rule: Rule | 'participle' })[];
}

const folderOf = (path: string): string =>
  path
    .split('/')
    .slice(0, path.startsWith('test/') ? 2 : 1)
    .join('/');

function addPassage(measured: Measured, passage: Passage): void {
  const findings = findingsIn(passage);
  measured.findings.push(...findings);
  for (const key of [
    passage.kind,
    `${passage.kind} ${passage.path.includes('/') ? folderOf(passage.path) : '.'}`,
  ]) {
    const measure = measured.texts.get(key) ?? { words: 0, counts: { who: 0, nobody: 0, what: 0 } };
    measure.words += wordsIn(passage.text);
    for (const { rule } of findings) measure.counts[rule] += 1;
    measured.texts.set(key, measure);
  }
}

function addName(
  measured: Measured,
  { name, path, line }: { name: string; path: string; line: number },
): void {
  const isParticiple = beginsWithParticiple(name);
  if (isParticiple) measured.findings.push({ rule: 'participle', path, line, excerpt: name });
  for (const key of path.startsWith('test/') ? [folderOf(path)] : [folderOf(path), 'production']) {
    const measure = measured.names.get(key) ?? { all: 0, participles: 0, ofs: 0 };
    measure.all += 1;
    if (isParticiple) measure.participles += 1;
    if (/[a-z]Of$/.test(name)) measure.ofs += 1;
    measured.names.set(key, measure);
  }
}

const ELSEWHERE = new Set(['node_modules', 'generated', 'reports', 'coverage']);

/**
 * Files below a folder, as paths from `root` with `/`. Hidden folders hold data and caches, not
 * sources.
 */
function filesBelow(root: string, folder = root): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry): string[] => {
    const path = join(folder, entry.name);
    if (entry.isDirectory())
      return ELSEWHERE.has(entry.name) || entry.name.startsWith('.') ? [] : filesBelow(root, path);
    return [relative(root, path).split(sep).join('/')];
  });
}

/** Reads every source file and page below `root`. */
export function measureRepository(root = ROOT): Measured {
  const measured: Measured = { texts: new Map(), names: new Map(), findings: [] };
  for (const path of filesBelow(root)) {
    const isSource = /\.(ts|mjs|js)$/.test(path);
    if (!isSource && !path.endsWith('.md')) continue;
    const text = readFileSync(join(root, path), 'utf8');
    if (!isSource) paragraphsIn(path, text).forEach((passage) => addPassage(measured, passage));
    else {
      const source = parseSource(path, text);
      [...commentsIn(path, source), ...messagesIn(path, source)].forEach((passage) =>
        addPassage(measured, passage),
      );
      functionNamesIn(path, source).forEach((name) => addName(measured, name));
    }
  }
  return measured;
}
