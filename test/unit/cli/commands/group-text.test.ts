/** The servers and the Sentinels of a Redis group as text. */
import { formatGroup, formatGroupLine } from '../../../../cli/commands/group-text.js';
import { formatStatus, formatStatusLine } from '../../../../cli/commands/status-text.js';
import type { GroupState } from '../../../../shared/queue/group-state.js';

const place = (port: number) => ({ host: '10.0.0.1', port });
const STATE: GroupState = {
  name: 'relevo',
  quorum: 2,
  primary: place(1),
  isFailing: false,
  servers: [
    { ...place(1), role: 'primary', link: null, lagBytes: null, offset: 120 },
    { ...place(2), role: 'replica', link: 'up', lagBytes: 30, offset: 90 },
    { ...place(3), role: 'replica', link: 'down', lagBytes: null, offset: 7 },
    { ...place(4), role: null, link: null, lagBytes: null, offset: null },
    { ...place(5), role: 'primary', link: null, lagBytes: null, offset: 9 },
  ],
  sentinels: [
    { ...place(7), primary: place(1), hasQuorum: true },
    { ...place(8), primary: place(2), hasQuorum: false },
    { ...place(9), primary: null, hasQuorum: null },
  ],
};
const toName = (port: number): string | undefined => (port === 4 ? undefined : `process_${port}`);

test('shows role, state, lag and position of each server, and the choice of each Sentinel', () => {
  const lines = formatGroup(STATE, toName, (word, isGood) => (isGood ? word : `!${word}`));
  expect(lines).toEqual([
    '  queue       role            state           lag       position',
    '  process_1   primary         running         -         120 bytes',
    '  process_2   replica         running         30 bytes  90 bytes',
    '  process_3   replica         !not following  -         7 bytes',
    '  10.0.0.1:4  unknown         !no answer      -         -',
    '  process_5   former primary  running         -         9 bytes',
    'Sentinels (quorum 2): process_7 names process_1, process_8 names process_2',
    'without a quorum, process_9 does not answer.',
    '',
  ]);
});

test('without a Sentinel there is no table', () => {
  const none: GroupState = {
    ...STATE,
    primary: null,
    quorum: null,
    servers: [],
    sentinels: [{ ...place(7), primary: null, hasQuorum: null }],
  };
  expect(formatGroup(none, toName, (word) => word)).toEqual([
    'Sentinels: process_7 does not answer.',
    '',
  ]);
  expect(formatGroupLine(none, toName)).toBe('no Sentinel answers');
});

test('the line changes only with the roles', () => {
  expect(formatGroupLine(STATE, toName)).toBe(
    'process_1 primary, process_2 replica, process_3 replica, 10.0.0.1:4 unknown, process_5 former primary',
  );
});

test('is part of the status and of the line of `--watch`', () => {
  const process = { name: 'redis_1', kind: 'redis', pid: 3, port: 1, url: 'redis://10.0.0.1:1' };
  const local = { pid: 1, startedAt: '2026-01-01T00:00:00Z', processes: [process] };
  const view = { local, status: null, group: STATE };
  const now = new Date('2026-01-01T00:01:00Z');
  expect(formatStatus(view, now)).toMatch(/\n {2}redis_1 +primary +running/);
  expect(formatStatusLine(view)).toMatch(
    /^no monitor answers; redis_1 primary, 10\.0\.0\.1:2 replica/,
  );
});
