/**
 * Plays one schedule: builds a system, injects and heals the faults, then waits within limits until
 * the system has recovered.
 */
import type { Settings } from '../monitor/core/types.js';
import { describeFault, injectSimulatedFault } from './faults.js';
import { Checks } from './invariants/checks.js';
import type { Breach } from './invariants/rule-texts.js';
import { Engine } from './model/engine.js';
import { LeadershipTable } from './model/leadership-table.js';
import { Network } from './model/network.js';
import { ParcelQueue } from './model/parcel-queue.js';
import { PaymentGateway } from './model/payment-gateway.js';
import { PaymentTable } from './model/payment-table.js';
import type { Process } from './model/process.js';
import { World, type WriteLine } from './model/world.js';
import { ClientProcess } from './processes/client.js';
import { MonitorProcess } from './processes/monitor.js';
import { PatientsProcess } from './processes/patients.js';
import { ReplicaProcess } from './processes/replica.js';
import type { Rules } from './rules.js';
import type { PaymentPlan } from './draw-payments.js';
import type { SimulatedSchedule } from './schedule.js';
import { handoversOf } from './storms.js';
import { TIMES, type SimulatedSystem } from './system.js';

export interface SimulationOutcome {
  breach: Breach | null;
  steps: number;
  /** Virtual ms. */
  tookMs: number;
}

/**
 * Longest recovery after the faults, until one replica leads and all payments are final, in virtual
 * ms. Covers all waits and time-outs.
 */
const RECOVERY_MS = 30_000;
/** Processes start within this time, in ms, so that their timers do not fire together. */
const STAGGER_MS = 100;
/** Longer than any message is in transit, in virtual ms. */
const SLOWEST_MS = 1_200;
const names = (name: string, count: number): string[] =>
  Array.from({ length: count }, (_, index) => `${name}_${index + 1}`);

const TIMINGS = {
  tickMs: 100,
  pingIntervalMs: 500,
  pingTimeoutMs: 200,
  fall: 2,
  rise: 2,
  beatIntervalMs: 100,
  beatTimeoutMs: 250,
  voteIntervalMs: 50,
  voteFreshMs: 120,
  grayMs: 300,
  stallMs: 1_500,
  grayRestMs: 1_500,
  grayDrainMs: 80,
  handoverDrainMs: 120,
  pushIntervalMs: 150,
  doubtMs: 250,
  doubtForMs: 400,
};

class Run {
  private readonly world: World;
  private readonly system: SimulatedSystem;
  private readonly client: ClientProcess;

  constructor(
    private readonly schedule: SimulatedSchedule,
    rules: Rules,
    log: WriteLine | null,
  ) {
    const world = new World(schedule.luck, log);
    this.world = world;
    const monitors = names('monitor', schedule.monitors);
    const replicas = names('server', schedule.replicas);
    const settings: Omit<Settings, 'monitor'> = {
      monitors,
      replicas,
      partition: 0,
      policy: 'random',
      ...TIMINGS,
    };
    const network = new Network(world, replicas.length + monitors.length + schedule.patients + 4);
    const checks = new Checks(
      () => world.nowMs,
      monitors.length,
      settings.voteFreshMs,
      TIMES.retry.giveUpAfterMs,
    );
    const leadership = new LeadershipTable(world, rules, monitors, settings.voteFreshMs, checks);
    const payments = new PaymentTable(world, rules, leadership, checks);
    let node = 0;
    const next = (): number => (node += 1) - 1;
    const system: SimulatedSystem = {
      world,
      network,
      rules,
      checks,
      settings,
      leadership,
      payments,
      database: new Engine(world, network, 'postgres', next()),
      queue: new ParcelQueue(world, network, next(), checks),
      gateway: new PaymentGateway(world, network, next(), checks, schedule.declined / 100),
      replicas: [],
      monitors: [],
      patients: [],
    };
    checks.elections.graceMs = settings.beatTimeoutMs;
    if (schedule.isStorm) {
      checks.elections.handoversMax = handoversOf(schedule.faults);
      checks.elections.frozenForMs = (name) =>
        system.replicas.find((replica) => replica.name === name)?.frozenForMs ?? 0;
    }
    checks.elections.runs = (bootId) =>
      system.replicas.some((replica) => replica.alive && replica.bootId === bootId);
    checks.leadership = () => leadership.row;
    Object.assign(checks.payments, {
      rows: payments.rows,
      byKey: payments.byKey,
      byPatient: payments.byPatient,
    });
    for (const name of replicas) system.replicas.push(new ReplicaProcess(system, name, next()));
    for (const name of monitors) system.monitors.push(new MonitorProcess(system, name, next()));
    for (const name of names('patients', schedule.patients))
      system.patients.push(new PatientsProcess(system, name, next()));
    this.system = system;
    this.client = new ClientProcess(system, next());
  }

  play(): SimulationOutcome {
    const { world, system, schedule } = this;
    for (const each of [...system.replicas, ...system.monitors, ...system.patients])
      this.start(each);
    for (const payment of schedule.payments) this.client.plan(payment);
    for (const fault of schedule.faults) this.plan(fault);
    try {
      world.runUntil(schedule.horizonMs, () => system.checks.first !== null);
      world.runUntil(
        schedule.horizonMs + RECOVERY_MS,
        () => system.checks.first !== null || this.isWell(),
      );
      if (!system.checks.first && !this.isWell()) this.judgeUnwell();
      if (!system.checks.first && schedule.monitorsEnd) this.endMonitors();
    } catch (error) {
      system.checks.require('crash', (error as Error).message);
    }
    return { breach: system.checks.first, steps: world.steps, tookMs: world.nowMs };
  }

  private start(each: Process): void {
    each.alive = false;
    this.world.plan(this.world.chance.below(STAGGER_MS), null, () => each.restart());
  }

  private plan(fault: SimulatedSchedule['faults'][number]): void {
    const { world, system, schedule } = this;
    if (fault.kind === 'hang' && schedule.monitorsEnd) return; // Only monitors can heal it.
    world.plan(fault.atMs, null, () => {
      world.log?.('FAULT', describeFault(fault));
      const heal = injectSimulatedFault(system, fault);
      if (fault.forMs === 0) return;
      world.plan(fault.forMs, null, () => {
        world.log?.('HEALED', describeFault(fault));
        heal();
      });
    });
  }

  /**
   * One replica leads as the row says, all others stand by, every accepted payment is final, and
   * the leader fetches from the queue.
   */
  private isWell(): boolean {
    const { payments, leadership, replicas, queue } = this.system;
    if (payments.pending > 0 || this.client.open > 0) return false;
    if (!queue.refusesWrites && queue.waiting.length > 0) return false;
    return replicas.every(({ name, role, alive, frozen }) => {
      if (!alive || frozen) return false;
      return name === leadership.row.leader
        ? role.role === 'leading' && role.term === leadership.row.term
        : role.role === 'standby';
    });
  }

  private judgeUnwell(): void {
    const { payments, leadership, replicas, checks, queue } = this.system;
    const left = [...payments.rows.values()]
      .filter(({ status }) => status === 'PENDING')
      .map(({ id }) => id);
    const leader = replicas.find(({ name }) => name === leadership.row.leader);
    const leads = leader?.role.role === 'leading' && leader.role.term === leadership.row.term;
    const who = leads ? `${leader.name} leads` : 'no replica leads';
    const text = `${RECOVERY_MS} ms after the last fault ${who}; pending: ${left.join(' ') || 'none'}; parcels in the queue: ${queue.waiting.length}`;
    checks.require(leads && left.length > 0 && checks.queue.failures > 0 ? 'I5' : 'liveness', text);
  }

  /**
   * I8, the other half: a failure of monitors stops no leader. First all requests of monitors must
   * have arrived: a hand-over in transit when the last monitor dies may name a replica that died
   * meanwhile, and then no monitor is left to notice.
   */
  private endMonitors(): void {
    const { world, system } = this;
    world.runUntil(world.nowMs + SLOWEST_MS, () => system.checks.first !== null);
    world.runUntil(world.nowMs + RECOVERY_MS, () => system.checks.first !== null || this.isWell());
    if (system.checks.first) return;
    for (const monitor of system.monitors) monitor.crash();
    const { nowMs } = world;
    const payments = [0, 1, 2].map((index): PaymentPlan => {
      return {
        atMs: nowMs + 300 + index * 200,
        key: `late-${index}`,
        patientId: 'patient-1',
        instance: 0,
        twice: false,
      };
    });
    for (const payment of payments) this.client.plan(payment);
    world.runUntil(nowMs + 4_000, () => system.checks.first !== null || this.isWell());
    system.checks.require(
      'I8',
      this.isWell() ? null : 'without monitors the leader stopped, or payments were not finished',
    );
  }
}

/** @param log null: no transcript. */
export const play = (
  schedule: SimulatedSchedule,
  rules: Rules,
  log: WriteLine | null = null,
): SimulationOutcome => new Run(schedule, rules, log).play();
