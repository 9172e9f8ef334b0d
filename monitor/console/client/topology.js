/** Who is there and how it hangs together: monitors watch replicas, the leader fetches from the queue and commits to the database. */
import { make, show, setState, state } from './dom.js';
import { count } from './format.js';
import { OBSERVED, REACHED } from './tones.js';

/** Nodes live as long as the page; their texts change. */
function lane(list) {
  const nodes = new Map();
  return (id, { tone, word, detail, leads = false }) => {
    let node = nodes.get(id);
    if (!node) {
      node = { item: make('li', { class: 'node' }), mark: state(tone, word), detail: make('small') };
      node.item.append(make('strong', {}, id), node.mark, node.detail);
      list.append(node.item);
      nodes.set(id, node);
    }
    node.item.classList.toggle('leads', leads);
    setState(node.mark, tone, word);
    show(node.detail, detail);
  };
}

const joined = (...words) => words.filter(Boolean).join(' · ');

export function topology(root) {
  const lanes = Object.fromEntries([...root.querySelectorAll('ul[data-lane]')].map((list) => [list.dataset.lane, lane(list)]));
  return (status) => {
    const { leader, term } = status.partitions[0];
    for (const { id, observed, term: said } of status.monitors) {
      const detail = joined(id === status.id ? 'this one' : '', said !== null && said !== term ? `knows term ${said}` : '');
      lanes.monitors(id, { tone: OBSERVED[observed], word: observed, detail });
    }
    for (const { id, observed, admin, role } of status.replicas) {
      const leads = id === leader;
      const detail = joined(leads ? `leads in term ${term}` : role, admin === 'ready' ? '' : admin);
      lanes.replicas(id, { tone: leads && observed === 'alive' ? 'leads' : OBSERVED[observed], word: observed, detail, leads });
    }
    const { queue, engines } = status;
    const [redisTone, redisWord] = REACHED[String(engines.redis)];
    const [recordTone, recordWord] = REACHED[String(engines.postgres)];
    lanes.queue('Redis', { tone: redisTone, word: redisWord, detail: `${count(queue.waiting)} parcels wait, ${count(queue.active)} with the leader` });
    lanes.database('PostgreSQL', { tone: recordTone, word: recordWord, detail: `${count(queue.pending)} payments pending` });
  };
}
