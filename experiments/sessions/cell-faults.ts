/**
 * The faults of the matrix, on a running system behind a balancer. A fault has one act, or one per
 * instance; each act happens while flows are under way. A killed process is started again at once,
 * as `npm start` does.
 */
import { sleep } from '../../shared/clock.js';
import { pollUntil } from '../../shared/wait-until.js';
import { answersOk } from '../../local/processes/service-process.js';
import type { ManagedProcess } from '../../local/processes/processes.js';
import { waitUntilQuiet } from '../../local/rolling/wait-until-quiet.js';
import type { RunningBalancer, ReplicatedWeb } from '../balancer/replicated-web.js';
import type { CellFault } from './matrix.js';

const POLL_MS = 20;
/** An instance stays frozen for this long: longer than HAProxy needs to notice it. */
const FROZEN_MS = 5_000;
/** Longest wait for an instance to be ready again, ms. */
const READY_MS = 20_000;

export interface FaultScene {
  web: ReplicatedWeb;
  running: RunningBalancer;
  /** The instance that the fault concerns. */
  victim: string;
  signal: AbortSignal;
  /** Records an event for the stories. */
  note: (what: string) => void;
  /** The fault is in effect: the flows that wait continue. */
  onEffect: () => void;
}

export type FaultAct = (scene: FaultScene) => Promise<void>;

const findProcess = ({ web, victim }: FaultScene): ManagedProcess =>
  web.cluster.system.process(victim);

async function killAndStart(scene: FaultScene, victim: ManagedProcess): Promise<void> {
  victim.kill('SIGKILL');
  scene.note(`${victim.name} killed`);
  scene.onEffect();
  await victim.exited;
  await victim.start();
  scene.note(`${victim.name} started again`);
}

const kill: FaultAct = (scene) => killAndStart(scene, findProcess(scene));

const killRedis: FaultAct = async (scene) => {
  const { redis } = scene.web.cluster.system;
  if (redis) await killAndStart(scene, redis);
};

const freeze: FaultAct = async (scene) => {
  const process = findProcess(scene);
  process.freeze();
  scene.note(`${process.name} frozen`);
  scene.onEffect();
  try {
    await sleep(FROZEN_MS, scene.signal);
  } finally {
    process.thaw();
    scene.note(`${process.name} continues`);
  }
};

const setState =
  (state: 'drain' | 'maint'): FaultAct =>
  async ({ running, victim, note, onEffect }) => {
    await running.control.set(victim, state);
    note(`${victim} in ${state}`);
    onEffect();
  };

/** As `relevo restart --rolling`: out of service step by step, each until the requests end. */
async function restartInstance(scene: FaultScene, name: string): Promise<void> {
  const { web, running, signal, note, onEffect } = scene;
  const process = web.cluster.system.process(name);
  await running.control.set(name, 'drain');
  note(`${name} in drain`);
  await waitUntilQuiet(process, signal);
  await running.control.moveClients?.(name);
  await waitUntilQuiet(process, signal);
  await running.control.set(name, 'maint');
  note(`${name} in maint`);
  onEffect();
  await waitUntilQuiet(process, signal);
  await process.stop();
  note(`${name} stopped`);
  signal.throwIfAborted();
  await process.start();
  await pollUntil(() => answersOk(`${process.url}/readyz`), {
    deadlineMs: READY_MS,
    pollMs: POLL_MS,
    signal,
  });
  await running.control.set(name, 'ready');
  note(`${name} started and ready`);
}

const reload: FaultAct = async ({ running, note, onEffect }) => {
  const reloaded = running.reload();
  note('reload of the balancer begun');
  onEffect();
  await reloaded;
  note('balancer reloaded');
};

const SINGLE: Readonly<Record<Exclude<CellFault, 'restart'>, FaultAct>> = {
  kill,
  freeze,
  'drain': setState('drain'),
  'maint': setState('maint'),
  'kill-redis': killRedis,
  reload,
};

/** The acts of a fault, in order. @param instances their names. */
export const listActs = (fault: CellFault, instances: readonly string[]): FaultAct[] =>
  fault === 'restart'
    ? instances.map((name) => (scene: FaultScene) => restartInstance(scene, name))
    : [SINGLE[fault]];
