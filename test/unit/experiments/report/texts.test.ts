/**
 * The other files of a run: JUnit that a strict parser accepts, Markdown without mentions of users,
 * CSV that no spreadsheet executes.
 */
import { describe, expect, test } from '@jest/globals';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SaxesParser } from 'saxes';
import { CHECKERS } from '../../../../experiments/checkers/checkers.js';
import type { RunRecord } from '../../../../experiments/record/run-record.js';
import { csvField, trialsCsv } from '../../../../experiments/report/csv.js';
import { writeHistory } from '../../../../experiments/record/history-file.js';
import { writeRequests } from '../../../../experiments/report/requests-file.js';
import { junitXml } from '../../../../experiments/report/junit.js';
import {
  codeSpan,
  escapeMarkdown,
  summaryMarkdown,
} from '../../../../experiments/report/summary.js';
import { madeUpJournal } from '../../../support/run-record.js';

const EVIL = '</failure>]]>&"\'<!-- \u0007 @somebody `code` |cell| ![x](http://127.0.0.1/)';

interface Element {
  name: string;
  attributes: Record<string, string>;
  text: string;
}

/** Every element, in order. @throws Error when it is not well-formed. */
function parseXml(xml: string): Element[] {
  const elements: Element[] = [];
  const open: Element[] = [];
  const parser = new SaxesParser();
  parser.on('error', (error) => {
    throw error;
  });
  parser.on('opentag', ({ name, attributes }) => {
    const element = { name, attributes, text: '' };
    elements.push(element);
    open.push(element);
  });
  parser.on('text', (text) =>
    open.forEach((element) => {
      element.text += text;
    }),
  );
  parser.on('closetag', () => open.pop());
  parser.write(xml).close();
  return elements;
}

const named = (xml: string, name: string): Element[] =>
  parseXml(xml).filter((element) => element.name === name);

describe('JUnit XML', () => {
  test('a case for each objective and each rule, all passed in a good run', () => {
    const [suite] = named(junitXml(madeUpJournal()), 'testsuite');
    expect(suite?.attributes).toMatchObject({
      failures: '0',
      errors: '0',
      tests: String(2 + Object.keys(CHECKERS).length),
      timestamp: '2026-11-21T12:00:00',
    });
  });

  test('a missed objective and a violated rule fail, with the figures and the ids', () => {
    const xml = junitXml(
      madeUpJournal({ lost: 3, violations: [{ rule: 'lost', ids: ['payment-1', 'payment-2'] }] }),
    );
    expect(named(xml, 'testsuite')[0]?.attributes).toMatchObject({ failures: '2' });
    expect(
      named(xml, 'failure').map(({ attributes, text }) => [attributes['message'], text]),
    ).toEqual([
      ['99.5 %, wanted 100 %', 'availability within 1000 ms : 99.5 %, wanted 100 %'],
      ['lost: 2', 'payment-1\npayment-2'],
    ]);
  });

  test('a system that only serves as a comparison fails no build', () => {
    const xml = junitXml(
      madeUpJournal(
        {},
        { system: 'published', violations: [{ rule: 'lost', ids: ['payment-1'] }] },
      ),
    );
    expect(named(xml, 'failure')).toEqual([]);
    expect(named(xml, 'skipped')).toHaveLength(1);
  });

  test('Relevo behind HAProxy fails as Relevo does', () => {
    const violations = [{ rule: 'lost', ids: ['payment-1'] }];
    const journal = madeUpJournal({}, { system: 'relevo-haproxy', violations });
    const systems = journal.systems.map((system) => ({ ...system, missing: ['No ledger.'] }));
    const xml = junitXml({ ...journal, systems });
    expect(named(xml, 'failure').map(({ attributes }) => attributes['message'])).toEqual([
      'lost: 1',
    ]);
    expect(named(xml, 'error')).toHaveLength(2);
    expect(named(xml, 'skipped')).toEqual([]);
  });

  test('missing evidence is an error', () => {
    const journal = madeUpJournal();
    const systems = journal.systems.map((system) => ({
      ...system,
      missing: ['No ledger could be read.'],
    }));
    expect(
      named(junitXml({ ...journal, systems }), 'error').map(
        ({ attributes }) => attributes['message'],
      ),
    ).toEqual(['No ledger could be read.']);
  });

  test('the XML is well-formed and complete for any text of a run', () => {
    const xml = junitXml(
      madeUpJournal({ text: EVIL, violations: [{ rule: EVIL, ids: [EVIL] }] }, { system: EVIL }),
    );
    expect(
      named(xml, 'failure').some(({ text }) => text === EVIL.replace('\u0007', '\uFFFD')),
    ).toBe(true);
  });

  test('control: the parser refuses malformed XML', () => {
    expect(() => parseXml('<a b="<"></a>')).toThrow();
    expect(() => parseXml('<a>\u0007</a>')).toThrow();
  });
});

describe('Markdown', () => {
  test('verdict, figures beside the published ones, objectives, the replay', () => {
    const text = summaryMarkdown(
      madeUpJournal({ lost: 3, violations: [{ rule: 'lost', ids: ['payment-1'] }] }),
    );
    expect(text).toMatch(/^### ❌ availability, seed 1: invalid\n/);
    for (const part of [
      '| in the report | 1,150 | 1,139 | 99.043 % |',
      '- ❌ availability',
      '- **lost** (1): `payment-1`',
      '`npm run experiment -- availability --seed 1`',
    ]) {
      expect(text).toContain(part);
    }
    expect(text.match(/<details>/g)?.length).toBe(text.match(/<\/details>/g)?.length);
  });

  test('the summary of a good run reports valid', () =>
    expect(summaryMarkdown(madeUpJournal())).toMatch(/^### ✅ availability, seed 1: valid\n/));

  test('text of a run is escaped: no tag, no cell, no picture, no mention of a user', () => {
    const escaped = escapeMarkdown(EVIL);
    expect(escaped).not.toMatch(/(?<!\\)[<|`[]/);
    expect(escaped).not.toContain('@somebody');
    expect(codeSpan('a `` b')).toBe('``` a `` b ```');
    const rows = summaryMarkdown(madeUpJournal({}, { system: 'a|b' }))
      .split('\n')
      .filter((line) => /^\| (a|in the)/.test(line));
    expect(rows).toEqual([
      expect.stringContaining('| in the report |'),
      expect.stringContaining('| a\\|b |'),
    ]);
  });
});

describe('CSV', () => {
  test.each([
    ['plain', 'plain'],
    ['a,b', '"a,b"'],
    ['a "b"', '"a ""b"""'],
    ['a\nb', '"a\nb"'],
    ['=1+1', "'=1+1"],
    ['@x', "'@x"],
    ['-x', "'-x"],
    [-1.5, '-1.5'],
    [null, ''],
  ])('%j → %s', (value, field) => expect(csvField(value)).toBe(field));

  test('a line per trial, and one for all', () => {
    const lines = trialsCsv(madeUpJournal({ lost: 3 }).result)
      .trimEnd()
      .split('\n');
    expect(lines[0]).toMatch(/^system,trial,sent,/);
    expect(lines.slice(1).map((line) => line.split(',').slice(0, 3).join())).toEqual([
      'relevo,1,600',
      'relevo,total,600',
    ]);
  });
});

describe('long files', () => {
  const inFolder = async (work: (folder: string) => Promise<void>): Promise<void> => {
    const folder = mkdtempSync(join(tmpdir(), 'relevo-report-'));
    await work(folder).finally(() => rmSync(folder, { recursive: true, force: true }));
  };
  const counts = ({ systems }: RunRecord): number[] =>
    systems.map(({ evidence: { requests, payments, charges, elections, faults } }) =>
      [requests, payments, charges ?? [], elections, faults].reduce(
        (sum, rows) => sum + rows.length,
        0,
      ),
    );

  test('history: a line per event of every system, with the description of each fault', () =>
    inFolder(async (folder) => {
      const journal = madeUpJournal({}, { system: 'published' });
      await writeHistory(join(folder, 'history.ndjson'), journal);
      const lines = readFileSync(join(folder, 'history.ndjson'), 'utf8')
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as Record<string, unknown>);
      expect(
        ['relevo', 'published'].map((name) => lines.filter(({ system }) => system === name).length),
      ).toEqual(counts(journal));
      expect(
        lines
          .filter(({ event }) => event === 'fault')
          .map(({ kind }) => kind)
          .slice(0, 2),
      ).toEqual(['kill', 'freeze']);
    }));

  test('requests: a line each, with its fate', () =>
    inFolder(async (folder) => {
      await writeRequests(join(folder, 'requests.csv'), madeUpJournal({ lost: 3 }));
      const [header = '', ...lines] = readFileSync(join(folder, 'requests.csv'), 'utf8')
        .trimEnd()
        .split('\n');
      const column = header.split(',').indexOf('fate');
      expect(lines).toHaveLength(600);
      expect(lines.filter((line) => line.split(',')[column] === 'no answer')).toHaveLength(3);
    }));

  test('a missing folder is an error and is not ignored', async () => {
    await expect(writeHistory('/nowhere/history.ndjson', madeUpJournal())).rejects.toThrow(
      'ENOENT',
    );
  });
});
