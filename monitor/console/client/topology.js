/** Draws the topology: nodes by lane with their states, and arrows for the data flows. */
import { arrows } from './arrows.js';
import { make, show, setState, state } from './dom.js';
import { flowsOf, DATABASE, QUEUE } from './flows.js';
import { clockTime, count } from './format.js';
import { OBSERVED, REACHED } from './tones.js';

/** Nodes stay on the page; their texts change. */
function lane(list) {
  const nodes = new Map();
  const put = (id, { tone, word, detail, leads = false }) => {
    let node = nodes.get(id);
    if (!node) {
      node = {
        item: make('li', { class: 'node' }),
        mark: state(tone, word),
        detail: make('small'),
      };
      node.item.append(make('strong', {}, id), node.mark, node.detail);
      list.append(node.item);
      nodes.set(id, node);
    }
    node.item.classList.toggle('leads', leads);
    setState(node.mark, tone, word);
    show(node.detail, detail);
  };
  return { put, elementOf: (id) => nodes.get(id)?.item ?? null, list };
}

const joined = (...words) => words.filter(Boolean).join(' · ');

const putMonitors = ({ put }, { id: own, monitors, partitions: [{ term }] }) => {
  for (const { id, observed, term: said } of monitors) {
    const detail = joined(
      id === own ? 'this one' : '',
      said !== null && said !== term ? `knows term ${said}` : '',
    );
    put(id, { tone: OBSERVED[observed], word: observed, detail });
  }
};

const putReplicas = ({ put }, { replicas, partitions: [{ leader, term }] }) => {
  for (const { id, observed, admin, role } of replicas) {
    const leads = id === leader;
    const detail = joined(leads ? `leads in term ${term}` : role, admin === 'ready' ? '' : admin);
    put(id, {
      tone: leads && observed === 'alive' ? 'leads' : OBSERVED[observed],
      word: observed,
      detail,
      leads,
    });
  }
};

/** The text of a patients instance. Pure. */
export function instanceWords({ observed, since }) {
  if (observed === 'alive') return 'takes payments';
  return observed === 'suspect' ? `no answer since ${clockTime(since)}` : 'no answer yet';
}

function putPatients({ put, list }, { patients }) {
  for (const instance of patients) {
    const { id, observed } = instance;
    put(id, { tone: OBSERVED[observed], word: observed, detail: instanceWords(instance) });
  }
  if (patients.length > 0 || list.children.length > 0) return;
  list.append(
    make('li', { class: 'empty' }, 'This monitor was not told of any (option PATIENTS).'),
  );
}

function putEngines(lanes, { queue, engines }) {
  const [redisTone, redisWord] = REACHED[String(engines.redis)];
  const [recordTone, recordWord] = REACHED[String(engines.postgres)];
  lanes.queue.put(QUEUE, {
    tone: redisTone,
    word: redisWord,
    detail: `${count(queue.waiting)} parcels wait, ${count(queue.active)} with the leader`,
  });
  lanes.database.put(DATABASE, {
    tone: recordTone,
    word: recordWord,
    detail: `${count(queue.pending)} payments pending`,
  });
}

export function topology(root) {
  const lanes = Object.fromEntries(
    [...root.querySelectorAll('ul[data-lane]')].map((list) => [list.dataset.lane, lane(list)]),
  );
  const elementOf = (name) => {
    const [place, id] = name.split('/');
    return id === undefined ? lanes[place].list.closest('.lane') : lanes[place].elementOf(id);
  };
  const draw = arrows(root, root.querySelector('svg'), elementOf);
  return (status) => {
    putMonitors(lanes.monitors, status);
    putPatients(lanes.patients, status);
    putReplicas(lanes.replicas, status);
    putEngines(lanes, status);
    draw(flowsOf(status));
  };
}
