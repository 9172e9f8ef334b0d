/** The alerts about the leadership. Pure. */
import type { AlertFacts, AlertRule, AlertFinding } from './rule.js';

/** Elections in ten minutes, apart from planned ones and the first. */
const ELECTIONS_MAX = 3;
/** Fewer than these replicas could lead: the leader and one standby. */
const REPLICAS_MIN = 2;

const findNoLeader = ({ status }: AlertFacts): AlertFinding[] => {
  const leader = status.partitions[0]?.leader ?? null;
  const isAlive = status.replicas.some(({ id, observed }) => id === leader && observed === 'alive');
  const pending = status.queue.pending ?? 0;
  return isAlive
    ? []
    : [
        {
          subject: '',
          text: `No replica leads${pending > 0 ? `; pending payments: ${pending}` : ''}`,
        },
      ];
};

const findSeveralLeaders = ({ status }: AlertFacts): AlertFinding[] => {
  const leading = status.replicas.filter(({ role }) => role === 'leading').map(({ id }) => id);
  return leading.length > 1
    ? [{ subject: '', text: `${leading.join(' and ')} report that they lead` }]
    : [];
};

const findFlapping = ({ failovers }: AlertFacts): AlertFinding[] =>
  failovers > ELECTIONS_MAX
    ? [{ subject: '', text: `The leadership changed ${failovers} times in ten minutes` }]
    : [];

const findNoStandby = ({ status }: AlertFacts): AlertFinding[] => {
  const ready = status.replicas.filter(
    ({ observed, admin }) => observed === 'alive' && admin === 'ready',
  );
  return ready.length < REPLICAS_MIN
    ? [{ subject: '', text: `No replica could take over; ready replicas: ${ready.length}` }]
    : [];
};

const findNoQuorum = ({ status: { monitors } }: AlertFacts): AlertFinding[] => {
  const reached = monitors.filter(({ observed }) => observed === 'alive').length;
  return reached * 2 <= monitors.length
    ? [{ subject: '', text: `${reached} of ${monitors.length} monitors run: no majority` }]
    : [];
};

export const LEADERSHIP_ALERTS: readonly AlertRule[] = [
  {
    name: 'RelevoNoLeader',
    severity: 'critical',
    expr: '(sum(relevo_leads) or vector(0)) == 0',
    holds: '15s',
    summary: 'No replica leads',
    description:
      'No replica has reported for 15 s that it leads. Payments are accepted and wait; none is processed.',
    action: 'Start a replica, or return one to ready.',
    find: findNoLeader,
  },
  {
    name: 'RelevoSeveralLeaders',
    severity: 'warning',
    expr: 'sum(relevo_leads) > 1',
    holds: '15s',
    summary: '{{ $value }} replicas report that they lead',
    description:
      'The fence lets only one of them commit. The replica with the lower term reaches neither the database nor the monitors.',
    action: 'Restart the replica with the lower term.',
    find: findSeveralLeaders,
  },
  {
    name: 'RelevoLeadershipFlapping',
    severity: 'warning',
    expr: `sum(increase(relevo_elections_total{kind!~"planned|first"}[10m])) > ${ELECTIONS_MAX}`,
    summary: 'Leadership changed {{ $value | printf "%.0f" }} times in ten minutes',
    description:
      'Replicas are suspected again and again, or the machines are too busy for the configured time-outs.',
    action:
      'Read the reasons of the elections; take a failing replica out of service, or give busy machines more resources.',
    find: findFlapping,
  },
  {
    name: 'RelevoNoStandby',
    severity: 'warning',
    expr: `sum(max by (replica) (relevo_replica_alive * relevo_replica_in_service)) < ${REPLICAS_MIN}`,
    holds: '2m',
    summary: 'No replica could take over',
    description:
      'Replicas that are alive and in service: {{ $value }}. If the leader fails now, payments wait.',
    action: 'Start a replica that is down, or return one to ready.',
    find: findNoStandby,
  },
  {
    name: 'RelevoMonitorsWithoutQuorum',
    severity: 'critical',
    expr: [
      'max(relevo_monitors{state="reached"}) * 2 <= max(relevo_monitors{state="configured"})',
      'or absent(relevo_monitors)',
    ].join('\n'),
    holds: '30s',
    summary: 'The monitors have no majority',
    description: 'The leader continues, but a failed leader would not be replaced.',
    action: 'Start monitors until a majority runs.',
    find: findNoQuorum,
  },
  {
    name: 'RelevoFencedCommits',
    severity: 'info',
    expr: 'sum by (id) (increase(relevo_commits_refused_total[10m])) > 0',
    summary: 'A commit of {{ $labels.id }} was refused by the fence',
    description:
      'The replica had been deposed and did not know. Nothing was changed. This is expected once after a freeze or a cut network.',
    action:
      'Nothing after a single case; if it repeats, find out why the machine stops for seconds.',
    find: null,
  },
];
