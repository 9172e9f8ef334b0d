/**
 * The table of the patients instances behind a load balancer. The state that an operator set and
 * the observed one are two columns. Without a balancer the table is hidden.
 */
import { isSignedIn } from './csrf.js';
import { byId, logLink, make, setState, show, state } from './dom.js';
import { dateTime } from './format.js';
import { describeUntil } from './maintenance.js';
import { ADMIN, OBSERVED } from './tones.js';

/** @typedef {import('../../../shared/contracts/status.js').Status} Status */
/** @typedef {import('../../../shared/contracts/status.js').InstanceStatus} InstanceStatus */
/** @typedef {InstanceStatus['admin']} AdminState */
/** @typedef {(state: AdminState, instance: string) => void} OnState */
/** @typedef {ReturnType<typeof makeRow>} Row */

/** @type {readonly (readonly [state: AdminState, label: string])[]} */
const BUTTONS = [
  ['drain', 'Drain'],
  ['maint', 'Maintenance'],
  ['ready', 'Ready'],
];

/** @param {InstanceStatus} instance */
const isServing = ({ admin, balancer }) => admin === 'ready' && balancer !== 'down';

/**
 * The effect of a state, by the rules of the monitor, which checks them again. Pure.
 * @param {Pick<Status, 'patients' | 'balancer'>} status
 * @param {AdminState} wanted
 * @param {string} id
 */
export function previewState({ patients, balancer }, wanted, id) {
  if (!balancer?.answers) return { words: ['The balancer does not answer.'], isPossible: false };
  if (wanted === 'ready') return { words: [`${id} receives new clients.`], isPossible: true };
  const others = patients.filter((each) => each.id !== id && isServing(each));
  const itself = patients.find((each) => each.id === id);
  const names = others.map((each) => each.id).join(', ');
  if (others.length === 0 && itself && isServing(itself))
    return {
      words: [`${id} is the only instance that receives new clients.`],
      isPossible: false,
    };
  const to = names || 'no instance';
  const stay = wanted === 'drain' ? 'stay.' : `continue on ${to}, with their sessions.`;
  return { words: [`New clients go to ${to}.`, `The clients of ${id} ${stay}`], isPossible: true };
}

/**
 * @param {string} label
 * @param {...Node} children
 */
const cell = (label, ...children) =>
  make('td', { 'data-label': label }, make('div', {}, ...children));

/**
 * @param {string} id
 * @param {OnState} onState
 */
function makeRow(id, onState) {
  const parts = {
    admin: state('none', '–'),
    since: make('small'),
    reason: make('span'),
    observed: state('none', '–'),
    balancer: make('small'),
    buttons: BUTTONS.map(([wanted, label]) => ({
      wanted,
      element: make(
        'button',
        {
          'type': 'button',
          'dataset': { action: wanted, instance: id },
          'aria-label': `${label}: ${id}`,
          'onclick': () => onState(wanted, id),
        },
        label,
      ),
    })),
  };
  const buttons = parts.buttons.map(({ element }) => element);
  const row = make(
    'tr',
    { dataset: { instance: id } },
    make('th', { scope: 'row' }, make('span', { class: 'id' }, logLink(id))),
    cell('Administrative', parts.admin, parts.since),
    cell('Reason', parts.reason),
    cell('Observed', parts.observed, parts.balancer),
    isSignedIn() ? cell('Actions', make('div', { class: 'actions' }, ...buttons)) : null,
  );
  return { row, parts };
}

/**
 * @param {Row['parts']} parts
 * @param {InstanceStatus} instance
 * @param {NonNullable<Status['balancer']>} balancer
 */
function fill(parts, instance, { name, answers }) {
  const { admin, adminReason, adminSince, adminUntil, observed } = instance;
  setState(parts.admin, ADMIN[admin], admin);
  const until = describeUntil(adminUntil, Date.now());
  show(parts.since, adminSince === null ? '' : `since ${dateTime(adminSince)}${until}`);
  show(parts.reason, adminReason || '–');
  setState(parts.observed, OBSERVED[observed], observed);
  show(parts.balancer, `${name ?? 'balancer'}: ${answers ? instance.balancer : 'no answer'}`);
  for (const { wanted, element } of parts.buttons) element.hidden = wanted === admin;
}

/**
 * @param {OnState} onState called when a button is pressed.
 * @returns a function that shows a status.
 */
export function instanceTable(onState) {
  const [section, body] = [byId('instances-section'), byId('instances')];
  /** @type {Map<string, Row>} */
  const rows = new Map();
  /** @param {Status} status */
  return ({ patients, balancer }) => {
    section.hidden = balancer === null;
    if (balancer === null) return;
    for (const instance of patients) {
      const made = rows.get(instance.id) ?? makeRow(instance.id, onState);
      if (!rows.has(instance.id)) body.append(made.row);
      rows.set(instance.id, made);
      fill(made.parts, instance, balancer);
    }
  };
}
