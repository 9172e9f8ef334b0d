/** Draws the topology: nodes by lane with their states, and arrows for the data flows. */
import { arrows } from './arrows.js';
import { logLink, make, show, setState, state } from './dom.js';
import { toFlows, DATABASE, QUEUE } from './flows.js';
import { clockTime, count } from './format.js';
import { gatewayWords } from './gateway.js';
import { putRounds } from './rounds.js';
import { OBSERVED, toReached } from './tones.js';

/** @typedef {import('../../../shared/contracts/status.js').Status} Status */
/** @typedef {import('../../../shared/contracts/status.js').InstanceStatus} InstanceStatus */
/** @typedef {NonNullable<Status['record']>['nodes'][number]} DatabaseNode */
/** @typedef {ReturnType<typeof lane>} Lane */
/**
 * @typedef {'balancer' | 'patients' | 'queue' | 'replicas' | 'database' | 'monitors' | 'gateway'
 *   | 'rounds'} LaneName
 */

/**
 * Nodes stay on the page; their texts change.
 * @param {Element} list
 */
function lane(list) {
  /** @type {Map<string, { item: HTMLElement, mark: HTMLElement, detail: HTMLElement }>} */
  const nodes = new Map();
  /**
   * @param {string} id
   * @param {{ tone: string, word: string, detail: string, leads?: boolean,
   *   log?: string | null }} node
   *   `log` is the name of its process.
   */
  const put = (id, { tone, word, detail, leads = false, log = id }) => {
    let node = nodes.get(id);
    if (!node) {
      node = {
        item: make('li', { class: 'node' }),
        mark: state(tone, word),
        detail: make('small'),
      };
      node.item.append(make('strong', {}, logLink(id, log)), node.mark, node.detail);
      list.append(node.item);
      nodes.set(id, node);
    }
    node.item.classList.toggle('leads', leads);
    setState(node.mark, tone, word);
    show(node.detail, detail);
  };
  /** @param {string} id */
  const findElement = (id) => nodes.get(id)?.item ?? null;
  return { put, findElement, list };
}

/** @type {Readonly<Record<DatabaseNode['role'], string>>} */
const ROLE_WORDS = {
  'primary': 'primary',
  'sync-standby': 'synchronous standby',
  'standby': 'standby',
  'none': '',
  'unknown': '',
};

/** @param {...(string | null)} words */
const join = (...words) => words.filter(Boolean).join(' · ');

/**
 * @param {Lane} lane
 * @param {Status} status
 */
const putMonitors = ({ put }, { id: own, monitors, partitions: [partition] }) => {
  for (const { id, observed, term: said } of monitors) {
    const detail = join(
      id === own ? 'this one' : '',
      said !== null && said !== partition?.term ? `knows term ${said}` : '',
    );
    put(id, { tone: OBSERVED[observed], word: observed, detail });
  }
};

/**
 * @param {Lane} lane
 * @param {Status} status
 */
const putReplicas = ({ put }, { replicas, partitions: [partition] }) => {
  for (const { id, observed, admin, role } of replicas) {
    const leads = id === partition?.leader;
    const detail = join(
      leads ? `leads in term ${partition.term}` : role,
      admin === 'ready' ? '' : admin,
    );
    put(id, {
      tone: leads && observed === 'alive' ? 'leads' : OBSERVED[observed],
      word: observed,
      detail,
      leads,
    });
  }
};

/**
 * The text of a patients instance. Pure.
 * @param {InstanceStatus} instance
 */
export function instanceWords({ observed, since }) {
  if (observed === 'alive') return 'takes payments';
  return observed === 'suspect' && since !== null
    ? `no answer since ${clockTime(since)}`
    : 'no answer yet';
}

/**
 * Hidden without a balancer.
 * @param {Lane} lane
 * @param {Status} status
 */
function putBalancer({ put, list }, { balancer, patients }) {
  const box = list.closest('.lane');
  if (box instanceof HTMLElement) box.hidden = balancer === null;
  if (balancer === null) return;
  const ready = patients.filter(({ admin }) => admin === 'ready').length;
  const [tone, word] = toReached(balancer.answers);
  put('Balancer', {
    tone,
    word,
    detail: join(balancer.name, `new clients to ${ready} of ${patients.length}`),
    log: balancer.name,
  });
}

/**
 * @param {Lane} lane
 * @param {Status} status
 */
function putPatients({ put, list }, { patients }) {
  for (const instance of patients) {
    const { id, observed, admin } = instance;
    const detail = join(instanceWords(instance), admin === 'ready' ? '' : admin);
    put(id, { tone: OBSERVED[observed], word: observed, detail });
  }
  if (patients.length > 0 || list.children.length > 0) return;
  list.append(
    make('li', { class: 'empty' }, 'This monitor was not told of any (option PATIENTS).'),
  );
}

/**
 * @param {Record<LaneName, Lane>} lanes
 * @param {Status} status
 */
function putEngines(lanes, { queue, engines, record, redisGroup }) {
  const [redisTone, redisWord] = toReached(engines.redis);
  const [recordTone, recordWord] = toReached(engines.postgres);
  lanes.queue.put(QUEUE, {
    tone: redisTone,
    word: redisWord,
    detail: `${count(queue.waiting)} parcels wait, ${count(queue.active)} with the leader`,
    log: redisGroup === null ? 'redis' : null,
  });
  lanes.database.put(DATABASE, {
    tone: recordTone,
    word: recordWord,
    detail: `${count(queue.pending)} payments pending`,
    log: record === null ? 'postgres' : null,
  });
}

const BYTES_PER_MB = 1_048_576;

/**
 * The tone and the texts of a database node. Pure.
 * @param {DatabaseNode} node
 */
export function nodeWords({ role, state: word, streaming, lagBytes, timeline }) {
  if (word === 'silent') return { tone: 'bad', word: 'no answer', detail: '' };
  const late = lagBytes === null ? '' : `${Math.floor(lagBytes / BYTES_PER_MB)} MB behind`;
  const detail = join(
    ROLE_WORDS[role],
    streaming === false ? 'does not follow' : late,
    timeline === null ? '' : `timeline ${timeline}`,
  );
  const works = word === 'running' && streaming !== false;
  return { tone: works ? 'good' : 'warn', word, detail };
}

/**
 * The nodes of a replicated PostgreSQL, and etcd as one node; nothing when there are none.
 * @param {Lane} lane
 * @param {Status} status
 */
function putRecord({ put }, { record }) {
  if (record === null) return;
  for (const node of record.nodes)
    put(node.name, { ...nodeWords(node), leads: node.role === 'primary' });
  const healthy = record.etcd.filter((member) => member.healthy).length;
  const leader = record.etcd.find(({ leads }) => leads)?.name ?? '';
  put('etcd', {
    tone:
      healthy === record.etcd.length ? 'good' : healthy * 2 > record.etcd.length ? 'warn' : 'bad',
    word: `${healthy} of ${record.etcd.length}`,
    detail: leader === '' ? '' : `${leader} leads`,
    log: null,
  });
}

/**
 * The tone and the texts of a server of a Redis group. Pure.
 * @param {NonNullable<Status['redisGroup']>['servers'][number]} server
 */
export function serverWords({ role, isPrimary, link, lagBytes }) {
  if (role === null) return { tone: 'bad', word: 'no answer', detail: '' };
  if (role === 'primary')
    return isPrimary
      ? { tone: 'good', word: 'running', detail: 'primary' }
      : { tone: 'warn', word: 'running', detail: 'former primary' };
  const late = lagBytes === null ? '' : `${Math.floor(lagBytes / BYTES_PER_MB)} MB behind`;
  return link === 'up'
    ? { tone: 'good', word: 'running', detail: join('replica', late) }
    : { tone: 'warn', word: 'running', detail: 'replica · does not follow' };
}

/**
 * The servers of a Redis group, and its Sentinels as one node; nothing when there is no group.
 * @param {Lane} lane
 * @param {Status} status
 */
function putGroup({ put }, { redisGroup }) {
  if (redisGroup === null) return;
  for (const server of redisGroup.servers)
    put(server.name, { ...serverWords(server), leads: server.isPrimary });
  const { sentinels, quorum } = redisGroup;
  const able = sentinels.filter(({ hasQuorum }) => hasQuorum === true).length;
  put('sentinel', {
    tone: able === sentinels.length ? 'good' : able > 0 ? 'warn' : 'bad',
    word: `${able} of ${sentinels.length}`,
    detail: quorum === null ? '' : `quorum ${quorum}`,
    log: null,
  });
}

/**
 * @param {Element} root
 * @param {LaneName} name
 */
function findLane(root, name) {
  const list = root.querySelector(`ul[data-lane="${name}"]`);
  if (!list) throw new Error(`The topology has no lane ${name}`);
  return lane(list);
}

/** @param {Element} root */
export function topology(root) {
  const lanes = {
    balancer: findLane(root, 'balancer'),
    patients: findLane(root, 'patients'),
    queue: findLane(root, 'queue'),
    replicas: findLane(root, 'replicas'),
    database: findLane(root, 'database'),
    monitors: findLane(root, 'monitors'),
    gateway: findLane(root, 'gateway'),
    rounds: findLane(root.parentElement ?? root, 'rounds'),
  };
  /** @param {string} name */
  const findElement = (name) => {
    const [place, id] = name.split('/');
    const found = Object.entries(lanes).find(([each]) => each === place)?.[1];
    return id === undefined ? found?.list.closest('.lane') : found?.findElement(id);
  };
  const svg = root.querySelector('svg');
  if (!svg) throw new Error('The topology has no drawing');
  const draw = arrows(root, svg, findElement);
  /** @param {Status} status */
  return (status) => {
    putMonitors(lanes.monitors, status);
    putBalancer(lanes.balancer, status);
    putPatients(lanes.patients, status);
    putReplicas(lanes.replicas, status);
    putEngines(lanes, status);
    lanes.gateway.put('Gateway', { ...gatewayWords(status.gateway), log: null });
    putRecord(lanes.database, status);
    putGroup(lanes.queue, status);
    putRounds(lanes.rounds, status);
    draw(toFlows(status));
  };
}
