/** Fills the overview page from the live stream. Performs no actions itself; see actions.js. */
import { actions } from './actions.js';
import { charts } from './charts.js';
import { byId, make, show, time } from './dom.js';
import { filters, isShown } from './filters.js';
import { ago, count, dateTime } from './format.js';
import { showLink } from './link.js';
import { follow } from './live.js';
import { NEWS, tell } from './news.js';
import { replicaTable } from './replicas.js';
import { electionItem } from './timeline.js';
import { topology } from './topology.js';

const SHOWN_ELECTIONS = 6;
/** Maximum wait for an answer, in ms. */
const ANSWER_MS = 15_000;
const isSignedIn = document.querySelector('meta[name="csrf"]').content !== '';

let status = null;
let loadedMinutes = null;
let awaitsCommit = false;

const deeds = isSignedIn
  ? actions(() => void loadAudit())
  : { ask: () => undefined, refresh: () => undefined };
const table = replicaTable((action, replica) => deeds.ask(action, replica));
const drawTopology = topology(byId('topology'));
const plots = charts();
const filter = filters(byId('filter'), ({ minutes }) => {
  showReplicas();
  if (minutes !== loadedMinutes) void loadSeries();
});

function showSince() {
  const { leader, since } = status.partitions[0];
  if (leader === null || since === null) return show('since', '–');
  const text = `${dateTime(since)} (${ago(since, Date.now())} ago)`;
  if (byId('since').textContent !== text) byId('since').replaceChildren(time(since, text));
}

function showQueue() {
  for (const name of ['pending', 'failed', 'waiting', 'active'])
    show(name, count(status.queue[name]));
  byId('failed').classList.toggle('some', (status.queue.failed ?? 0) > 0);
}

function showLeader() {
  const { leader, term, reason, decision, candidates } = status.partitions[0];
  const isAlive = status.replicas.find(({ id }) => id === leader)?.observed === 'alive';
  show('leader', leader ?? 'nobody');
  byId('leader').classList.toggle('none', !isAlive);
  show('term', term);
  show('reason', reason);
  show('decision', decision);
  show('candidates', candidates.join(', ') || 'nobody');
  document.title = `${leader ?? 'nobody'} leads · Relevo`;
  showSince();
}

function showReplicas() {
  const values = filter();
  if (status) table.status(status, (replica) => isShown(replica, values));
}

function showStatus(next) {
  status = next;
  showLeader();
  showQueue();
  drawTopology(status);
  showReplicas();
  deeds.refresh();
}

/** Writes one changed number into its element: `queue.pending`, `server_1.committed`. */
function takeNumber(name, value) {
  const dot = name.lastIndexOf('.');
  const [place, what] = [name.slice(0, dot), name.slice(dot + 1)];
  if (place === 'queue') status.queue[what] = value;
  else if (what === 'rate') table.rate(place, value);
  else Object.assign(status.replicas.find(({ id }) => id === place) ?? {}, { [what]: value });
  if (what === 'parcelsInFlight') table.inFlight(place, value);
}

function takeSample({ at, rate, numbers, latency, pings = {} }) {
  if (!status) return;
  for (const [name, value] of Object.entries(numbers)) takeNumber(name, value);
  for (const [id, more] of Object.entries(pings)) {
    table.pings(id, more);
    Object.assign(status.replicas.find((replica) => replica.id === id) ?? {}, {
      pingMs: more.at(-1),
    });
  }
  showQueue();
  drawTopology(status);
  const [p50, p99] = latency ?? [null, null];
  plots.add({
    at,
    committed: rate,
    p50,
    p99,
    pending: status.queue.pending,
    waiting: status.queue.waiting,
  });
}

async function read(path) {
  const response = await fetch(path, { signal: AbortSignal.timeout(ANSWER_MS) }).catch(() => null);
  return response?.ok ? response.json() : null;
}

async function loadSeries() {
  const { minutes } = filter();
  const series = await read(`/series?minutes=${minutes}`);
  if (!series) return;
  loadedMinutes = minutes;
  plots.load(series, Number(minutes));
  for (const [id, pings] of Object.entries(series.pings)) table.resetPings(id, pings);
  for (const [id, rates] of Object.entries(series.replicas)) table.rate(id, rates.at(-1) ?? 0);
}

async function loadElections() {
  const answer = await read('/elections?limit=20');
  if (!answer) return;
  byId('elections').replaceChildren(
    ...answer.elections.slice(0, SHOWN_ELECTIONS).map(electionItem),
  );
  plots.mark(answer.elections.map(({ term, electedAt }) => ({ term, at: Date.parse(electedAt) })));
  awaitsCommit = answer.elections[0]?.steps.firstCommitMs === null;
}

async function loadAudit() {
  const answer = isSignedIn ? await read('/audit?limit=6') : null;
  if (!answer) return;
  if (answer.rows.length === 0)
    return void byId('audit').replaceChildren(make('li', { class: 'empty' }, 'Nothing so far.'));
  byId('audit').replaceChildren(
    ...answer.rows.map(({ at, actor, action, target, reason, outcome }) =>
      make(
        'li',
        {},
        time(at, dateTime(at)),
        make(
          'span',
          {},
          make('strong', {}, `${action} ${target}`),
          ` → ${outcome}`,
          make('small', {}, `${actor}: ${reason}`),
        ),
      ),
    ),
  );
}

/** Shows the new leader at once, before the status that follows. */
function electionWon(data) {
  if (status) {
    const { leader, term, reason, electedAt: since } = data;
    Object.assign(status.partitions[0], { leader, term, reason, since });
    showStatus(status);
  }
  void loadElections();
}

/* The handlers of all events, and the additional steps of some. */
const AFTER = { 'election:won': electionWon, 'failover:completed': () => void loadElections() };
const told = Object.keys(NEWS).map((name) => [
  name,
  (data) => {
    AFTER[name]?.(data);
    tell(name, data);
  },
]);

follow(
  {
    ...Object.fromEntries(told),
    opened: () => void Promise.all([loadSeries(), loadElections(), loadAudit()]),
    status: showStatus,
    sample: takeSample,
  },
  showLink,
);

setInterval(() => {
  if (status) showSince();
}, 1_000);
/* The first payment of a term arrives after the page shows its election. */
setInterval(() => {
  if (awaitsCommit && !document.hidden) void loadElections();
}, 5_000);
