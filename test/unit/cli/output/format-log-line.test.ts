/** Lines of process logs: services write JSON, other programs write text. */
import { formatLogLine } from '../../../../cli/output/format-log-line.js';
import { paintNothing } from '../../../../cli/output/paint.js';
import { getLogTime, hasLevel } from '../../../../shared/logs/log-line.js';

const line = (more: object): string =>
  JSON.stringify({ level: 'warn', time: '2026-11-21T18:12:04.156Z', msg: 'slow', ...more });
const before = process.env['HOSPITAL_TIME_ZONE'];
beforeAll(() => {
  process.env['HOSPITAL_TIME_ZONE'] = 'UTC';
});
afterAll(() => {
  if (before === undefined) delete process.env['HOSPITAL_TIME_ZONE'];
  else process.env['HOSPITAL_TIME_ZONE'] = before;
});

test('a line of a service has time, process, level, message and the reason of its error', () => {
  expect(formatLogLine('server_1', line({ err: { message: 'refused' } }), paintNothing)).toBe(
    '18:12:04.156 server_1     warn  slow (refused)',
  );
  expect(formatLogLine('server_1', line({}), (colour, text) => `<${colour}>${text}`)).toContain(
    '<yellow>warn ',
  );
});

test('a line of another program stays as it is', () => {
  expect(formatLogLine('postgres', 'LOG: ready', paintNothing)).toBe(
    '             postgres     LOG: ready',
  );
  expect(getLogTime('LOG: ready')).toBeNull();
  expect(getLogTime(line({}))).toBe(Date.parse('2026-11-21T18:12:04.156Z'));
});

test.each([
  ['info', true],
  ['warn', true],
  ['error', false],
] as const)('a warning with the least level %s: %p', (least, isShown) =>
  expect(hasLevel(line({}), least)).toBe(isShown),
);

test('a line without a level is always shown', () =>
  expect(hasLevel('LOG: ready', 'fatal')).toBe(true));
