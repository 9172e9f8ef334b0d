/** Fills the overview page from the live stream. Performs no actions itself; see actions.js. */
import { acceptanceSwitch, previewAcceptance } from './acceptance.js';
import { actions } from './actions.js';
import { charts } from './charts.js';
import { isSignedIn } from './csrf.js';
import { byId, byIdAs, make, show, time } from './dom.js';
import { filters, isShown } from './filters.js';
import { ago, count, dateTime } from './format.js';
import { setPageTitle } from './health.js';
import { chosenPeriod, isLive, loadPeriod, readMarks, reloadMs, toMark } from './periods.js';
import { instanceTable, previewState } from './instances.js';
import { showLink } from './link.js';
import { follow } from './live.js';
import { tell } from './news.js';
import { readJson } from './read-json.js';
import { replicaTable } from './replicas.js';
import { followRestart, requestPlan } from './restart.js';
import { electionItem } from './timeline.js';
import { scheduleSwitch } from './schedule.js';
import { topology } from './topology.js';

/** @type {readonly (keyof Status['queue'])[]} */
const COUNTS = ['pending', 'failed', 'waiting', 'active'];
const SHOWN_ELECTIONS = 6;
/** Reads of the history until it has the steps of a take-over, and the pause between them, ms. */
const RECORD_LOOKS = 5;
const RECORD_PAUSE_MS = 400;

/** @typedef {import('../../../shared/contracts/status.js').Status} Status */
/** @typedef {import('../../status/stream-messages.js').StreamMessages} StreamMessages */
/** @typedef {import('../../status/stream-messages.js').PublishedEvents} PublishedEvents */
/** @typedef {import('../../http/schemas.js').ElectionPage} ElectionPage */
/** @typedef {import('../../http/schemas.js').AuditPage} AuditPage */

/** @type {Status | null} */
let status = null;
/** @type {string | null} */
let loadedMinutes = null;
let awaitsCommit = false;

const deeds = isSignedIn()
  ? actions(() => {
      void loadAudit();
      restart.refresh();
    })
  : { ask: () => undefined, refresh: () => undefined };
const table = replicaTable((action, replica) => deeds.ask(action, replica));
const showInstances = instanceTable((state, id) =>
  deeds.ask(state, id, () =>
    status ? previewState(status, state, id) : { words: [], isPossible: false },
  ),
);
const showAcceptance = acceptanceSwitch((accepting) =>
  deeds.ask(accepting ? 'resume' : 'stop', null, () => ({
    words: previewAcceptance(accepting),
    isPossible: true,
  })),
);
const showSchedule = scheduleSwitch(deeds);
const restart = followRestart({
  onPress: () => {
    const plan = requestPlan();
    deeds.ask('restart', null, () => plan);
  },
  onEnd: () => void loadAudit(),
});
const drawTopology = topology(byId('topology'));
const plots = charts((at) => location.assign(`/look-back.html?at=${new Date(at).toISOString()}`));
const chosen = chosenPeriod(() => void loadSeries());
/** @type {ReturnType<typeof setTimeout> | undefined} */
let reloadTimer;
/** Loads of the charts. An answer that arrives after the next load began is not shown. */
let loads = 0;
const filter = filters(byIdAs('filter', HTMLFormElement), ({ minutes }) => {
  showReplicas();
  if (minutes !== loadedMinutes) void loadSeries();
});

/** @param {Status} status */
function showSince({ partitions: [partition] }) {
  const since = partition?.since ?? null;
  if (!partition?.leader || since === null) return show('since', '–');
  const text = `${dateTime(since)} (${ago(since, Date.now())} ago)`;
  if (byId('since').textContent !== text) byId('since').replaceChildren(time(since, text));
}

/** @param {Status} status */
function showQueue({ queue }) {
  for (const name of COUNTS) show(name, count(queue[name]));
  byId('failed').classList.toggle('some', (queue.failed ?? 0) > 0);
}

/** @param {Status} status */
function showWaiting({ waiting }) {
  byId('waiting-cause').hidden = waiting === null;
  if (waiting) show('waiting-cause', `The oldest pending payment waits: ${waiting.sentence}.`);
}

/** @param {Status} status */
function showLeader(status) {
  const [partition] = status.partitions;
  if (!partition) return;
  const { leader, term, reason, decision, candidates } = partition;
  const isAlive = status.replicas.find(({ id }) => id === leader)?.observed === 'alive';
  show('leader', leader ?? 'no leader');
  byId('leader').classList.toggle('none', !isAlive);
  show('term', term);
  show('reason', reason);
  show('decision', decision);
  show('candidates', candidates.join(', ') || 'none');
  setPageTitle(isAlive ? `${leader} leads` : 'No replica leads');
  showSince(status);
}

function showReplicas() {
  const values = filter();
  if (status) table.status(status, (replica) => isShown(replica, values));
}

/** @param {Status} next */
function showStatus(next) {
  status = next;
  showLeader(status);
  showQueue(status);
  showAcceptance(status.acceptance);
  showSchedule(status);
  showWaiting(status);
  drawTopology(status);
  showInstances(status);
  showReplicas();
  deeds.refresh();
}

/**
 * Writes one changed number into its place: `queue.pending`, `server_1.committed`.
 * @param {Status} status
 * @param {string} name
 * @param {number | null} value
 */
function takeNumber(status, name, value) {
  const dot = name.lastIndexOf('.');
  const [place, what] = [name.slice(0, dot), name.slice(dot + 1)];
  if (place === 'queue') Object.assign(status.queue, { [what]: value });
  else if (place === 'gateway') Object.assign(status.gateway, { [what]: value });
  else if (what === 'rate') table.rate(place, value);
  else Object.assign(status.replicas.find(({ id }) => id === place) ?? {}, { [what]: value });
  if (what === 'parcelsInFlight') table.inFlight(place, value);
}

/** @param {StreamMessages['sample']} sample */
function takeSample({ at, rate, numbers, latency, waiting, pings = {} }) {
  if (!status) return;
  if (waiting !== undefined) status.waiting = waiting;
  for (const [name, value] of Object.entries(numbers)) takeNumber(status, name, value);
  for (const [id, more] of Object.entries(pings)) {
    table.pings(id, more);
    Object.assign(status.replicas.find((replica) => replica.id === id) ?? {}, {
      pingMs: more.at(-1),
    });
  }
  showQueue(status);
  showWaiting(status);
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

async function loadSeries() {
  const { minutes } = filter();
  loads += 1;
  const load = loads;
  clearTimeout(reloadTimer);
  chosen.toggle(minutes === 'range');
  const loaded = await loadPeriod(minutes, chosen.get());
  if (load !== loads) return;
  const pauseMs = reloadMs(minutes);
  if (pauseMs !== null) reloadTimer = setTimeout(() => void loadSeries(), pauseMs);
  if (!loaded) return;
  loadedMinutes = minutes;
  plots.load(loaded);
  if (!loaded.series)
    void readMarks(loaded.period).then((marks) => load === loads && plots.mark(marks));
  const { series } = loaded;
  if (!series) return;
  for (const [id, pings] of Object.entries(series.pings)) table.resetPings(id, pings);
  for (const [id, rates] of Object.entries(series.replicas)) table.rate(id, rates.at(-1) ?? 0);
}

/** @returns {Promise<ElectionPage | null>} */
async function loadElections() {
  /** @type {ElectionPage | null} */
  const answer = await readJson('/elections?limit=20');
  if (!answer) return null;
  byId('elections').replaceChildren(
    ...answer.elections.slice(0, SHOWN_ELECTIONS).map(electionItem),
  );
  if (isLive(filter().minutes)) plots.mark(answer.elections.map(toMark));
  awaitsCommit = answer.elections[0]?.steps.firstCommitMs === null;
  return answer;
}

/**
 * Shows the time without a leader, which the new leader records after it took over.
 * @param {PublishedEvents['failover:completed']} data
 */
async function tellTakeOver({ leader, term }) {
  /** @type {number | null} */
  let leaderlessMs = null;
  for (let look = 0; look < RECORD_LOOKS && leaderlessMs === null; look += 1) {
    if (look > 0) await new Promise((resolve) => setTimeout(resolve, RECORD_PAUSE_MS));
    const answer = await loadElections();
    leaderlessMs = answer?.elections.find((each) => each.term === term)?.leaderlessMs ?? null;
  }
  tell('take-over', { leader, leaderlessMs });
}

async function loadAudit() {
  /** @type {AuditPage | null} */
  const answer = isSignedIn() ? await readJson('/audit?limit=6') : null;
  if (!answer) return;
  if (answer.rows.length === 0)
    return void byId('audit').replaceChildren(
      make('li', { class: 'empty' }, 'No operator actions yet'),
    );
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

/**
 * Shows the new leader at once, before the status that follows.
 * @param {PublishedEvents['election:won']} data
 */
function electionWon(data) {
  if (status) {
    const { leader, term, reason, electedAt: since } = data;
    Object.assign(status.partitions[0] ?? {}, { leader, term, reason, since });
    showStatus(status);
  }
  void loadElections();
}

/**
 * Handles an event: as an item of the news.
 * @template {Exclude<keyof PublishedEvents, 'failover:completed'>} K
 * @param {K} name
 * @returns {(data: import('./news.js').News[K]) => void}
 */
const asNews = (name) => (data) => tell(name, data);

follow(
  {
    'replica:suspected': asNews('replica:suspected'),
    'replica:recovered': asNews('replica:recovered'),
    'replica:left': asNews('replica:left'),
    'leadership:lost': asNews('leadership:lost'),
    'clock:jumped': asNews('clock:jumped'),
    'election:won': (data) => {
      electionWon(data);
      tell('election:won', data);
    },
    'failover:completed': (data) => void tellTakeOver(data),
    'opened': () => void Promise.all([loadSeries(), loadElections(), loadAudit()]),
    'status': showStatus,
    'sample': takeSample,
  },
  showLink,
);

setInterval(() => {
  if (status) showSince(status);
}, 1_000);
/* The first payment of a term arrives after the page shows its election. */
setInterval(() => {
  if (awaitsCommit && !document.hidden) void loadElections();
}, 5_000);
