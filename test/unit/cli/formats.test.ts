/** The parts of the texts of the commands: money, tables, colours, durations and times. */
import type { Payment } from '../../../shared/contracts/payment.js';
import { readAmount, readCurrency, formatAmount } from '../../../cli/commands/amount.js';
import { formatDayAndTime, formatDuration } from '../../../cli/output/format-time.js';
import { formatPayments } from '../../../cli/commands/records-text.js';
import { choosePaint, stripColours } from '../../../cli/output/paint.js';
import { formatTable, wrap } from '../../../cli/output/table.js';

const fits = (text: string): void =>
  text.split('\n').forEach((line) => expect(stripColours(line).length).toBeLessThanOrEqual(80));

const ID = '01a1ff62-df46-75c7-849f-04ec5539f468';

const PAID: Payment = {
  id: ID,
  status: 'SUCCEEDED',
  exit_granted: true,
  patientId: ID,
  amountMinor: 15_000,
  currency: 'USD',
  concept: 'Bed 12',
  kind: 'charge',
  of: null,
  batchId: null,
  redriveOf: null,
  acceptedBy: 'patients_1',
  acceptedAt: '2026-11-21T18:33:52.323Z',
  processedBy: 'server_1',
  term: 3,
  attempts: 2,
  reason: null,
  completedAt: '2026-11-21T18:33:52.457Z',
  latencyMs: 134,
};

describe('money', () => {
  it.each([
    ['150.00', 'USD', 15_000],
    ['150', 'USD', 15_000],
    ['150,5', 'USD', 15_050],
    ['0.01', 'EUR', 1],
    ['150', 'JPY', 150],
    ['1.234', 'KWD', 1_234],
    ['1000000000', 'USD', 100_000_000_000],
  ])('%s %s is %d minor units', (text, currency, minor) => {
    expect(readAmount(text, currency)).toBe(minor);
    expect(readAmount(formatAmount(minor, currency).replace(/ .*/, ''), currency)).toBe(minor);
  });

  it.each([
    ['1.005', 'USD'],
    ['1.5', 'JPY'],
    ['0', 'USD'],
    ['-1', 'USD'],
    ['1e3', 'USD'],
    ['', 'USD'],
    ['1.000,00', 'USD'],
    ['1000000000.01', 'USD'],
  ])('%s %s is refused', (text, currency) =>
    expect(() => readAmount(text, currency)).toThrow(/--amount/),
  );

  it('accepts currencies in upper and lower case', () => {
    expect(readCurrency('eur')).toBe('EUR');
    expect(() => readCurrency('EURO')).toThrow(/ISO 4217/);
  });
});

describe('tables', () => {
  it('align text left and numbers right, and wrap the last column', () => {
    const lines = formatTable(
      ['name', 'ms', 'why'],
      [
        ['a', '1.5 ms', 'short'],
        ['b', '10 ms', 'word '.repeat(30).trim()],
      ],
    );
    expect(lines[0]).toBe('name      ms  why');
    expect(lines[1]).toBe('a     1.5 ms  short');
    fits(lines.join('\n'));
    expect(lines.length).toBeGreaterThan(4);
  });

  it('never cut an id', () =>
    expect(formatTable(['what', 'id'], [['x'.repeat(60), ID]])[1]).toContain(ID));
  it('ignore colours in the width', () => {
    const red = choosePaint({}, true)('red', 'down');
    expect(
      stripColours(
        formatTable(
          ['a', 'b'],
          [
            [red, 'x'],
            ['alive', 'y'],
          ],
        )[1] ?? '',
      ),
    ).toBe('down   x');
  });
  it('wrap long words', () => expect(wrap('ab cdefgh', 3)).toEqual(['ab', 'cde', 'fgh']));
});

describe('colours', () => {
  it.each([
    [{}, true, true],
    [{}, false, false],
    [{ NO_COLOR: '1' }, true, false],
    [{ NO_COLOR: '' }, true, true],
    [{ TERM: 'dumb' }, true, false],
  ])('with %j, on a terminal: %s: used: %s', (env, isTerminal, some) =>
    expect(choosePaint(env, isTerminal)('red', 'x') !== 'x').toBe(some),
  );
});

test('durations', () =>
  expect([null, 1.234, 55.97, 1_234, 600_000].map(formatDuration)).toEqual([
    '-',
    '1.2 ms',
    '56 ms',
    '1.2 s',
    '10 min',
  ]));

describe('times at a terminal', () => {
  const before = process.env['HOSPITAL_TIME_ZONE'];
  afterEach(() => {
    if (before === undefined) delete process.env['HOSPITAL_TIME_ZONE'];
    else process.env['HOSPITAL_TIME_ZONE'] = before;
  });

  it('are in the time zone of the hospital, which also decides what is today', () => {
    process.env['HOSPITAL_TIME_ZONE'] = 'America/Bogota';
    const [evening, night] = [new Date('2026-11-21T04:30:00Z'), new Date('2026-11-21T05:30:00Z')];
    const view = { now: night, status: null };
    expect([formatDayAndTime(evening), formatDayAndTime(night)]).toEqual([
      '2026-11-20 23:30:00',
      '2026-11-21 00:30:00',
    ]);
    expect(formatPayments([{ ...PAID, acceptedAt: evening.toISOString() }], null, view)).toMatch(
      /^ *11-20 /m,
    );
    process.env['HOSPITAL_TIME_ZONE'] = 'UTC';
    expect(formatPayments([{ ...PAID, acceptedAt: evening.toISOString() }], null, view)).toMatch(
      /^ *04:30:00 /m,
    );
  });
});
