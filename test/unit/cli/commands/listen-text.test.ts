/** Events of the monitor's stream as lines. */
import { formatEvent } from '../../../../cli/commands/listen-text.js';

test('an event has its name and its plain fields', () =>
  expect(
    formatEvent('election:won', { term: 5, leader: 'server_2', previous: null, nested: {} }),
  ).toBe('election:won         term 5, leader server_2'));

test('a second has a line when payments were completed', () => {
  const numbers = { 'queue.pending': 12, 'server_1.committed': 4 };
  expect(formatEvent('sample', { rate: 229.6, numbers })).toBe(
    'payments             230 completed, 12 pending',
  );
  expect(formatEvent('sample', { rate: 3, numbers: {} })).toBe('payments             3 completed');
  expect(formatEvent('sample', { rate: 0, numbers })).toBeNull();
});

test('the status is not printed, and data of another shape harm nothing', () => {
  expect(formatEvent('status', {})).toBeNull();
  expect(formatEvent('sample', 'none')).toBeNull();
  expect(formatEvent('clock:jumped', null)).toBe('clock:jumped');
});
