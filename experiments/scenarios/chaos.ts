/**
 * Thousands of payments while parts of every kind are killed, frozen, cut off and restarted, at
 * times derived from a seed. The verdict is about the invariants. Availability is only reported; it
 * is an objective with `--floor` only. The client retries, as the client of a user would.
 */
import { readFileSync } from 'node:fs';
import type { Options } from '../../shared/arguments/options.js';
import type { Experiment, RunContext } from '../experiment.js';
import { SCHEDULED_FAULTS } from '../faults/faults.js';
import type { Cluster } from '../system/cluster.js';
import { getPattern } from '../planning/kinds.js';
import { planSchedule, type PlannedKind } from '../planning/planner.js';
import { toRoles } from '../planning/roles.js';
import { chaosTable } from '../report/chaos-table.js';
import { parsePlan, parseSchedule, PlanError, type FaultSchedule } from '../planning/schedule.js';
import {
  BALANCER_OPTION,
  checkBalancer,
  INSTANCES,
  isBalancer,
  toBalancer,
} from './behind-balancer.js';
import { declaration } from './declaration.js';
import { chooseDeadline, chooseStorage, STANDBY_OPTION, WHOLE_MS } from './on-standby.js';
import { STORAGE_FAULTS } from '../storage/scheduled-faults.js';
import { runScenario } from './scenario-runner.js';
import type { AskedScenario } from './pay-under-faults.js';

const OPTIONS = {
  payments: { default: 8_000, min: 1, max: 100_000_000, doc: 'payments' },
  faults: { default: 30, min: 0, max: 100_000, doc: 'faults' },
  minutes: {
    default: 0,
    min: 0,
    max: 43_200,
    doc: 'instead of --payments, same density of faults; 0: off',
  },
  rate: { default: 80, min: 1, max: 1_000, doc: 'payments per second' },
  operations: {
    default: 0,
    min: 0,
    max: 100,
    doc: 'percent of the payments that are refunded or voided',
  },
  only: { text: true, value: 'KINDS', doc: 'kinds of faults, separated by commas; default: all' },
  schedule: { text: true, value: 'FILE', doc: 'faults of a plan.json, instead of --faults' },
  floor: { text: true, value: 'PERCENT', doc: 'availability to reach; default: none' },
  deadline: {
    default: 10_000,
    min: 1,
    max: 600_000,
    doc: 'ms within which a payment must succeed, with retries',
  },
  balancer: BALANCER_OPTION,
  standby: STANDBY_OPTION,
  monitors: { default: 3, min: 1, max: 5, doc: 'monitors: 1, 3 or 5' },
  replicas: { default: 3, min: 2, max: 9, doc: 'payment replicas' },
  patients: { default: 2, min: 1, max: 9, doc: 'instances of patients' },
  runs: { default: 1, min: 1, max: 10_000, doc: 'runs, one seed after the other' },
  seed: {
    default: 1,
    min: 0,
    max: 2 ** 31 - 1,
    doc: 'chooses faults, times, victims and payments',
  },
} as const;

type ChaosOptions = Options<typeof OPTIONS>;

/** The client retries when it has no response after this, ms. */
const PATIENCE_MS = 2_000;
/**
 * A payment of the steady state must succeed within this, ms: much more than it needs, much less
 * than an outage.
 */
const STEADY_PAYMENT_MS = 1_000;
/** Longest wait for the steady state, ms. */
const STEADY_MS = 30_000;

/**
 * Largest number of payments for which PostgreSQL's data fits on a disk in memory. A larger run
 * uses the machine's disk, which is never filled.
 */
const DISK_PAYMENTS = 60_000;

export const chaos: Experiment<typeof OPTIONS> = {
  name: 'chaos',
  summary: 'thousands of payments under faults of every kind, invariants checked',
  options: OPTIONS,
  check: (options) => {
    const { monitors, floor, only, schedule, balancer, standby } = options;
    if (monitors % 2 === 0) return '--monitors must be odd';
    if (floor !== null && !(floor.trim() !== '' && Number(floor) >= 0 && Number(floor) <= 100))
      return `--floor must be a percentage, got "${floor}"`;
    const kinds = [...(only?.split(',') ?? []), ...kindsOf(schedule)];
    return checkKinds(kinds, standby) ?? checkBalancer(balancer);
  },
  run: (context) =>
    runScenario(
      context.decided === null ? fromOptions(context.options) : fromPlan(context),
      chaosTable,
      context,
    ),
};

function checkKinds(kinds: readonly string[], standby: boolean): string | null {
  const unknown = kinds.find((kind) => !SCHEDULED_FAULTS.some((fault) => fault.kind === kind));
  if (unknown !== undefined)
    return `there is no fault "${unknown}"; there are ${SCHEDULED_FAULTS.map(({ kind }) => kind).join(', ')}`;
  const alone = kinds.find((kind) => STORAGE_FAULTS.some((fault) => fault.kind === kind));
  return standby || alone === undefined ? null : `the fault "${alone}" needs --standby`;
}

const kindsOf = (file: string | null): string[] =>
  file === null ? [] : readSchedule(file).injections.map(({ kind }) => kind);

function readSchedule(file: string): FaultSchedule {
  try {
    return parseSchedule(readFileSync(file, 'utf8'), file);
  } catch (error) {
    throw error instanceof PlanError
      ? error
      : new PlanError(`${file} cannot be read: ${(error as Error).message}`);
  }
}

/** Repeats the plan of an earlier run. */
function fromPlan({ decided: plan }: RunContext<typeof OPTIONS>): AskedScenario {
  const read = parsePlan(declaration, JSON.stringify(plan), 'the plan');
  return { ...read, schedule: () => read.schedule };
}

/**
 * With --minutes the rate determines the number of payments, and the density of faults stays that
 * of --faults in --payments.
 */
export function amounts({
  payments,
  faults,
  minutes,
  rate,
}: Pick<ChaosOptions, 'payments' | 'faults' | 'minutes' | 'rate'>): {
  payments: number;
  faults: number;
} {
  if (minutes === 0) return { payments, faults };
  const inMinutes = minutes * 60 * rate;
  return { payments: inMinutes, faults: Math.round((faults * inMinutes) / payments) };
}

function fromOptions(options: ChaosOptions): AskedScenario {
  const { seed, rate, monitors, replicas, floor, standby, schedule: file } = options;
  const deadline = chooseDeadline(standby, options.deadline);
  const { payments, faults } = amounts(options);
  const balancer = toBalancer(options.balancer);
  const patients = balancer === null ? options.patients : Math.max(INSTANCES, options.patients);
  const system = {
    replicas,
    monitors,
    patients,
    links: true,
    // A node of a cluster has no disk of its own.
    disk: !standby && payments <= DISK_PAYMENTS,
    ...chooseStorage(standby),
    ...(balancer === null ? {} : { balancer }),
  };
  const withinMs = standby ? WHOLE_MS : STEADY_MS;
  const given = file === null ? null : readSchedule(file);
  return {
    name: 'chaos',
    seed,
    system,
    steadyState: { withinMs, paymentWithinMs: STEADY_PAYMENT_MS },
    traffic: {
      payments,
      ratePerSec: rate,
      deadlineMs: deadline,
      ...(options.operations > 0 ? { operations: options.operations } : {}),
      patienceMs: balancer === null ? Math.min(PATIENCE_MS, deadline) : deadline,
    },
    schedule: (cluster) =>
      given ??
      planSchedule({
        seed,
        faults,
        payments,
        ratePerSec: rate,
        kinds: kindsHere(cluster, options),
        partCounts: system,
      }),
    objectives: { floor: floor === null ? null : Number(floor) / 100 },
    rollback: { withinMs },
  };
}

/**
 * Kinds of faults that this cluster supports. @throws PlanError when it does not support a
 * requested kind.
 */
function kindsHere(cluster: Cluster, { only, faults }: ChaosOptions): PlannedKind[] {
  const wanted = only?.split(',');
  const { databaseCluster, redisGroup } = cluster.system;
  const members = [databaseCluster, redisGroup].flatMap((group) => group?.processes ?? []);
  // The parts of the storage with standbys have faults of their own, which know their roles.
  const isMember = (target: string): boolean => members.some(({ name }) => name === target);
  return SCHEDULED_FAULTS.filter(({ kind }) => wanted?.includes(kind) ?? true).flatMap((fault) => {
    // Nothing stands in for the balancer itself.
    const targets = fault
      .targets(cluster)
      .filter((target) => !isBalancer(target) && !isMember(target));
    const roles = [...new Set(targets.flatMap(toRoles))];
    if (roles.length > 0) return [{ ...getPattern(fault.kind), kind: fault.kind, roles }];
    if (wanted && faults > 0) throw new PlanError(`${fault.kind} has no target in this cluster`);
    return [];
  });
}
