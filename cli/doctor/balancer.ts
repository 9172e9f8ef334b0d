/**
 * Checks the load balancer: the installed programs and, of a running system, its ports, its
 * control, and each instance as the balancer, the monitors and the record see it.
 */
import { join } from 'node:path';
import type { RunningSystem } from '../../local/installation.js';
import { balancerPlaces } from '../../local/plan.js';
import { findPortOwner, isPortFree } from '../../local/processes/ports.js';
import { findDescendants } from '../../local/processes/process-tree.js';
import { runToEnd } from '../../local/processes/run-to-end.js';
import { BALANCER_PROGRAMS, findProgram } from '../../local/setup/programs.mjs';
import type { ControlFile } from '../../shared/balancer/control.js';
import { createControl, readControlFile } from '../../shared/balancer/open-control.js';
import { BALANCERS, type BalancerName } from '../../shared/balancer/pool.js';
import { askMonitors } from '../commands/status.js';
import { findTarget } from '../target.js';
import { warning, type Check, type Finding, type Surroundings } from './finding.js';
import {
  judgeBalancerInstances,
  judgeBalancerPorts,
  judgeBalancerPrograms,
  type BalancerPort,
  type InstalledBalancer,
} from './judge-balancer.js';

async function readInstalled(name: BalancerName): Promise<InstalledBalancer> {
  const program = findProgram(BALANCER_PROGRAMS[name].names);
  if (program === null) return { name, program, version: null };
  const { output } = await runToEnd([program, '-v']);
  return { name, program, version: /\d+\.\d+\.\d+/.exec(output)?.[0] ?? null };
}

type Running = RunningSystem['processes'][number] & { kind: BalancerName };

const isBalancer = (process: RunningSystem['processes'][number]): process is Running =>
  (BALANCERS as readonly string[]).includes(process.kind);

async function readPort(port: number, pid: number | null): Promise<BalancerPort> {
  if (await isPortFree(port)) return { port, owner: null, state: 'free' };
  const owner = findPortOwner(port);
  const found = Number(/\(pid (\d+)\)$/.exec(owner ?? '')?.[1]);
  // The owner is unknown on some systems; the processes of a balancer form a tree.
  const isOurs = owner === null || (pid !== null && [pid, ...findDescendants(pid)].includes(found));
  return { port, owner, state: isOurs ? 'ours' : 'taken' };
}

async function examineRunning(
  balancer: Running,
  { config }: Surroundings,
  control: ControlFile | null,
): Promise<Finding[]> {
  // `npm start` starts it again.
  const fix = balancer.pid === null ? 'npx relevo status --watch' : `kill -9 ${balancer.pid}`;
  const ports = [balancer.port, ...(control ? [control.pool.adminPort] : [])];
  const [looked, states, status] = await Promise.all([
    Promise.all(ports.map((port) => readPort(port, balancer.pid))),
    control &&
      createControl(control)
        .read()
        .catch(() => null),
    askMonitors(findTarget({ ...config, remote: {} }, { url: null })),
  ]);
  return [
    ...judgeBalancerPorts(looked, fix),
    ...judgeBalancerInstances(states, status?.patients ?? null, fix),
  ];
}

/** The port of its page, which only a start with `--balancer` needs. */
async function examinePage(portOffset: number): Promise<Finding[]> {
  const [, page] = balancerPlaces({
    ...{ balancer: 'haproxy', monitors: 1, replicas: 1, patients: 1, gateway: 'simulated' },
  });
  const port = (page?.fixedPort ?? 0) + portOffset;
  if (await isPortFree(port)) return [];
  const says = `Only --balancer needs it, and ${findPortOwner(port) ?? 'an unknown program'} has it.`;
  return [warning(`port ${port}`, says, `lsof -i :${port}`)];
}

export const balancerCheck: Check = {
  name: 'balancer',
  async look(around) {
    const { config, running } = around;
    const balancer = running?.system?.processes.find(isBalancer) ?? null;
    const installed = await Promise.all(BALANCERS.map(readInstalled));
    const programs = judgeBalancerPrograms(installed, balancer?.kind ?? null);
    if (balancer === null)
      return [...programs, ...(running ? [] : await examinePage(config.portOffset))];
    const control = await readControlFile(join(config.dataDir, balancer.kind)).catch(() => null);
    return [...programs, ...(await examineRunning(balancer, around, control))];
  },
};
