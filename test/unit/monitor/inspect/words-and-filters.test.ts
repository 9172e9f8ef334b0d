/** The pure part of searching: the text of the search box, and the parameters of the address. */
import {
  toAddress,
  timeFilter,
  pageQuery,
  searchQuery,
} from '../../../../monitor/inspect/filters.js';
import { toSelection } from '../../../../monitor/inspect/payment-search.js';
import { understand } from '../../../../monitor/inspect/search-words.js';

const ID = '01a1ff4f-6ad0-75ae-a611-4d9d8a772cd2';
const OTHER = '01a1ff4f-6ad0-75ae-a611-4d9d8a772cd3';
const members = { replicas: ['server_1', 'server_2'], patients: ['patients_1'] };
const nothing = { filter: {}, id: null, document: null, unclear: [] };

describe('the search box', () => {
  test.each<[string, object]>([
    ['', {}],
    [' \t ', {}],
    [ID.toUpperCase(), { id: ID }],
    ['107919317', { document: '107919317' }],
    ['CC-12', { document: 'CC-12' }],
    ['server_2', { filter: { processedBy: 'server_2' } }],
    ['patients_1', { filter: { acceptedBy: 'patients_1' } }],
    ['failed', { filter: { status: 'FAILED' } }],
    ['Status:pending', { filter: { status: 'PENDING' } }],
    ['term:5', { filter: { term: 5 } }],
    ['term=5 by:server_9', { filter: { term: 5, processedBy: 'server_9' } }],
    [`batch:${ID} patient:${OTHER}`, { filter: { batchId: ID, patientId: OTHER } }],
    [
      'server_1 failed 107919317',
      { filter: { processedBy: 'server_1', status: 'FAILED' }, document: '107919317' },
    ],
    ['server_3', { document: 'server_3' }],
    ['nobody', { unclear: ['nobody'] }],
    ['failed pending', { filter: { status: 'FAILED' }, unclear: ['pending'] }],
    [`${ID} ${OTHER}`, { id: ID, unclear: [OTHER] }],
    ['1 2', { document: '1', unclear: ['2'] }],
    ['term:', { unclear: ['term:'] }],
    ['term:five', { unclear: ['term:five'] }],
    ['constructor:1', { document: 'constructor:1' }],
    ['__proto__', { unclear: ['__proto__'] }],
  ])('%j', (text, expected) => {
    expect(understand(text, members)).toEqual({ ...nothing, ...expected });
  });
});

describe('times', () => {
  test.each([
    ['2026-11-21', '2026-11-21T00:00:00.000Z'],
    ['2026-11-21T18:05', '2026-11-21T18:05:00.000Z'],
    ['2026-11-21 18:05:07', '2026-11-21T18:05:07.000Z'],
    ['2026-11-21T18:05:07.123Z', '2026-11-21T18:05:07.123Z'],
    ['2026-11-21T18:05-05:00', '2026-11-21T23:05:00.000Z'],
  ])('%s is %s, in any time zone of the server', (text, expected) => {
    expect(timeFilter.parse(text).toISOString()).toBe(expected);
  });

  test.each([
    '',
    'today',
    '2026-11',
    '2026-02-30T25:00',
    '2026-13-01',
    "2026-11-21'",
    '1763748000',
  ])('%j is not a time', (text) => {
    expect(timeFilter.safeParse(text).success).toBe(false);
  });
});

describe('filters', () => {
  test('empty fields of a form are ignored, and a page has a default length', () => {
    expect(searchQuery.parse({ id: '', status: '', term: '', from: '' })).toEqual({ limit: 50 });
  });

  test.each([
    { q: 'x' },
    { unknown: 'x' },
    { limit: '501' },
    { term: '1.5' },
    { document: 'a\u0000b' },
    { processedBy: "'; --" },
    { status: ['FAILED', 'PENDING'] },
  ])('the JSON refuses %j', (query) => {
    expect(searchQuery.safeParse(query).success).toBe(false);
  });

  test('the page also accepts the words of the search box', () => {
    expect(pageQuery.parse({ q: ' server_1 ' })).toMatchObject({ q: 'server_1' });
  });

  test('an address contains the given filters, escaped, and parses to the same filters', () => {
    const filter = {
      document: 'a&b=c',
      from: new Date('2026-11-21T18:05:00Z'),
      term: 0,
      status: undefined,
    };
    const address = toAddress('/payments', filter);
    expect(address).toBe('/payments?document=a%26b%3Dc&from=2026-11-21T18%3A05%3A00.000Z&term=0');
    const fields = Object.fromEntries(new URLSearchParams(address.slice(address.indexOf('?'))));
    expect(searchQuery.parse(fields)).toMatchObject({
      document: 'a&b=c',
      from: filter.from,
      term: 0,
    });
    expect(toAddress('/payments', {})).toBe('/payments');
  });
});

test('pending and failed payments are read from their lists, unless an index finds them', () => {
  const getSource = (filter: object): string =>
    toSelection(searchQuery.parse(filter), { from: 0, below: 9 }).source;
  expect(getSource({ status: 'PENDING' })).toContain('pending_payment');
  expect(getSource({ status: 'FAILED', term: '2' })).toContain('failed_payment');
  expect(getSource({ status: 'FAILED', document: '107919317' })).toBe('payment p');
  expect(getSource({ status: 'DECLINED' })).toBe('payment p');
});
