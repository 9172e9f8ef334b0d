/**
 * Objectives of a run, as ratios of medians within it. An objective is left out when its
 * benchmarks were not measured. Pure.
 */
import type { Objective } from '../record/result.js';
import { rateRatio, type Summary } from './figures.js';

/** The benchmark to which the tables' ratios refer: the usual implementation. */
export const NAIVE = 'bullmq-prisma-50';
export const FENCED_ROWS = 'postgres-fenced-rows';
export const ECHO = 'express-echo';

interface Demand {
  name: string;
  target: number;
  /** An upper bound instead of a lower one: the figure is a time. */
  below?: true;
  /** NaN: not measured. */
  actual: (find: (name: string) => Summary | undefined, all: readonly Summary[]) => number;
}

/** The tuned peer of a kind with the highest rate; undefined: none was measured. */
const bestTuned = (all: readonly Summary[], kind: Summary['kind']): Summary | undefined =>
  all
    .filter((one) => one.side === 'tuned' && one.kind === kind)
    .sort((a, b) => b.rate.median - a.rate.median)[0];

const latency = (summary: Summary | undefined, name: string, share: 'p50' | 'p99'): number =>
  summary?.latencies[name]?.[share].median ?? NaN;

const DEMANDS: readonly Demand[] = [
  {
    name: 'drain: × naive worker at concurrency 50',
    target: 20,
    actual: (find) => rateRatio(find('drain'), find(NAIVE)),
  },
  {
    name: 'drain: × best tuned peer',
    target: 2,
    actual: (find, all) => rateRatio(find('drain'), bestTuned(all, 'drain')),
  },
  {
    name: "drain: × PostgreSQL's limit of fenced rows",
    target: 0.5,
    actual: (find) => rateRatio(find('drain'), find(FENCED_ROWS)),
  },
  {
    name: 'drain, gateway of 20 ms: × naive worker',
    target: 10,
    actual: (find) => rateRatio(find('drain-20ms'), find(`${NAIVE}-20ms`)),
  },
  {
    name: 'live batches: × naive live',
    target: 10,
    actual: (find) => rateRatio(find('batches'), find(`${NAIVE}-live`)),
  },
  {
    name: 'live batches: × best tuned peer live',
    target: 2,
    actual: (find, all) => rateRatio(find('batches'), bestTuned(all, 'live')),
  },
  {
    name: "single requests: × Express's echo",
    target: 0.6,
    actual: (find) => rateRatio(find('single'), find(ECHO)),
  },
  {
    name: 'single requests: p99 at half the load, ms',
    target: 25,
    below: true,
    actual: (find) => latency(find('single'), HALF_LOAD, 'p99'),
  },
  {
    name: 'a lone payment: p50, ms',
    target: 8,
    below: true,
    actual: (find) => latency(find('lone'), ONE_AT_A_TIME, 'p50'),
  },
];

/** Names of latencies. */
export const CLOSED_LOOP = 'closed loop';
export const HALF_LOAD = 'open loop at half the load';
export const ONE_AT_A_TIME = 'one at a time';

export function objectivesOf(all: readonly Summary[]): Objective[] {
  const find = (name: string): Summary | undefined => all.find((one) => one.name === name);
  return DEMANDS.flatMap(({ name, target, below = false, actual: measure }) => {
    const actual = measure(find, all);
    if (Number.isNaN(actual)) return [];
    return [
      {
        name,
        target,
        actual: Number(actual.toPrecision(4)),
        met: below ? actual <= target : actual >= target,
      },
    ];
  });
}

/** Whether an objective is an upper bound. */
export const isCeiling = ({ name }: Pick<Objective, 'name'>): boolean =>
  DEMANDS.some((demand) => demand.name === name && demand.below === true);
