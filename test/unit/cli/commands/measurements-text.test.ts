/** Rounds and settings of the measurements, as text and for programs. */
import {
  formatSeries,
  formatSettings,
  toSettingsDocument,
} from '../../../../cli/commands/measurements-text.js';

const at = '2026-11-29T10:00:00.000Z';
const data = (text: string) => ({ text, version: 3, changedAt: new Date(at) });

test('a setting that is not set has its default and no version', () => {
  const settings = { samplingPeriod: null, apiUrl: null };
  expect(formatSettings(settings)).toMatch(/sampling period +5 s +not set: the default/);
  expect(toSettingsDocument(settings)).toEqual({
    samplingPeriodSeconds: { value: null, version: null, changedAt: null },
    apiUrl: { value: null, version: null, changedAt: null },
  });
});

test('a setting has its value, version and time', () => {
  const settings = { samplingPeriod: data('0.5'), apiUrl: data('http://127.0.0.1:1/nuevo') };
  expect(formatSettings(settings)).toMatch(/0\.5 s +version 3, 2026-11-29/);
  expect(toSettingsDocument(settings)).toEqual({
    samplingPeriodSeconds: { value: 0.5, version: 3, changedAt: at },
    apiUrl: { value: 'http://127.0.0.1:1/nuevo', version: 3, changedAt: at },
  });
});

test('rounds are one line each, and none is a sentence', () => {
  const round = { round: 7, mean: 12.5, devices: 3, at, epoch: 4_294_967_301 };
  const [, line = ''] = formatSeries([round]).split('\n');
  expect(line.trim().split(/ {2,}/)).toEqual([
    '7',
    expect.stringMatching(/^\d\d:\d\d:00$/),
    '13 ms',
    '3',
    '4294967301',
  ]);
  expect(formatSeries([])).toBe('There has been no round yet.');
});
