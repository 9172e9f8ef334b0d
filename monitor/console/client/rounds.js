/** The nodes of the measurement rounds in the topology: members of ZooKeeper and devices. */

/** @typedef {import('../../../shared/contracts/status.js').Status} Status */
/** @typedef {NonNullable<Status['devices']>[number]} MeasuringDevice */
/** @typedef {NonNullable<Status['ensemble']>[number]} EnsembleMember */
/**
 * @typedef {object} Lane
 * @property {Element} list
 * @property {(
 *   id: string,
 *   node: { tone: string; word: string; detail: string; leads?: boolean },
 * ) => void} put
 */

/**
 * The tone and the texts of a member of ZooKeeper. Pure.
 * @param {EnsembleMember} member
 */
export function memberWords({ role }) {
  if (role === 'silent') return { tone: 'bad', word: 'no answer', detail: '' };
  if (role === 'waiting') return { tone: 'warn', word: 'waiting', detail: 'no majority' };
  return { tone: 'good', word: 'running', detail: role };
}

/**
 * The tone and the texts of a measuring device. Pure.
 * @param {MeasuringDevice} device
 */
export function deviceWords({ state: word, leads }) {
  if (word === 'silent') return { tone: 'bad', word: 'no answer', detail: '' };
  if (word === 'waiting') return { tone: 'warn', word, detail: 'for ZooKeeper' };
  return { tone: 'good', word, detail: leads ? 'leads the rounds' : 'measures' };
}

/**
 * The members of ZooKeeper and the devices; hidden when there are none.
 * @param {Lane} lane
 * @param {Status} status
 */
export function putRounds({ put, list }, { ensemble, devices }) {
  const box = list.closest('.lane');
  if (box instanceof HTMLElement) box.hidden = ensemble === null;
  for (const member of ensemble ?? [])
    put(member.name, { ...memberWords(member), leads: member.role === 'leader' });
  for (const device of devices ?? [])
    put(device.name, { ...deviceWords(device), leads: device.leads });
}
