/**
 * The steps of a rolling restart, in order: instances of patients, standbys, the leader, monitors,
 * the gateway, the measurement rounds, the balancer. The rounds come after the payments, so that a
 * failure there leaves no service of the payments behind. PostgreSQL and Redis are not restarted.
 * Pure.
 */
import type { RestartStep } from '../../shared/contracts/rolling-restart.js';
import type { AdminState } from '../../shared/contracts/leadership.js';

type StepKind = RestartStep['kind'];

interface Restartable {
  name: string;
  /** Null: there is no balancer, or it does not answer. */
  admin: AdminState | null;
}

/** A part of the measurement rounds. */
interface Participant {
  name: string;
  /** Whether it leads the devices, or the members. */
  leads: boolean;
}

interface RoundFacts {
  devices: readonly Participant[];
  /** The API of the measurements. */
  api: string;
  members: readonly Participant[];
}

/** The system before the restart. */
export interface RestartFacts {
  instances: readonly Restartable[];
  replicas: readonly Restartable[];
  /** Null: none is known. */
  leader: string | null;
  monitors: readonly string[];
  gateway: string | null;
  /** Null: there are no measurement rounds. */
  rounds: RoundFacts | null;
  balancer: string | null;
  /** The longest request for a payment at an instance, in ms. */
  longestPaymentMs: number;
}

/** Usual times on an idle machine, in ms. */
const USUAL_MS = {
  drain: 500,
  start: 2_500,
  return: 1_500,
  handover: 500,
  member: 3_000,
  reload: 500,
};
const DEADLINE_MS = 120_000;

/** An instance waits for its requests: after `drain`, after its clients moved, after `maint`. */
const WAITS = 3;

const toStep = (
  kind: StepKind,
  name: string,
  does: string,
  expectedMs: number,
  waitMs = 0,
): RestartStep => ({ name, kind, does, expectedMs, deadlineMs: DEADLINE_MS + waitMs });

function planInstance({ name, admin }: Restartable, facts: RestartFacts): RestartStep {
  const restartMs = USUAL_MS.start;
  if (facts.balancer === null) return toStep('instance', name, 'restart', restartMs);
  if (admin === 'drain' || admin === 'maint')
    return toStep('instance', name, `restart; it stays in ${admin}`, restartMs);
  const expectedMs = USUAL_MS.drain + restartMs + USUAL_MS.return;
  const waitMs = WAITS * facts.longestPaymentMs;
  return toStep('instance', name, 'drain, maint, restart, ready', expectedMs, waitMs);
}

function planReplicas({ replicas, leader }: RestartFacts): RestartStep[] {
  const ordered = [
    ...replicas.filter(({ name }) => name !== leader),
    ...replicas.filter(({ name }) => name === leader),
  ];
  const restartMs = USUAL_MS.start + USUAL_MS.return;
  return ordered.map(({ name, admin }) => {
    const others = replicas.filter((other) => other.name !== name && other.admin === 'ready');
    if (name === leader && others.length > 0)
      return toStep('replica', name, 'hand over, restart', USUAL_MS.handover + restartMs);
    if (name === leader)
      return toStep('replica', name, 'restart; no other may lead, payments wait', restartMs);
    const stays = admin === 'drain' || admin === 'maint' ? `; it stays in ${admin}` : '';
    return toStep('replica', name, `restart${stays}`, restartMs);
  });
}

/** Each leader comes last, so that the leadership changes once. */
const orderLeaderLast = (all: readonly Participant[]): string[] =>
  all.toSorted((a, b) => Number(a.leads) - Number(b.leads)).map(({ name }) => name);

function planRounds({ devices, api, members }: RoundFacts): RestartStep[] {
  const { start, member } = USUAL_MS;
  const waits = `restart, wait for all ${members.length} members`;
  return [
    ...orderLeaderLast(devices).map((name) =>
      toStep('device', name, 'restart, wait until it takes part', start),
    ),
    toStep('measurements', api, 'restart; the mean of a round waits', start),
    ...orderLeaderLast(members).map((name) => toStep('member', name, waits, member)),
  ];
}

/** Only HAProxy keeps a connection on which a client may just send a request. */
const describeReload = (balancer: string): string =>
  balancer === 'haproxy'
    ? 'reload without losing a request'
    : 'reload; it closes the kept connections of clients';

/** One process at a time; with payments, callers before the services that they call. */
export function planRestart(facts: RestartFacts): RestartStep[] {
  const { instances, monitors, gateway, rounds, balancer } = facts;
  return [
    ...instances.map((instance) => planInstance(instance, facts)),
    ...planReplicas(facts),
    ...monitors.map((name) =>
      toStep('monitor', name, 'restart, wait for a leader', USUAL_MS.start + USUAL_MS.return),
    ),
    ...(gateway ? [toStep('gateway', gateway, 'restart; charges are retried', 1_500)] : []),
    ...(rounds ? planRounds(rounds) : []),
    ...(balancer ? [toStep('balancer', balancer, describeReload(balancer), USUAL_MS.reload)] : []),
  ];
}
