/** The texts of `relevo handover --at` and `--cancel`, and the order in `relevo status`. */
import { checkSchedule } from '../../../cli/commands/schedule-handover.js';
import {
  formatSchedule,
  formatScheduleLines,
  formatWindowLines,
} from '../../../cli/commands/schedule-text.js';

const NOW = new Date('2026-11-29T23:00:00Z');
const order = {
  id: '0198a2b4-5f3e-4a7b-9c1d-2e3f4a5b6c7d',
  at: '2026-11-30T02:00:00.000Z',
  to: 'server_2',
  reason: 'kernel update',
  state: 'pending',
  outcome: '',
} as const;
const flat = (text: string): string => text.replaceAll('\n', ' ');

test('every state is a sentence with the time in UTC', () => {
  const outcome = 'No other replica is up and ready to lead';
  expect(
    [
      order,
      { ...order, to: null, at: '2026-11-29T23:00:41.500Z' },
      { ...order, state: 'running' } as const,
      { ...order, state: 'cancelled' } as const,
      { ...order, state: 'missed', outcome } as const,
    ].map((each) => flat(formatSchedule(each, NOW))),
  ).toEqual([
    'A hand-over to server_2 is scheduled for 2026-11-30 02:00:00 UTC (in 3 h): kernel update',
    'A hand-over is scheduled for 2026-11-29 23:00:41 UTC (in 42 s): kernel update',
    'The hand-over to server_2 scheduled for 2026-11-30 02:00:00 UTC is under way: kernel update',
    'The hand-over to server_2 scheduled for 2026-11-30 02:00:00 UTC is cancelled.',
    `The hand-over to server_2 scheduled for 2026-11-30 02:00:00 UTC is missed: ${outcome}`,
  ]);
});

test('the lines of the status fit 80 columns; without an order there is none', () => {
  expect(formatScheduleLines({ scheduledHandover: null }, NOW)).toEqual([]);
  const scheduledHandover = { ...order, reason: 'because '.repeat(30) };
  const lines = formatScheduleLines({ scheduledHandover }, NOW);
  expect(lines.length).toBeGreaterThan(2);
  for (const line of lines) expect(line.length).toBeLessThanOrEqual(80);
});

test('a time that is not UTC, and a cancellation with a time or a successor, are refused', () => {
  const args = { to: null, at: null, reason: null, cancel: false, yes: false, json: false };
  expect(() => checkSchedule(args)).not.toThrow();
  expect(() =>
    checkSchedule({ ...args, at: '2026-11-30T02:00:00Z', to: 'server_2' }),
  ).not.toThrow();
  for (const wrong of [
    { ...args, at: '02:00' },
    { ...args, at: '2026-11-30T02:00:00+01:00' },
    { ...args, cancel: true, at: '2026-11-30T02:00:00Z' },
    { ...args, cancel: true, to: 'server_2' },
  ])
    expect(() => checkSchedule(wrong)).toThrow(/--at must be|--cancel has/);
});

test('each member whose state has an end is a line of the status', () => {
  const member = { id: 'server_1', admin: 'maint', observed: 'down' } as const;
  const end = { adminUntil: '2026-11-29T23:40:00.000Z', adminReason: 'new disk' };
  expect(
    formatWindowLines(
      {
        replicas: [{ ...member, ...end }, { ...member, adminUntil: null }, member],
        patients: [{ ...end, id: 'patients_2', admin: 'drain' }],
      },
      NOW,
    ),
  ).toEqual([
    'server_1 is in maint until 2026-11-29 23:40:00 UTC (in 40 min): new disk',
    'patients_2 is in drain until 2026-11-29 23:40:00 UTC (in 40 min): new disk',
  ]);
});
