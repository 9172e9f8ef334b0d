/**
 * Derives the data flows from a status: patients insert rows into the database and enqueue their
 * ids; the leader fetches the ids and commits outcomes to the database; monitors watch the
 * replicas. A flow does not work when one of its ends does not answer. Pure.
 */
export const QUEUE = 'Redis';
export const DATABASE = 'PostgreSQL';

/** @returns `{ kind, from, to, works }`; `from` and `to` are `lane/node`, or a lane as a whole. */
export function flowsOf({ partitions: [partition], replicas, patients, engines }) {
  const { leader } = partition;
  const redis = engines.redis === true;
  const postgres = engines.postgres === true;
  const isAlive = ({ observed }) => observed === 'alive';
  const leads = replicas.some((replica) => replica.id === leader && isAlive(replica));
  return [
    { kind: 'watch', from: 'monitors', to: 'replicas', works: true },
    ...patients.map((instance) => ({
      kind: 'enqueue',
      from: `patients/${instance.id}`,
      to: `queue/${QUEUE}`,
      works: isAlive(instance) && redis,
    })),
    ...(patients.length === 0
      ? []
      : [
          {
            kind: 'accept',
            from: 'patients',
            to: `database/${DATABASE}`,
            works: patients.some(isAlive) && postgres,
          },
        ]),
    ...(leader === null
      ? []
      : [
          {
            kind: 'fetch',
            from: `queue/${QUEUE}`,
            to: `replicas/${leader}`,
            works: leads && redis,
          },
          {
            kind: 'commit',
            from: `replicas/${leader}`,
            to: `database/${DATABASE}`,
            works: leads && postgres,
          },
        ]),
  ];
}
