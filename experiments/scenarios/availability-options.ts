/**
 * The options of the availability experiment, the relations between them, and the plan of a trial,
 * which follows from the options alone. Pure.
 */
import type { Options } from '../../shared/arguments/options.js';
import type { Retries } from '../../shared/balancer/pool.js';
import { seededRandom } from '../../shared/random.js';
import type { RunContext } from '../experiment.js';
import { planFaults, type TargetShares } from '../faults/plan.js';
import { isTrafficMode, type TrafficMode } from '../traffic/traffic-report.js';
import { BALANCER_OPTION, checkBalancer } from './behind-balancer.js';
import { STANDBY_OPTION } from './on-standby.js';

export const OPTIONS = {
  trials: { default: 5, min: 1, max: 1_000, doc: 'trials' },
  requests: { default: 230, min: 1, max: 1_000_000, doc: 'payment requests per trial' },
  failures: {
    default: 10,
    min: 0,
    max: 10_000,
    doc: 'forced failures of payment servers per trial',
  },
  fault: { text: true, value: 'KIND', doc: 'kill, freeze or restart (kill)' },
  traffic: { text: true, value: 'MODE', doc: 'open, batch or closed (open)' },
  rate: {
    default: 10,
    min: 0,
    max: 10_000,
    doc: 'requests per second of open traffic; 0: all at once',
  },
  deadline: {
    default: 1_000,
    min: 1,
    max: 600_000,
    doc: 'ms within which a request must have succeeded; with --standby at least 30000',
  },
  pause: {
    default: 1_000,
    min: 0,
    max: 600_000,
    doc: 'ms before a failed server is started again',
  },
  monitors: { default: 1, min: 1, max: 5, doc: 'monitors: 1, 3 or 5' },
  replicas: { default: 3, min: 2, max: 9, doc: 'payment replicas' },
  standby: STANDBY_OPTION,
  balancer: BALANCER_OPTION,
  victims: {
    text: true,
    value: 'WHICH',
    doc: 'with a balancer: replicas, instances or both (both)',
  },
  repeat: {
    text: true,
    value: 'WHAT',
    doc: 'what the balancer repeats: safe, none or all (safe)',
  },
  compare: { flag: true, doc: 'compare with a single server and the published design' },
  seed: { default: 1, min: 0, max: 2 ** 31 - 1, doc: 'chooses times, victims and payments' },
} as const;

export type AvailabilityOptions = Options<typeof OPTIONS>;
type VictimOptions = Pick<AvailabilityOptions, 'balancer' | 'victims' | 'standby'>;
export type AvailabilityContext = RunContext<typeof OPTIONS>;

/** Kinds of faults that every system supports. */
const KINDS = ['kill', 'freeze', 'restart'];

/** Shares of the failures that target the current leader and an instance; the others, a standby. */
const SHARES: Readonly<Record<string, TargetShares>> = {
  replicas: { leader: 2 / 3, instance: 0 },
  instances: { leader: 0, instance: 1 },
  both: { leader: 1 / 3, instance: 1 / 2 },
};
export const RETRIES: readonly Retries[] = ['safe', 'none', 'all'];

/** With `--standby`: the share of the failures that target each of the two primaries. */
const PRIMARY_SHARE = 1 / 5;

const getShares = ({ balancer, victims, standby }: VictimOptions): TargetShares => ({
  ...(SHARES[victims ?? (balancer ? 'both' : 'replicas')] as TargetShares),
  primary: standby ? PRIMARY_SHARE : 0,
});

export const trafficOf = ({ traffic }: Pick<AvailabilityOptions, 'traffic'>): TrafficMode =>
  traffic !== null && isTrafficMode(traffic) ? traffic : 'open';

/** Checks the options beyond their ranges. @returns an error message, or null. */
export function checkOptions({
  failures,
  requests,
  monitors,
  fault,
  traffic,
  ...front
}: AvailabilityOptions): string | null {
  if (failures > requests) return `--failures ${failures} needs at least as many --requests`;
  if (fault !== null && !KINDS.includes(fault))
    return `--fault must be one of ${KINDS.join(', ')}, got "${fault}"`;
  if (traffic !== null && !isTrafficMode(traffic))
    return `--traffic must be open, batch or closed, got "${traffic}"`;
  return monitors % 2 === 0 ? '--monitors must be odd' : checkFront(front);
}

type FrontOptions = Pick<
  AvailabilityOptions,
  'balancer' | 'victims' | 'repeat' | 'compare' | 'standby'
>;

function checkFront({ balancer, victims, repeat, compare, standby }: FrontOptions): string | null {
  if (balancer === null && (victims ?? repeat) !== null)
    return '--victims and --repeat need --balancer';
  if (balancer !== null && compare) return '--compare runs without --balancer';
  if (standby && compare)
    return '--compare runs without --standby: the two other systems know one PostgreSQL';
  if (victims !== null && !(victims in SHARES))
    return `--victims must be one of ${Object.keys(SHARES).join(', ')}, got "${victims}"`;
  if (repeat !== null && !RETRIES.some((known) => known === repeat))
    return `--repeat must be one of ${RETRIES.join(', ')}, got "${repeat}"`;
  return checkBalancer(balancer);
}

/** Plans the faults of a trial from the options alone: the same plan for every system. */
export const planTrial = (
  {
    seed,
    requests,
    failures,
    ...victims
  }: Pick<AvailabilityOptions, 'seed' | 'requests' | 'failures'> & VictimOptions,
  trial: number,
) => planFaults(seededRandom(seed, `faults-${trial}`), requests, failures, getShares(victims));
