/** The judgement of the doctor about the measurement rounds. */
import { judgeRounds } from '../../../../cli/doctor/measurements.js';
import type { RoundState } from '../../../../shared/zookeeper/read-rounds.js';

type Role = RoundState['members'][number]['role'];
type State = RoundState['devices'][number]['state'];

const toState = (roles: readonly Role[], states: readonly State[], leader: number): RoundState => ({
  members: roles.map((role, index) => ({ name: `zookeeper_${index + 1}`, role, connections: 1 })),
  devices: states.map((state, index) => ({
    name: `device_${index + 1}`,
    state,
    leads: index === leader,
  })),
});

const WHOLE: Role[] = ['follower', 'leader', 'follower'];
const READY: State[] = ['ready', 'ready'];

test.each([
  ['a whole system', toState(WHOLE, READY, 0), ['ok', 'ok']],
  ['a silent member', toState(['leader', 'silent', 'follower'], READY, 0), ['warning', 'ok']],
  ['no majority', toState(['waiting', 'silent', 'silent'], READY, 0), ['problem', 'ok']],
  ['a silent device', toState(WHOLE, ['ready', 'silent'], 0), ['ok', 'warning']],
  ['no leading device', toState(WHOLE, READY, -1), ['ok', 'problem']],
])('%s', (_title, state, expected) => {
  const findings = judgeRounds(state);
  expect(findings.map(({ level }) => level)).toEqual(expected);
  for (const { level, fix } of findings) expect(fix === null).toBe(level === 'ok');
});
