/** The members and devices of the measurement rounds in `relevo status`. */
import { formatRounds, formatRoundsLine } from '../../../../cli/commands/rounds-text.js';
import type { RoundState } from '../../../../shared/zookeeper/read-rounds.js';

const STATE: RoundState = {
  members: [
    { name: 'zookeeper_1', role: 'follower', connections: 2 },
    { name: 'zookeeper_2', role: 'leader', connections: 1 },
    { name: 'zookeeper_3', role: 'silent', connections: null },
  ],
  devices: [
    { name: 'device_1', state: 'ready', leads: true },
    { name: 'device_2', state: 'waiting', leads: false },
  ],
};

test('each member has its role and each device its state; bad ones are emphasised', () => {
  const lines = formatRounds(STATE, (word, isGood) => (isGood ? word : `!${word}`));
  expect(lines.map((line) => line.trim().split(/ {2,}/))).toEqual([
    ['measurements', 'role'],
    ['zookeeper_1', 'follower'],
    ['zookeeper_2', 'leader'],
    ['zookeeper_3', '!no answer'],
    ['device_1', 'leads the rounds'],
    ['device_2', '!waits for ZooKeeper'],
    [''],
  ]);
});

test('one line for programs that follow the changes', () => {
  expect(formatRoundsLine(STATE)).toBe(
    'zookeeper_1 follower, zookeeper_2 leader, zookeeper_3 silent, device_1 leads, device_2 waiting',
  );
});
