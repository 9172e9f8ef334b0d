/** The texts of `relevo accept`, and the stop in `relevo status`. */
import {
  formatAcceptance,
  formatBeforeSwitch,
  formatStopLine,
} from '../../../cli/commands/accept-text.js';

const stop = { accepting: false, reason: 'bank maintenance until 15:00', since: null };
const open = { ...stop, accepting: true };

test('the stop and its reason are one line of the status; otherwise there is none', () => {
  expect([stop, open, null].map((acceptance) => formatStopLine({ acceptance }))).toEqual([
    ['New payments are stopped: bank maintenance until 15:00'],
    [],
    [],
  ]);
});

test('a long reason fits 80 columns', () => {
  const acceptance = { ...stop, reason: 'because '.repeat(30) };
  for (const line of formatStopLine({ acceptance })) expect(line.length).toBeLessThanOrEqual(80);
});

test('before and after the switch, the texts name the state', () => {
  expect(formatBeforeSwitch(true, { acceptance: stop })).toBe(
    'New payments are stopped: bank maintenance until 15:00\nEvery instance will accept new payments within a second.',
  );
  expect(formatBeforeSwitch(false, { acceptance: null })).toBe(
    'New payments are accepted.\nEvery instance will refuse new payments within a second.',
  );
  expect([formatAcceptance(open), formatAcceptance(stop)]).toEqual([
    'New payments are accepted again.',
    'New payments are stopped: bank maintenance until 15:00',
  ]);
});
