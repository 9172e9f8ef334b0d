/**
 * The page of a run: no external resources, no code from a run, a history of each bad request, and
 * a bounded size.
 */
import { describe, expect, test } from '@jest/globals';
import { MOST_STORIES } from '../../../../experiments/report/facts/choose-stories.js';
import { storeLatency, Latencies } from '../../../../experiments/statistics/latencies.js';
import { reportPage } from '../../../../experiments/report/page/page.js';
import { measureCost } from '../../../support/processor-time.js';
import { madeUpJournal } from '../../../support/run-record.js';

const EVIL = '<script>alert(1)</script><img src=x onerror=alert(1)>"\'&\u0000';

const attributes = (page: string, name: string): string[] =>
  [...page.matchAll(new RegExp(`\\s${name}="([^"]*)"`, 'g'))].map(([, value = '']) => value);

/** The page without its style and script. */
const content = (page: string): string =>
  page.replace(/<style>.*?<\/style>/s, '').replace(/<script>.*?<\/script>/s, '');

describe('the page of a run', () => {
  const page = reportPage(
    madeUpJournal({
      lost: 3,
      violations: [{ rule: 'charged-twice', ids: ['payment-100', 'nowhere'] }],
    }),
  );

  test('sends no requests: a policy that forbids them, no external address', () => {
    expect(page).toContain(
      "content=\"default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:\"",
    );
    expect(attributes(page, 'src')).toEqual([]);
    const links = attributes(page, 'href');
    expect(links.length).toBeGreaterThan(3);
    for (const link of links) expect(link).toMatch(/^(#|data:)/);
    expect(page).not.toMatch(/@import|url\((?!#)/);
  });

  test('every linked anchor exists once', () => {
    const ids = attributes(page, 'id');
    expect(new Set(ids).size).toBe(ids.length);
    for (const link of attributes(page, 'href').filter((href) => href.startsWith('#')))
      expect(ids).toContain(link.slice(1));
  });

  test('has the parts that a reader needs', () => {
    for (const text of [
      'seed 1',
      'abcdef123456',
      'npm run experiment -- availability',
      'postgres 18.4',
      'A processor, 2 cores, 8 GB',
      '99.043 %',
    ]) {
      expect(page).toContain(text);
    }
    for (const heading of [
      'Outcome',
      'Published and measured',
      'Over time',
      'Hand-overs',
      'Errors',
      'Stories',
    ])
      expect(page).toContain(`>${heading}<`);
    expect(page).toContain('✗ missed');
    expect(page).toContain('ECONNRESET');
  });

  test('the story of a lost request has its row, its fault and its election', () => {
    const [, story = ''] =
      /<details class="story"><summary>(?:(?!<details).)*?no answer.*?<code>request-7<\/code>(.*?)<\/details>/s.exec(
        page,
      ) ?? [];
    for (const text of ['payment-7', 'accepted by patients', 'gave up: ECONNRESET', 'approved'])
      expect(story).toContain(text);
    const late = reportPage(madeUpJournal({ slower: 8, faults: 3 }));
    for (const text of [
      'kill of server_1',
      'server_2 elected for term 2',
      'first commit of term 2',
    ])
      expect(late).toContain(text);
  });

  test('ids of a violated rule link to their story; an id without a story is still named', () => {
    expect(page).toMatch(
      /<a href="#story-1-1"><code>payment-100<\/code><\/a>, <code>nowhere<\/code>/,
    );
  });

  test('additional measurements of a scenario are in a table, a column per kind', () => {
    const journal = madeUpJournal();
    const histograms = [
      storeLatency('kill: extra wait', Latencies.of([10, 20, 30])),
      storeLatency('freeze: extra wait', Latencies.of([5])),
      storeLatency('latency', Latencies.of([1])),
    ];
    const told = reportPage({
      ...journal,
      systems: journal.systems.map((system) => ({ ...system, histograms })),
    });
    expect(told).toMatch(
      />extra wait<\/td><td class="n"[^>]*>20\.0 \/ 30\.0<\/td><td class="n"[^>]*>5\.0 \/ 5\.0<\/td>/,
    );
    expect(page).not.toContain('Other measurements');
  });

  test('text of a run is escaped', () => {
    const journal = madeUpJournal(
      { text: EVIL, lost: 2, violations: [{ rule: EVIL, ids: [EVIL] }] },
      { system: EVIL, text: EVIL },
    );
    const evil = content(reportPage(journal));
    expect(evil).not.toMatch(/<script|<img|onerror=alert\(1\)>"/);
    expect(evil).not.toContain('\u0000');
    expect(evil).toContain('&lt;script&gt;alert(1)&lt;/script&gt;');
  });

  test('systems side by side, with the gain of each tactic', () => {
    const side = reportPage(
      madeUpJournal({ system: 'single-server', lost: 40 }, { system: 'relevo' }),
    );
    expect(side).toContain('Systems side by side');
    expect(side).toMatch(
      /single-server → relevo<\/td><td class="n"[^>]*>\+6\.667<\/td><td class="n"[^>]*>\+40<\/td><td class="n"[^>]*>p &lt; 0\.001/,
    );
  });

  test('a run without requests, faults and hand-overs has a page too', () => {
    expect(reportPage(madeUpJournal({ requests: 1, faults: 0 }))).toContain(
      'No request ended with an error.',
    );
    const journal = madeUpJournal({ faults: 0 });
    const [system] = journal.systems;
    if (!system) throw new Error('no system');
    const evidence = { requests: [], payments: [], charges: null, elections: [], faults: [] };
    const page = reportPage({ ...journal, systems: [{ ...system, evidence }] });
    expect(page).toContain('There are no stories.');
    expect(page).not.toMatch(/NaN|undefined|Infinity/);
  });

  test('100,000 requests, 5,000 of them lost: a bounded number of stories, and the page opens at once', () => {
    const journal = madeUpJournal({ requests: 100_000, faults: 200, lost: 5_000 });
    const { costMs, result: big } = measureCost(() => reportPage(journal));
    expect(costMs).toBeLessThan(15_000);
    expect(big.length).toBeLessThan(1_500_000);
    expect(big.match(/<details class="story">/g)).toHaveLength(MOST_STORIES);
    expect(big).toContain(
      `${(5_000 - MOST_STORIES).toLocaleString('en-GB')} more are not shown here`,
    );
    expect(big).not.toMatch(/NaN|undefined|Infinity/);
  });
});
