/** The alerts about processes: replicas, instances, monitors, the load balancer. Pure. */
import type { AlertFacts, AlertRule, AlertFinding } from './rule.js';

/** An operator may have forgotten a replica or an instance after this time, hours. */
const FORGOTTEN_HOURS = 2;
const HOUR_MS = 3_600_000;

const findSilentReplicas = ({ status }: AlertFacts): AlertFinding[] =>
  status.replicas
    .filter(({ observed }) => observed === 'down' || observed === 'suspect' || observed === 'left')
    .map(({ id, observed, lastFailure }) => ({
      subject: id,
      text:
        observed === 'left'
          ? `${id} was stopped`
          : `${id} does not answer${lastFailure ? `: it ${lastFailure.words}` : ''}`,
    }));

const findSilentInstances = ({ status: { patients, monitors } }: AlertFacts): AlertFinding[] =>
  [...patients, ...monitors]
    .filter(({ observed }) => observed === 'suspect')
    .map(({ id }) => ({ subject: id, text: `${id} does not answer` }));

interface Administered {
  id: string;
  admin: string;
  adminSince: string | null;
}

const findForgotten = (members: readonly Administered[], nowMs: number): AlertFinding[] =>
  members
    .filter(
      ({ admin, adminSince }) =>
        admin !== 'ready' &&
        adminSince !== null &&
        nowMs - Date.parse(adminSince) > FORGOTTEN_HOURS * HOUR_MS,
    )
    .map(({ id, admin }) => ({
      subject: id,
      text: `${id} has been in ${admin} for more than two hours`,
    }));

const findSilentBalancer = ({ status: { balancer } }: AlertFacts): AlertFinding[] =>
  balancer && !balancer.answers ? [{ subject: '', text: 'The load balancer does not answer' }] : [];

const findNoInstance = ({ status: { balancer, patients } }: AlertFacts): AlertFinding[] => {
  const checked = patients.filter((each) => each.balancer !== 'unknown');
  const isNoneUp = checked.length > 0 && checked.every((each) => each.balancer === 'down');
  return balancer?.answers && isNoneUp
    ? [{ subject: '', text: 'The load balancer finds no instance ready' }]
    : [];
};

export const PROCESS_ALERTS: readonly AlertRule[] = [
  {
    name: 'RelevoReplicaDown',
    severity: 'warning',
    expr: 'up{service="payments"} == 0',
    holds: '1m',
    summary: '{{ $labels.id }} does not answer',
    description:
      'The replica has not answered for a minute. The others do its work, and one fewer can take over.',
    action: 'Read the log of the replica and start it again.',
    find: findSilentReplicas,
  },
  {
    name: 'RelevoInstanceDown',
    severity: 'warning',
    expr: 'up{service!="payments"} == 0',
    holds: '1m',
    summary: '{{ $labels.id }} does not answer',
    description: 'The {{ $labels.service }} instance has not answered for a minute.',
    action: 'Read the log of the process and start it again.',
    find: findSilentInstances,
  },
  {
    name: 'RelevoReplicaOutOfService',
    severity: 'info',
    expr: 'min by (replica) (relevo_replica_in_service) == 0',
    holds: `${FORGOTTEN_HOURS}h`,
    summary: '{{ $labels.replica }} has been out of service for two hours',
    description:
      'The replica was set to drain or maint and not set back to ready. It is not elected in this state.',
    action: 'Return the replica to ready, or leave it if that is intended.',
    find: ({ status, nowMs }) => findForgotten(status.replicas, nowMs),
  },
  {
    name: 'RelevoBalancerDown',
    severity: 'critical',
    expr: 'max(relevo_balancer_up) == 0',
    holds: '30s',
    summary: 'The load balancer does not answer',
    description:
      'No monitor has reached the load balancer for 30 s. Clients that use its address get no answer; the instances run.',
    action:
      'Read the log of the load balancer and start it again; the instances have addresses of their own.',
    find: findSilentBalancer,
  },
  {
    name: 'RelevoNoInstanceReady',
    severity: 'critical',
    expr: 'sum(max by (member) (relevo_balancer_instance_up)) == 0',
    holds: '30s',
    summary: 'The load balancer finds no instance ready',
    description:
      'Requests wait at an instance that is not ready, or get 503. The database may be away, or every instance has ended.',
    action: 'Read why the instances are not ready: PostgreSQL first.',
    find: findNoInstance,
  },
  {
    name: 'RelevoInstanceOutOfService',
    severity: 'info',
    expr: 'min by (member) (relevo_instance_state{state="ready"}) == 0',
    holds: `${FORGOTTEN_HOURS}h`,
    summary: '{{ $labels.member }} has been out of service for two hours',
    description:
      'The instance was set to drain or maint and not set back to ready. It receives no new clients in this state.',
    action: 'Return the instance to ready, or leave it if that is intended.',
    find: ({ status, nowMs }) => findForgotten(status.patients, nowMs),
  },
  {
    name: 'RelevoSignInsRefused',
    severity: 'warning',
    expr: 'sum by (service) (increase(relevo_http_request_duration_seconds_count{method="POST",route=~"/sign-in|/session|/bill/identify",status=~"401|422|429"}[10m])) > 30',
    summary: 'Many refused sign-ins at {{ $labels.service }}',
    description:
      '{{ $value | printf "%.0f" }} sign-ins or identifications were refused in ten minutes. Addresses that continue are blocked by themselves.',
    action: 'Find the addresses in the logs and block them in front of the system.',
    find: null,
  },
];
