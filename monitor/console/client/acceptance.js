/** The switch of the acceptance on the overview: its state, its button and its preview. */
import { byId, show } from './dom.js';
import { dateTime } from './format.js';
import { offer } from './link.js';

/** @typedef {import('../../../shared/contracts/status.js').Status['acceptance']} Acceptance */

/**
 * The effect of the switch, as sentences. Pure.
 * @param {boolean} accepting the wanted state.
 */
export const previewAcceptance = (accepting) =>
  accepting
    ? ['Every instance accepts new payments again, within a second.']
    : [
        'Within a second every instance refuses new payments with 503 and your reason, and the desk shows the reason.',
        'Accepted payments are processed, and repeated requests get their answer.',
      ];

/**
 * The state as a sentence. Pure.
 * @param {Acceptance} acceptance
 */
function describeAcceptance(acceptance) {
  if (acceptance === null) return 'not known yet';
  if (acceptance.accepting) return 'accepted';
  const since = acceptance.since === null ? '' : ` since ${dateTime(acceptance.since)}`;
  return `stopped${since}: ${acceptance.reason}`;
}

/**
 * @param {(accepting: boolean) => void} onPress called with the wanted state.
 * @returns a function that shows the switch.
 */
export function acceptanceSwitch(onPress) {
  const button = document.getElementById('accepting');
  let accepts = true;
  button?.addEventListener('click', () => onPress(!accepts));
  if (button) offer(button, false);
  /** @param {Acceptance} acceptance */
  return (acceptance) => {
    accepts = acceptance?.accepting ?? true;
    show('acceptance', describeAcceptance(acceptance));
    byId('acceptance').className =
      `state ${acceptance === null ? 'none' : accepts ? 'good' : 'bad'}`;
    if (!button) return;
    show(button, accepts ? 'Stop payments …' : 'Accept payments again …');
    offer(button, acceptance !== null);
  };
}
