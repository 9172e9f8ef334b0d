/* The live page: reads the event stream, decides nothing. Everything shown goes in as text, never as markup. */

const byId = (id) => document.getElementById(id);
const show = (id, text) => { byId(id).textContent = text; };
const dash = (value) => (value === null || value === undefined ? '–' : String(value));
const clockTime = (at) => new Date(at).toLocaleTimeString([], { timeStyle: 'medium', hourCycle: 'h23' });
const dateTime = (at) => new Date(at).toLocaleString([], { dateStyle: 'short', timeStyle: 'medium', hourCycle: 'h23' });
const milliseconds = (ms) => (ms === null || Number.isNaN(ms) ? '–' : `${ms < 10 ? ms.toFixed(1) : Math.round(ms)} ms`);
const between = (from, to) => (from && to ? milliseconds(new Date(to) - new Date(from)) : '–');

/** One cell; `className` may be a state that colours it. */
function cell(text, className) {
  const td = document.createElement('td');
  if (className && className.includes('state')) {
    const span = document.createElement('span');
    span.className = className;
    span.textContent = text;
    td.append(span);
  } else {
    td.textContent = text;
    if (className) td.className = className;
  }
  return td;
}

function row(cells, className) {
  const tr = document.createElement('tr');
  if (className) tr.className = className;
  tr.append(...cells);
  return tr;
}

const OBSERVED = { alive: 'state good', suspect: 'state warn', down: 'state bad', left: 'state', unknown: 'state' };
const ADMIN = { ready: 'state good', drain: 'state warn', maint: 'state warn' };

function reaches(what) {
  if (!what) return '–';
  const missing = Object.keys(what).filter((name) => !what[name]);
  return missing.length === 0 ? 'all' : `not ${missing.join(', ')}`;
}

function replicaRow(replica, leader) {
  return row([
    cell(replica.id),
    cell(replica.layer ? `${replica.observed} (${replica.layer})` : replica.observed, OBSERVED[replica.observed]),
    cell(replica.admin, ADMIN[replica.admin]),
    cell(dash(replica.role)),
    cell(dash(replica.term), 'n'),
    cell(milliseconds(replica.pingMs), 'n'),
    cell(dash(replica.parcelsInFlight), 'n'),
    cell(dash(replica.committed), 'n'),
    cell(replica.observed === 'alive' ? reaches(replica.reaches) : '–'),
  ], replica.id === leader ? 'lead' : '');
}

let heardAt = null;
let sinceAt = null;

function ago(at) {
  const seconds = Math.max(0, Math.round((Date.now() - new Date(at)) / 1000));
  if (seconds < 120) return `${seconds} s`;
  return seconds < 7200 ? `${Math.round(seconds / 60)} min` : `${Math.round(seconds / 3600)} h`;
}

function showStatus(status) {
  const partition = status.partitions[0];
  show('leader', partition.leader ?? 'nobody');
  const leader = status.replicas.find(({ id }) => id === partition.leader);
  byId('leader').classList.toggle('none', leader?.observed !== 'alive');
  show('term', partition.term);
  show('reason', partition.reason);
  show('decision', partition.decision);
  sinceAt = partition.leader === null ? null : partition.since;
  for (const name of ['pending', 'failed', 'waiting', 'active']) show(name, dash(status.queue[name]));
  byId('replicas').replaceChildren(...status.replicas.map((replica) => replicaRow(replica, partition.leader)));
  byId('monitors').replaceChildren(...status.monitors.map(({ id, observed }) => {
    const item = document.createElement('li');
    item.className = OBSERVED[observed];
    item.textContent = `${id} · ${observed}`;
    return item;
  }));
  document.title = `${partition.leader ?? 'nobody'} leads · Relevo`;
  showAges();
}

function showAges() {
  show('since', sinceAt ? `${dateTime(sinceAt)} (${ago(sinceAt)} ago)` : '–');
}

async function showElections() {
  const answer = await fetch('/elections?limit=12');
  if (!answer.ok) return;
  const { elections } = await answer.json();
  byId('elections').replaceChildren(...elections.map((each) => row([
    cell(each.term, 'n'), cell(each.leader), cell(dash(each.previousLeader)), cell(each.kind), cell(each.reason, 'why'),
    cell(dateTime(each.electedAt)), cell(between(each.suspectedAt, each.electedAt), 'n'),
    cell(between(each.electedAt, each.promotedAt), 'n'), cell(between(each.promotedAt, each.firstCommitAt), 'n'),
  ])));
}

const NEWS = {
  'election:won': ({ leader, term }) => `${leader} was elected in term ${term}.`,
  'replica:suspected': ({ replica, layer }) => `${replica} is suspected (${layer}).`,
  'replica:recovered': ({ replica, restarted }) => `${replica} is alive${restarted ? ', restarted' : ''}.`,
  'replica:left': ({ replica }) => `${replica} left in good order.`,
  'leadership:lost': ({ leader, reason }) => `${leader} is to be replaced: ${reason}.`,
  'failover:completed': ({ leader, totalMs }) => `${leader} took over${totalMs === null ? '' : ` in ${milliseconds(totalMs)}`}.`,
  'clock:jumped': () => 'This monitor was late or its clock jumped; it observes for a moment.',
};

function tell(name, data) {
  const item = document.createElement('li');
  const time = document.createElement('time');
  time.textContent = clockTime(Date.now());
  const text = document.createElement('span');
  text.textContent = NEWS[name](data);
  item.append(time, text);
  const list = byId('news');
  list.querySelector('.empty')?.remove();
  list.prepend(item);
  while (list.children.length > 100) list.lastChild.remove();
}

function live(isLive) {
  const link = byId('link');
  link.className = isLive ? 'link live' : 'link stale';
  link.textContent = isLive ? 'live' : `stale since ${clockTime(heardAt ?? Date.now())}`;
  document.body.classList.toggle('stale-page', !isLive);
}

const events = new EventSource('/events');
events.addEventListener('status', (event) => {
  heardAt = Date.now();
  showStatus(JSON.parse(event.data));
  live(true);
});
for (const name of Object.keys(NEWS)) {
  events.addEventListener(name, (event) => {
    heardAt = Date.now();
    tell(name, JSON.parse(event.data));
    if (name === 'election:won' || name === 'failover:completed') void showElections();
  });
}
events.onopen = () => { void showElections(); };
events.onerror = () => {
  live(false);
  // A browser gives up for good when the answer was no stream; the page then starts again.
  if (events.readyState === EventSource.CLOSED) setTimeout(() => location.reload(), 3000);
};
setInterval(showAges, 1000);
/* The first commit of a term comes after its election was shown. */
setInterval(() => { if (events.readyState === EventSource.OPEN) void showElections(); }, 5000);
