/** Performs one step of a rolling restart on the running processes. */
import type { RestartStep } from '../../shared/contracts/rolling-restart.js';
import type { AdminState } from '../../shared/contracts/leadership.js';
import type { StatusSummary } from '../../shared/contracts/status.js';
import type { ManagedProcess } from '../processes/processes.js';
import type { System } from '../system.js';
import type { OperatorCalls } from './operator-calls.js';
import { restartMember } from './restart-member.js';
import { restartService, waitForCheck } from './restart-process.js';
import { waitUntilQuiet } from './wait-until-quiet.js';

export interface Performing {
  system: Pick<System, 'process' | 'balancer' | 'patients' | 'ensemble' | 'devices'>;
  calls: OperatorCalls;
  /** The reason in the record of each state and hand-over. */
  reason: string;
  /** Whether an operator took an instance out of service, so that its state must stay. */
  isKept: (instance: string) => Promise<boolean>;
}

/** @returns false when the instance is the last one that receives new clients. */
async function setState(
  { calls, reason, isKept }: Performing,
  name: string,
  state: AdminState,
  signal: AbortSignal,
): Promise<boolean> {
  if (!(await calls.orderInstanceState(name, state, reason))) return false;
  const isSet = async (): Promise<boolean> => (await calls.readInstances()).get(name) === state;
  await waitForCheck(async () => (await isSet()) || (await isKept(name)), signal);
  return true;
}

/** Sets the state unless an operator has taken the instance out of service meanwhile. */
async function setUnlessKept(
  performing: Performing,
  name: string,
  state: AdminState,
  signal: AbortSignal,
): Promise<void> {
  if (!(await performing.isKept(name))) await setState(performing, name, state, signal);
}

/** Also resolves when an operator takes the instance out of service. */
async function waitUntilServed(
  { calls }: Performing,
  name: string,
  signal: AbortSignal,
): Promise<void> {
  const isOut = async (): Promise<boolean> => {
    const states = await calls.readInstances().catch(() => null);
    return states !== null && states.get(name) !== 'ready';
  };
  await waitForCheck(async () => (await calls.isServed(name)) || (await isOut()), signal);
}

/**
 * Moves the clients of a drained instance to the others, and leaves their requests the time to end:
 * HAProxy ends the rest of them at the beginning of the maintenance. The requests of a frozen
 * instance do not end.
 */
async function emptyInstance(
  performing: Performing,
  process: ManagedProcess,
  signal: AbortSignal,
): Promise<void> {
  const { name } = process;
  const answers = await waitUntilQuiet(process, signal);
  // The clients with its cookie stay on a drained instance: they move before it stops.
  if (!(await performing.isKept(name))) await performing.calls.moveClients(name);
  if (answers) await waitUntilQuiet(process, signal);
  await setUnlessKept(performing, name, 'maint', signal);
  if (answers) await waitUntilQuiet(process, signal);
}

/**
 * An instance that an operator took out of service keeps its state, also when that happens during
 * its restart.
 */
async function restartInstance(
  performing: Performing,
  process: ManagedProcess,
  signal: AbortSignal,
): Promise<void> {
  const { name } = process;
  const before = (await performing.calls.readInstances()).get(name);
  if (before !== 'ready' || (await performing.isKept(name))) {
    await restartService(process, signal);
    return;
  }
  // The last instance cannot be drained: its clients wait or retry.
  if (!(await setState(performing, name, 'drain', signal))) {
    await restartService(process, signal);
    await waitUntilServed(performing, name, signal);
    return;
  }
  try {
    await emptyInstance(performing, process, signal);
    await restartService(process, signal);
  } finally {
    // Also after a failure: the balancer itself avoids an instance that does not answer.
    await setUnlessKept(performing, name, 'ready', signal);
  }
  await waitUntilServed(performing, name, signal);
}

const getLeader = (status: StatusSummary | null): string | null =>
  status?.partitions[0]?.leader ?? null;

const mayLead = (status: StatusSummary, except: string): boolean =>
  status.replicas.some(
    ({ id, admin, observed }) => id !== except && admin === 'ready' && observed === 'alive',
  );

/** The leader may have changed since the plan, so that each replica is checked. */
async function restartReplica(
  { calls, reason }: Performing,
  process: ManagedProcess,
  signal: AbortSignal,
): Promise<void> {
  const status = await calls.readStatus();
  if (!status) throw new Error('no monitor answers, so the leader is unknown');
  if (getLeader(status) === process.name && mayLead(status, process.name))
    await calls.handOver(reason);
  await restartService(process, signal);
  const pid = process.pid;
  await waitForCheck(async () => {
    const seen = (await calls.readStatus())?.replicas.find(({ id }) => id === process.name);
    return seen?.observed === 'alive' && (seen['pid'] ?? pid) === pid;
  }, signal);
}

/** The next monitor may only follow when this one sees the leader. */
async function restartMonitor(
  { calls }: Performing,
  process: ManagedProcess,
  signal: AbortSignal,
): Promise<void> {
  await restartService(process, signal);
  await waitForCheck(async () => {
    const status = await calls.readStatus(process.url);
    const leader = getLeader(status);
    return status?.replicas.some(({ id, observed }) => id === leader && observed === 'alive')
      ? status.monitors.every(({ observed }) => observed !== 'suspect')
      : false;
  }, signal);
}

/** @throws Error when the process does not recover before `signal` fires. */
export async function performStep(
  performing: Performing,
  { kind, name }: RestartStep,
  signal: AbortSignal,
): Promise<void> {
  const { system } = performing;
  if (kind === 'balancer') {
    await system.balancer?.reload();
    return;
  }
  const process = system.process(name);
  if (kind === 'instance') await restartInstance(performing, process, signal);
  else if (kind === 'replica') await restartReplica(performing, process, signal);
  else if (kind === 'monitor') await restartMonitor(performing, process, signal);
  else if (kind === 'member') await restartMember(system, process, signal);
  else await restartService(process, signal);
}
