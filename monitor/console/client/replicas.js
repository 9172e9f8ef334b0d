/**
 * The table of replicas, with one row each. The administrative and the observed state are two
 * columns. Rows stay; their texts change.
 */
import { isSignedIn } from './csrf.js';
import { byId, logLink, make, setState, show, state, time } from './dom.js';
import { ago, count, dash, milliseconds, rate } from './format.js';
import { describeUntil } from './maintenance.js';
import { sparkline } from './sparkline.js';
import { ADMIN, OBSERVED, reaches } from './tones.js';

/** @typedef {import('../../../shared/contracts/status.js').Status} Status */
/** @typedef {import('../../../shared/contracts/status.js').ReplicaStatus} ReplicaStatus */
/** @typedef {import('../../core/preview.js').Action} Action */
/** @typedef {(action: Action, replica: string) => void} OnAction */
/** @typedef {(replica: ReplicaStatus, leads: boolean, status: Status) => boolean} Condition */
/** @typedef {ReturnType<typeof makeRow>} Row */

/**
 * The actions, each with its condition.
 * @type {readonly (readonly [action: Action, label: string, isOffered: Condition])[]}
 */
const BUTTONS = [
  ['drain', 'Drain', ({ admin }) => admin !== 'drain'],
  ['maint', 'Maintenance', ({ admin }) => admin !== 'maint'],
  ['ready', 'Ready', ({ admin }) => admin !== 'ready'],
  ['handover', 'Hand over to it', (_replica, leads) => !leads],
  ['kill', 'Kill', (_replica, _leads, { faults }) => faults],
  ['freeze', 'Freeze', (_replica, _leads, { faults }) => faults],
];

/**
 * @param {string} id
 * @param {OnAction} onAction
 */
const buttonsFor = (id, onAction) =>
  BUTTONS.map(([action, label, isOffered]) => ({
    isOffered,
    element: make(
      'button',
      {
        'type': 'button',
        'class': action === 'kill' || action === 'freeze' ? 'danger' : null,
        'dataset': { action, replica: id },
        'aria-label': `${label}: ${id}`,
        'onclick': () => onAction(action, id),
      },
      label,
    ),
  }));

/**
 * @param {string} label
 * @param {...Node} children
 */
const cell = (label, ...children) =>
  make('td', { 'data-label': label }, make('div', {}, ...children));

/**
 * @param {string} id
 * @param {OnAction} onAction
 */
function makeRow(id, onAction) {
  const parts = {
    leads: make('span', { class: 'state leads', hidden: true }, 'leads'),
    admin: state('none', '–'),
    until: make('small'),
    adminWhy: make('small'),
    observed: state('none', '–'),
    opinions: make('small'),
    term: make('span'),
    ping: make('span'),
    spark: sparkline(),
    rate: make('span', {}, '–'),
    inFlight: make('span'),
    reaches: make('span'),
    failure: make('span'),
    buttons: buttonsFor(id, onAction),
  };
  const row = make(
    'tr',
    { dataset: { replica: id } },
    make('th', { scope: 'row' }, make('span', { class: 'id' }, logLink(id)), parts.leads),
    cell('Administrative', parts.admin, parts.until, parts.adminWhy),
    cell('Observed', parts.observed, parts.opinions),
    cell('Ping', parts.ping, parts.spark.svg),
    cell('Term', parts.term),
    cell('Payments/s', parts.rate),
    cell('In flight', parts.inFlight),
    cell('Reaches', parts.reaches),
    cell('Last error', parts.failure),
    isSignedIn()
      ? cell(
          'Actions',
          make('div', { class: 'actions' }, ...parts.buttons.map(({ element }) => element)),
        )
      : null,
  );
  return { row, parts };
}

/**
 * The opinions of several monitors as text. Pure.
 * @param {ReplicaStatus['opinions']} opinions
 */
export function opinionWords(opinions) {
  const held = Object.entries(opinions);
  if (held.length < 2) return '';
  if (new Set(Object.values(opinions)).size === 1) return `all ${held.length} monitors agree`;
  return held.map(([monitor, opinion]) => `${monitor}: ${opinion}`).join(', ');
}

/**
 * @param {Element} target
 * @param {ReplicaStatus['lastFailure']} failure
 */
function showFailure(target, failure) {
  const text = failure ? `${failure.words}, ${ago(failure.at, Date.now())} ago` : 'none known';
  if (target.textContent !== text) target.replaceChildren(failure ? time(failure.at, text) : text);
}

/**
 * @param {Row['parts']} parts
 * @param {ReplicaStatus} replica
 * @param {Status} status
 */
function fill(parts, replica, status) {
  const leads = replica.id === status.partitions[0]?.leader;
  parts.leads.hidden = !leads || replica.observed !== 'alive';
  setState(parts.admin, ADMIN[replica.admin], replica.admin);
  show(parts.until, describeUntil(replica.adminUntil, Date.now()).trim());
  show(parts.adminWhy, replica.adminReason);
  setState(
    parts.observed,
    OBSERVED[replica.observed],
    replica.layer ? `${replica.observed} (${replica.layer})` : replica.observed,
  );
  show(parts.opinions, opinionWords(replica.opinions));
  show(parts.term, dash(replica.term));
  show(parts.ping, milliseconds(replica.pingMs));
  show(parts.inFlight, count(replica.parcelsInFlight));
  show(parts.reaches, replica.observed === 'alive' ? reaches(replica.reaches) : '–');
  showFailure(parts.failure, replica.lastFailure);
  for (const { element, isOffered } of parts.buttons)
    element.hidden = !isOffered(replica, leads, status);
}

/** @param {OnAction} onAction called when a button is pressed. */
export function replicaTable(onAction) {
  const body = byId('replicas');
  /** @type {Map<string, Row>} */
  const rows = new Map();
  /** @param {string} id */
  const getRow = (id) => {
    const known = rows.get(id);
    if (known) return known;
    const made = makeRow(id, onAction);
    rows.set(id, made);
    body.append(made.row);
    return made;
  };
  return {
    /**
     * @param {Status} status
     * @param {(replica: ReplicaStatus) => boolean} isShown whether the filter shows a row.
     */
    status(status, isShown) {
      for (const replica of status.replicas) {
        const { row, parts } = getRow(replica.id);
        row.classList.toggle('lead', replica.id === status.partitions[0]?.leader);
        row.hidden = !isShown(replica);
        fill(parts, replica, status);
      }
      byId('no-replicas').hidden = status.replicas.some(isShown);
    },
    /**
     * @param {string} id
     * @param {number | null} perSecond
     */
    rate: (id, perSecond) => show(getRow(id).parts.rate, rate(perSecond)),
    /**
     * @param {string} id
     * @param {number | null} parcels
     */
    inFlight: (id, parcels) => show(getRow(id).parts.inFlight, count(parcels)),
    /**
     * @param {string} id
     * @param {readonly (number | null)[]} more
     */
    pings(id, more) {
      getRow(id).parts.spark.add(more);
      show(getRow(id).parts.ping, milliseconds(more.at(-1)));
    },
    /**
     * @param {string} id
     * @param {readonly (number | null)[]} all
     */
    resetPings: (id, all) => getRow(id).parts.spark.reset(all),
  };
}
