/**
 * Checks the measurement rounds of a running system: that the ensemble has a majority, that every
 * device takes part, and that one of them leads.
 */
import { findRoundPlaces } from '../../local/record-places.js';
import { pollUntil } from '../../shared/wait-until.js';
import { readRounds, type RoundState } from '../../shared/zookeeper/read-rounds.js';
import { ok, problem, warning, type Check, type Finding } from './finding.js';

const STATUS = 'npx relevo status --watch';
/** A busy machine may answer late, and an election of the devices takes some seconds. */
const ANSWERS = { deadlineMs: 5_000, pollMs: 200 };

function judgeEnsemble({ members }: RoundState): Finding {
  const serving = members.filter(({ role }) => role === 'leader' || role === 'follower');
  const others = members.filter((member) => !serving.includes(member)).map(({ name }) => name);
  const leader = members.find(({ role }) => role === 'leader')?.name;
  if (leader === undefined)
    return problem('ZooKeeper', 'It has no majority: the measurement rounds pause.', STATUS);
  return others.length > 0
    ? warning('ZooKeeper', `${others.join(', ')} does not serve; ${leader} leads.`, STATUS)
    : ok('ZooKeeper', `all ${members.length} members serve, ${leader} leads`);
}

function judgeDevices({ devices }: RoundState): Finding {
  const leading = devices.find(({ leads }) => leads)?.name;
  const missing = devices.filter(({ state }) => state !== 'ready').map(({ name }) => name);
  if (leading === undefined)
    return problem(
      'devices',
      'No device leads: no mean is kept.',
      'npx relevo measurements series',
    );
  return missing.length > 0
    ? warning('devices', `${missing.join(', ')} takes no part; ${leading} leads.`, STATUS)
    : ok('devices', `all ${devices.length} measure, ${leading} leads`);
}

export const judgeRounds = (state: RoundState): Finding[] => [
  judgeEnsemble(state),
  judgeDevices(state),
];

export const measurementsCheck: Check = {
  name: 'measurements',
  async look({ running }) {
    const places = running?.system ? findRoundPlaces(running.system) : null;
    if (!places) return [];
    let findings: Finding[] = [];
    await pollUntil(async () => {
      findings = judgeRounds(await readRounds(places));
      return findings.every(({ level }) => level === 'ok');
    }, ANSWERS);
    return findings;
  },
};
