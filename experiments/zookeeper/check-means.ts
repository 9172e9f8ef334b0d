/**
 * Compares the means that the API accepted with the measurements that the devices wrote. Each list
 * of findings must be empty. Pure.
 */
import type { AcceptedMean, ComputedMean, MeanEvidence } from './evidence.js';

/** Largest difference of two equal numbers, ms. */
const EQUAL_MS = 1e-6;
/** Largest difference of a mean and the average: the devices round to thousandths of a ms. */
const ROUNDED_MS = 0.000_5 + EQUAL_MS;

/** A finding about a mean that the API accepted, or should have. */
export interface MeanFinding {
  rule: 'wrong-mean' | 'duplicated-mean' | 'stale-mean' | 'lost-mean';
  /** Round, epoch and reason. */
  id: string;
  /** When the API accepted the mean; wall clock, ms since 1970. */
  atMs: number;
}

type Mean = Pick<AcceptedMean, 'round' | 'epoch'>;

const nameMean = ({ round, epoch }: Mean): string => `round ${round} of epoch ${epoch}`;
const keyOf = ({ round, epoch }: Mean): string => `${round}/${epoch}`;
const isEqual = (one: number, other: number, toleranceMs = EQUAL_MS): boolean =>
  Math.abs(one - other) <= toleranceMs;

function groupByKey<T extends Mean>(means: readonly T[]): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const mean of means) groups.set(keyOf(mean), [...(groups.get(keyOf(mean)) ?? []), mean]);
  return groups;
}

/** The measurements that each device logged, by device and round. */
const indexMeasured = ({ measured }: Pick<MeanEvidence, 'measured'>): Map<string, number[]> => {
  const index = new Map<string, number[]>();
  for (const { device, round, ms } of measured)
    index.set(`${device}/${round}`, [...(index.get(`${device}/${round}`) ?? []), ms]);
  return index;
};

/** Why a mean is not that of its measurements; null: it is. */
function findError(
  accepted: AcceptedMean,
  computed: readonly ComputedMean[],
  measured: ReadonlyMap<string, readonly number[]>,
): string | null {
  const own = computed.find(({ mean }) => isEqual(mean, accepted.mean));
  if (!own) return 'no device computed it';
  const values = Object.entries(own.values);
  if (values.length !== accepted.devices) return `${values.length} measurements are in it`;
  const sum = values.reduce((total, [, ms]) => total + ms, 0);
  if (!isEqual(sum / values.length, own.mean, ROUNDED_MS))
    return 'it is not the mean of its measurements';
  const foreign = values.find(
    ([device, ms]) => !measured.get(`${device}/${own.round}`)?.some((one) => isEqual(one, ms)),
  );
  return foreign ? `${foreign[0]} did not measure ${foreign[1]} ms in this round` : null;
}

function findWrong(evidence: MeanEvidence): MeanFinding[] {
  const computed = groupByKey(evidence.computed);
  const measured = indexMeasured(evidence);
  return evidence.accepted.flatMap((mean): MeanFinding[] => {
    const error = findError(mean, computed.get(keyOf(mean)) ?? [], measured);
    const id = `${nameMean(mean)}: ${error}`;
    return error === null ? [] : [{ rule: 'wrong-mean', id, atMs: mean.atMs }];
  });
}

/** In the order of acceptance: a round that has a mean already, a lower round, a lower epoch. */
function findOutOfOrder(accepted: readonly AcceptedMean[]): MeanFinding[] {
  const rounds = new Set<number>();
  let [lastRound, lastEpoch] = [0, 0];
  return [...accepted]
    .sort((one, other) => one.atMs - other.atMs)
    .flatMap((mean): MeanFinding[] => {
      const { round, epoch, atMs } = mean;
      const found: MeanFinding[] = [];
      const add = (rule: MeanFinding['rule'], reason: string): void =>
        void found.push({ rule, id: `${nameMean(mean)}: ${reason}`, atMs });
      if (rounds.has(round)) add('duplicated-mean', 'the round had a mean already');
      if (round < lastRound) add('stale-mean', `round ${lastRound} had a mean already`);
      else if (epoch < lastEpoch) add('stale-mean', `epoch ${lastEpoch} had sent a mean already`);
      rounds.add(round);
      [lastRound, lastEpoch] = [Math.max(lastRound, round), Math.max(lastEpoch, epoch)];
      return found;
    });
}

/** A device received the acceptance, and the series does not have the mean. */
function findLost({ answered, accepted }: MeanEvidence): MeanFinding[] {
  const kept = groupByKey(accepted);
  return answered
    .filter((mean) => mean.isAccepted && !kept.has(keyOf(mean)))
    .map((mean) => ({
      rule: 'lost-mean',
      id: `${nameMean(mean)}: accepted, and not in the series`,
      atMs: mean.atMs,
    }));
}

export const checkMeans = (evidence: MeanEvidence): MeanFinding[] => [
  ...findWrong(evidence),
  ...findOutOfOrder(evidence.accepted),
  ...findLost(evidence),
];
