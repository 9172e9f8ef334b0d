/**
 * The table of replicas, with one row each. The administrative and the observed state are two
 * columns. Rows stay; their texts change.
 */
import { byId, make, setState, show, state, time } from './dom.js';
import { ago, count, dash, milliseconds, rate } from './format.js';
import { sparkline } from './sparkline.js';
import { ADMIN, OBSERVED, reaches } from './tones.js';

const isSignedIn = () => document.querySelector('meta[name="csrf"]').content !== '';

/** The actions, each with its condition. */
const BUTTONS = [
  ['drain', 'Drain', ({ admin }) => admin !== 'drain'],
  ['maint', 'Maintenance', ({ admin }) => admin !== 'maint'],
  ['ready', 'Ready', ({ admin }) => admin !== 'ready'],
  ['handover', 'Hand over to it', (_replica, leads) => !leads],
  ['kill', 'Kill', (_replica, _leads, { faults }) => faults],
  ['freeze', 'Freeze', (_replica, _leads, { faults }) => faults],
];

const buttonsFor = (id, onAction) =>
  BUTTONS.map(([action, label]) =>
    make(
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
  );

const cell = (label, ...children) =>
  make('td', { 'data-label': label }, make('div', {}, ...children));

function makeRow(id, onAction) {
  const parts = {
    leads: make('span', { class: 'state leads', hidden: true }, 'leads'),
    admin: state('none', '–'),
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
    make('th', { scope: 'row' }, make('span', { class: 'id' }, id), parts.leads),
    cell('Administrative', parts.admin, parts.adminWhy),
    cell('Observed', parts.observed, parts.opinions),
    cell('Ping', parts.ping, parts.spark.svg),
    cell('Term', parts.term),
    cell('Payments/s', parts.rate),
    cell('In flight', parts.inFlight),
    cell('Reaches', parts.reaches),
    cell('Last failure', parts.failure),
    isSignedIn() ? cell('Actions', make('div', { class: 'actions' }, ...parts.buttons)) : null,
  );
  return { row, parts };
}

/** The opinions of several monitors as text. Pure. */
export function opinionWords(opinions) {
  const held = Object.entries(opinions);
  if (held.length < 2) return '';
  if (held.every(([, opinion]) => opinion === held[0][1]))
    return `all ${held.length} monitors agree`;
  return held.map(([monitor, opinion]) => `${monitor}: ${opinion}`).join(', ');
}

function showFailure(target, failure) {
  const text = failure ? `${failure.words}, ${ago(failure.at, Date.now())} ago` : 'none known';
  if (target.textContent !== text) target.replaceChildren(failure ? time(failure.at, text) : text);
}

function fill(parts, replica, status) {
  const leads = replica.id === status.partitions[0].leader;
  parts.leads.hidden = !leads;
  setState(parts.admin, ADMIN[replica.admin], replica.admin);
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
  parts.buttons.forEach((button, index) => {
    button.hidden = !BUTTONS[index][2](replica, leads, status);
  });
}

/** @param onAction called when a button is pressed: (action, replica). */
export function replicaTable(onAction) {
  const body = byId('replicas');
  const rows = new Map();
  const rowOf = (id) => {
    if (!rows.has(id)) {
      rows.set(id, makeRow(id, onAction));
      body.append(rows.get(id).row);
    }
    return rows.get(id);
  };
  return {
    /** @param isShown whether the filter shows a row. */
    status(status, isShown) {
      for (const replica of status.replicas) {
        const { row, parts } = rowOf(replica.id);
        row.classList.toggle('lead', replica.id === status.partitions[0].leader);
        row.hidden = !isShown(replica);
        fill(parts, replica, status);
      }
      byId('no-replicas').hidden = status.replicas.some(isShown);
    },
    rate: (id, perSecond) => show(rowOf(id).parts.rate, rate(perSecond)),
    inFlight: (id, parcels) => show(rowOf(id).parts.inFlight, count(parcels)),
    pings(id, more) {
      rowOf(id).parts.spark.add(more);
      show(rowOf(id).parts.ping, milliseconds(more.at(-1)));
    },
    resetPings: (id, all) => rowOf(id).parts.spark.reset(all),
  };
}
