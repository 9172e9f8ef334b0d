/** The charts of the console: a gap in the record is a gap in the line. */
interface Columns {
  at: number[];
  committed: (number | null)[];
  p50: (number | null)[];
  p99: (number | null)[];
  pending: (number | null)[];
  waiting: (number | null)[];
}
type Name = Exclude<keyof Columns, 'at'>;
type Line = (number | null | undefined)[];

/** The compilation of the tests does not include the scripts of the browser. */
const CLIENT = '../../../monitor/console/client/chart-data.js';
const { toPlotData, join, COUNT_STEPS, timeLabels } = (await import(CLIENT)) as {
  toPlotData: (data: Columns, names: readonly Name[], stepMs: number) => [number[], ...Line[]];
  join: (stored: Columns | null, live: Columns) => Columns;
  COUNT_STEPS: number[];
  timeLabels: (span: number) => { space: number; label: (seconds: number) => string };
};

const columns = (at: readonly number[], p50: readonly (number | null)[]): Columns => {
  const zeros = at.map(() => 0);
  const others = { committed: zeros, p99: zeros, pending: zeros, waiting: zeros };
  return { at: [...at], p50: [...p50], ...others };
};
/** Seconds after the start as milliseconds. */
const seconds = (...values: number[]): number[] => values.map((value) => value * 1_000);

test('four idle minutes are a gap in the latency, and no ramp', () => {
  const at = Array.from({ length: 300 }, (_, second) => second * 1_000);
  const latency = at.map((ms) => (ms < 20_000 || ms >= 260_000 ? 50 : null));
  const [, line] = toPlotData(columns(at, latency), ['p50'], 1_000);
  expect(line).toHaveLength(300);
  expect(line?.slice(20, 260).every((value) => value === null)).toBe(true);
});

test('a latency that is read every two seconds is one line', () => {
  const [, line] = toPlotData(
    columns(seconds(0, 1, 2, 3, 4), [5, null, 7, null, 9]),
    ['p50'],
    1_000,
  );
  expect(line).toEqual([5, undefined, 7, undefined, 9]);
});

test('a value that is not known at the beginning and at the end stays unknown', () => {
  const [, line] = toPlotData(columns(seconds(0, 1, 2), [null, 5, null]), ['p50'], 1_000);
  expect(line).toEqual([null, 5, null]);
});

test('missing samples are a gap in every line', () => {
  const data = columns(seconds(0, 5, 60, 65), [1, 2, 3, 4]);
  const [at, line, committed] = toPlotData(data, ['p50', 'committed'], 5_000);
  expect(at).toEqual([0, 5, 10, 60, 65]);
  expect(line).toEqual([1, 2, null, 3, 4]);
  expect(committed).toEqual([0, 0, null, 0, 0]);
});

test('one missing sample is no gap: two timers are never exactly in step', () => {
  const [at, line] = toPlotData(columns(seconds(0, 10, 15), [1, 2, 3]), ['p50'], 5_000);
  expect([at, line]).toEqual([
    [0, 10, 15],
    [1, 2, 3],
  ]);
});

test('the memory of the monitor follows the record, without a sample twice', () => {
  const stored = columns(seconds(0, 5, 10), [1, 2, 3]);
  const live = columns(seconds(8, 9, 10), [7, 8, 9]);
  expect(join(stored, live)).toMatchObject({ at: seconds(0, 5, 8, 9, 10), p50: [1, 2, 7, 8, 9] });
  expect(join(null, live)).toEqual(live);
});

test('the ticks of counts are whole numbers', () => {
  expect(COUNT_STEPS.every((step) => Number.isInteger(step) && step >= 1)).toBe(true);
  expect(COUNT_STEPS.slice(0, 5)).toEqual([1, 2, 5, 10, 20]);
});

test('longer periods have days beside the time, and more space between their labels', () => {
  const [day, week] = [timeLabels(86_400), timeLabels(7 * 86_400)];
  expect(day.label(0)).toMatch(/^\d\d:\d\d$/);
  expect(week.label(0).length).toBeGreaterThan(8);
  expect(week.space).toBeGreaterThan(day.space);
});
