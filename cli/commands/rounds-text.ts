/** Formats the members of ZooKeeper and the measuring devices, within 80 columns. Pure. */
import type { MemberRole } from '../../shared/zookeeper/round-kinds.js';
import type { MeasuringDevice, RoundState } from '../../shared/zookeeper/read-rounds.js';
import { formatTable } from '../output/table.js';

const ROLES: Readonly<Record<MemberRole, string>> = {
  leader: 'leader',
  follower: 'follower',
  waiting: 'no majority',
  silent: 'no answer',
};

const describeDevice = ({ state, leads }: MeasuringDevice): string => {
  if (state === 'silent') return 'no answer';
  return state === 'ready' ? (leads ? 'leads the rounds' : 'ready') : 'waits for ZooKeeper';
};

const isGood = (word: string): boolean => !/^(no|waits) /.test(word);

export function formatRounds(
  { members, devices }: RoundState,
  paintState: (word: string, isGood: boolean) => string,
): string[] {
  const rows = [
    ...members.map(({ name, role }) => [name, ROLES[role]]),
    ...devices.map((device) => [device.name, describeDevice(device)]),
  ].map(([name = '', word = '']) => [name, paintState(word, isGood(word))]);
  return [...formatTable(['measurements', 'role'], rows, '  '), ''];
}

/** One part of a line that changes only with the state. */
export const formatRoundsLine = ({ members, devices }: RoundState): string =>
  [
    ...members.map(({ name, role }) => `${name} ${role}`),
    ...devices.map(({ name, state, leads }) => `${name} ${leads ? 'leads' : state}`),
  ].join(', ');
