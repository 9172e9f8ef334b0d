/**
 * Derives the data flows from a status: a load balancer forwards to patients; patients insert rows
 * into the database and enqueue their ids; the leader fetches the ids and commits outcomes to the
 * database; the leader charges at the gateway; monitors watch the replicas. A flow does not work
 * when one of its ends does not answer.
 * Pure.
 */
export const QUEUE = 'Redis';
export const DATABASE = 'PostgreSQL';

/**
 * @typedef {object} Flow
 * @property {'forward' | 'watch' | 'enqueue' | 'accept' | 'fetch' | 'commit' | 'charge'} kind
 * @property {string} from `lane/node`, or a lane as a whole; so is `to`.
 * @property {string} to
 * @property {boolean} works
 */

/**
 * @param {Flow['kind']} kind
 * @param {string} from
 * @param {string} to
 * @param {boolean} works
 * @returns {Flow}
 */
const flow = (kind, from, to, works) => ({ kind, from, to, works });

/**
 * @param {import('../../../shared/contracts/status.js').Status} status
 * @returns {Flow[]}
 */
export function toFlows({
  partitions: [partition],
  replicas,
  patients,
  balancer,
  engines,
  gateway,
}) {
  const leader = partition?.leader ?? null;
  const redis = engines.redis === true;
  const postgres = engines.postgres === true;
  /** @param {{ observed: string }} node */
  const isAlive = ({ observed }) => observed === 'alive';
  const leads = replicas.some((replica) => replica.id === leader && isAlive(replica));
  return [
    ...(balancer
      ? [flow('forward', 'balancer', 'patients', balancer.answers && patients.some(isAlive))]
      : []),
    flow('watch', 'monitors', 'replicas', true),
    ...patients.map((instance) =>
      flow('enqueue', `patients/${instance.id}`, `queue/${QUEUE}`, isAlive(instance) && redis),
    ),
    ...(patients.length === 0
      ? []
      : [flow('accept', 'patients', `database/${DATABASE}`, patients.some(isAlive) && postgres)]),
    ...(leader === null
      ? []
      : [
          flow('fetch', `queue/${QUEUE}`, `replicas/${leader}`, leads && redis),
          flow('commit', `replicas/${leader}`, `database/${DATABASE}`, leads && postgres),
          flow('charge', 'replicas', 'gateway', leads && gateway.reached === true),
        ]),
  ];
}
