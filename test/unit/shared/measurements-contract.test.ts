/** The contracts of the measurement rounds: each bound refuses the value beyond it. */
import { describe, expect, test } from '@jest/globals';
import {
  apiUrlData,
  barrierData,
  counterData,
  epochAnswer,
  epochRequest,
  EPOCHS_PATH,
  LARGEST_MEAN_MS,
  MEAN_PATH,
  MEAN_REFUSALS,
  measurementData,
  meanQuery,
  samplingPeriodData,
  SAMPLING_PERIOD,
  seriesAnswer,
  seriesQuery,
  ZNODES,
  type BarrierData,
  type EpochAnswer,
  type EpochRequest,
  type MeanQuery,
  type MeanRefusal,
  type MeasurementData,
  type SeriesAnswer,
  type SeriesRound,
} from '../../../shared/contracts/measurements.js';

const at = '2026-01-02T03:04:05.678Z';
const barrier: BarrierData = { round: 1, epoch: 4_294_967_298, openedAt: at };
const measurement: MeasurementData = { round: 7, ms: 12.345, kind: 'payments', payments: 230 };
const mean: MeanQuery = { dato: 12.5, round: 7, epoch: 9, devices: 3 };
const written = { dato: '12.5', round: '7', epoch: '9', devices: '3' };
const request: EpochRequest = { epoch: 9, device: 'device_1' };
const answer: EpochAnswer = { epoch: 9, lastRound: 0 };
const round: SeriesRound = { round: 7, mean: 12.5, devices: 3, at, epoch: 9 };
const series: SeriesAnswer = { rounds: [round] };
const refusals: readonly MeanRefusal[] = MEAN_REFUSALS;
const apiUrl = apiUrlData(['127.0.0.1', 'localhost']);

test('the names of the nodes and of the paths are those of the published system', () => {
  const { epochBase, ...published } = ZNODES;
  expect(epochBase).toBe('/epoch_base');
  expect(Object.values(published)).toEqual([
    '/election',
    '/mediciones',
    '/barrier',
    '/counter',
    '/config',
    '/config/sampling_period',
    '/config/api_url',
  ]);
  expect([MEAN_PATH, EPOCHS_PATH, ...refusals]).toEqual([
    '/nuevo',
    '/epochs',
    'OLD_EPOCH',
    'ROUND_KEPT',
  ]);
});

describe('data in ZooKeeper', () => {
  test('is read as it was written', () => {
    expect(barrierData.parse(JSON.parse(JSON.stringify(barrier)))).toEqual(barrier);
    expect(measurementData.parse(JSON.parse(JSON.stringify(measurement)))).toEqual(measurement);
    expect(counterData.parse('12')).toBe(12);
  });

  test.each([
    ['a round of 0', barrierData, { ...barrier, round: 0 }],
    ['an epoch that is no exact number', barrierData, { ...barrier, epoch: 2 ** 53 }],
    ['a negative duration', measurementData, { ...measurement, ms: -1 }],
    ['a duration above an hour', measurementData, { ...measurement, ms: LARGEST_MEAN_MS + 1 }],
    ['another kind', measurementData, { ...measurement, kind: 'guess' }],
    ['a counter that is empty', counterData, ''],
    ['a negative counter', counterData, '-1'],
  ])('%s is refused', (_name, schema, value) =>
    expect(schema.safeParse(value).success).toBe(false),
  );
});

describe('the settings', () => {
  test.each([
    ['0.5', 0.5],
    ['5', SAMPLING_PERIOD.default],
    ['3600', SAMPLING_PERIOD.max],
  ])('a period of %s s is allowed', (text, seconds) =>
    expect(samplingPeriodData.parse(text)).toBe(seconds),
  );

  test.each(['0', '0.49', '3600.1', '2592000', '-1', '', ' 5', '1e2', 'NaN', 'Infinity', 'five'])(
    'a period of "%s" is refused',
    (text) => expect(samplingPeriodData.safeParse(text).success).toBe(false),
  );

  test.each(['http://127.0.0.1:5200/nuevo', 'https://localhost/measurements/nuevo'])(
    'the address %s is allowed',
    (text) => expect(apiUrl.parse(text)).toBe(text),
  );

  test.each([
    'nuevo',
    'ftp://127.0.0.1/nuevo',
    'http://user:secret@127.0.0.1/nuevo',
    'http://127.0.0.1/nuevo?dato=1',
    'http://127.0.0.1/nuevo#a',
    'http://127.0.0.1/other',
    'http://example.org/nuevo',
    'http://127.0.0.1.example.org/nuevo',
  ])('the address %s is refused', (text) => expect(apiUrl.safeParse(text).success).toBe(false));

  test('an address of more than 500 characters is refused', () => {
    const text = `http://127.0.0.1/${'a'.repeat(500)}/nuevo`;
    expect(apiUrl.safeParse(text).success).toBe(false);
  });
});

describe('calls to the API', () => {
  test('a query and a body are read', () => {
    expect(meanQuery.parse(written)).toEqual(mean);
    expect(meanQuery.parse({ ...written, dato: String(LARGEST_MEAN_MS) }).dato).toBe(3_600_000);
    expect(epochRequest.parse(request)).toEqual(request);
    expect(epochAnswer.parse(answer)).toEqual(answer);
    expect(seriesAnswer.parse(series)).toEqual(series);
    expect(seriesQuery.parse({})).toEqual({ last: 100 });
    expect(seriesQuery.parse({ last: '10000' })).toEqual({ last: 10_000 });
  });

  test.each([
    ['no dato', { dato: undefined }],
    ['dato twice', { dato: ['1', '2'] }],
    ['an empty dato', { dato: '' }],
    ['dato as words', { dato: 'twelve' }],
    ['a negative dato', { dato: '-1' }],
    ['an infinite dato', { dato: 'Infinity' }],
    ['a dato above an hour', { dato: '3600000.1' }],
    ['round 0', { round: '0' }],
    ['a fraction as epoch', { epoch: '1.5' }],
    ['an epoch that is no exact number', { epoch: '9007199254740993' }],
    ['no devices', { devices: '0' }],
    ['too many devices', { devices: '1001' }],
    ['an unknown field', { other: '1' }],
  ])('%s is refused', (_name, change) =>
    expect(meanQuery.safeParse({ ...written, ...change }).success).toBe(false),
  );

  test.each(['0', '10001', 'all'])('a series of %s rounds is refused', (last) =>
    expect(seriesQuery.safeParse({ last }).success).toBe(false),
  );
});
