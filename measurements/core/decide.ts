/**
 * Decides the next step of a device from the state of the ensemble that it read and from its own
 * memory. Level-triggered: the same view and the same memory give the same step, regardless of the
 * event. So a lost event costs only time.
 */
import { computeMean } from './mean.js';
import type { DeviceState, RoundView, RoundStep } from './types.js';

type Candidate = NonNullable<DeviceState['candidate']>;
type Barrier = NonNullable<RoundView['barrier']>;

/** The part of a period after which a leader no longer waits for missing measurements. */
const COLLECT_SHARE = 0.5;

const waitUntil = (untilMs: number | null): RoundStep => ({ kind: 'wait', untilMs });

/** @param now of the device's monotonic clock, in ms. */
export function decideStep(view: RoundView, state: DeviceState, now: number): RoundStep {
  const { candidate, retryAtMs } = state;
  if (now < retryAtMs) return waitUntil(retryAtMs);
  if (!candidate || !view.candidates.some(({ node }) => node === candidate.node))
    return { kind: 'stand' };
  if (state.isOutdated) return { kind: 'resign' };
  const leads = view.candidates[0]?.node === candidate.node;
  if (leads && state.announced !== candidate.epoch)
    return { kind: 'announce', epoch: candidate.epoch };
  const { barrier } = view;
  if (barrier && barrier.round !== state.measuredRound)
    return { kind: 'measure', round: barrier.round };
  return leads ? decideAsLeader(view, state, candidate, now) : waitUntil(null);
}

function decideAsLeader(
  view: RoundView,
  state: DeviceState,
  candidate: Candidate,
  now: number,
): RoundStep {
  const { barrier, counter, periodMs } = view;
  if (!counter) return waitUntil(now + periodMs);
  const counterVersion = counter.version;
  if (!barrier) {
    const dueMs = state.opening === null ? now : state.opening.atMs + periodMs;
    if (now < dueMs) return waitUntil(dueMs);
    return { kind: 'open', round: counter.round + 1, epoch: candidate.epoch, counterVersion };
  }
  // The nodes were read one after the other; another leader finished the round in between.
  if (barrier.round !== counter.round + 1) return waitUntil(now + periodMs / 10);
  if (state.done?.round === barrier.round)
    return { kind: 'finish', round: barrier.round, counterVersion };
  return decideMean(view, state, { barrier, candidate, now });
}

function decideMean(
  { measurements, candidates, periodMs }: RoundView,
  { opening, kept }: DeviceState,
  { barrier, candidate, now }: { barrier: Barrier; candidate: Candidate; now: number },
): RoundStep {
  const { round } = barrier;
  const { epoch } = candidate;
  const openedMs = opening?.round === round ? opening.atMs : now;
  const isOver = now >= openedMs + periodMs;
  if (kept?.round === round && kept.epoch === epoch)
    return isOver ? { kind: 'miss', round } : { kind: 'send', mean: kept };
  const mean = computeMean(measurements, round, epoch);
  const collectUntilMs = openedMs + periodMs * COLLECT_SHARE;
  const isComplete = mean !== null && candidates.every(({ device }) => device in mean.values);
  if (mean && (isComplete || now >= collectUntilMs)) return { kind: 'send', mean };
  if (isOver) return { kind: 'miss', round };
  return waitUntil(now < collectUntilMs ? collectUntilMs : openedMs + periodMs);
}
