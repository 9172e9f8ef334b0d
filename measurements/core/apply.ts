/** The memory of a device: how readings and results of steps change it. */
import type { DeviceState, Mean, RoundView, StepResult } from './types.js';

/** Pause before a step that failed is repeated, in ms. */
const RETRY_MS = 200;
/** Pause after the API refused the epoch, because it may refuse the next one too; ms. */
const RESIGNED_MS = 1_000;

export const createState = (device: string): DeviceState => ({
  device,
  candidate: null,
  announced: null,
  opening: null,
  measuredRound: 0,
  kept: null,
  done: null,
  isOutdated: false,
  retryAtMs: 0,
});

/** Notes when this device first saw the open round. */
export function noteOpening(state: DeviceState, { barrier }: RoundView, now: number): DeviceState {
  if (!barrier || state.opening?.round === barrier.round) return state;
  return { ...state, opening: { round: barrier.round, atMs: now } };
}

/** A new session: its nodes are new ones, so this device measures for the open round again. */
export const beginSession = (state: DeviceState): DeviceState => ({
  ...state,
  candidate: null,
  announced: null,
  measuredRound: 0,
  isOutdated: false,
  retryAtMs: 0,
});

function applySent(
  state: DeviceState,
  mean: Mean,
  result: Extract<StepResult, { step: 'send' }>['result'],
  now: number,
): DeviceState {
  const { round } = mean;
  switch (result) {
    case 'failed':
      return { ...state, kept: mean, retryAtMs: now + RETRY_MS };
    case 'old-epoch':
      return { ...state, kept: mean, isOutdated: true };
    case 'refused':
      return { ...state, kept: mean, done: { round, missed: true } };
    case 'kept':
    case 'round-kept':
      return { ...state, kept: mean, done: { round, missed: false } };
  }
}

/** @param now of the device's monotonic clock, in ms. */
export function applyResult(state: DeviceState, result: StepResult, now: number): DeviceState {
  const later = { ...state, retryAtMs: now + RETRY_MS };
  switch (result.step) {
    case 'stand':
      return result.candidate
        ? { ...state, candidate: result.candidate, announced: null, isOutdated: false }
        : { ...later, candidate: null };
    case 'announce':
      if (result.result === 'failed') return later;
      if (result.result === 'confirmed')
        return { ...state, announced: state.candidate?.epoch ?? null };
      return { ...state, isOutdated: true };
    case 'measure':
      return result.done ? { ...state, measuredRound: result.round } : later;
    case 'send':
      return applySent(state, result.mean, result.result, now);
    case 'miss':
      return { ...state, done: { round: result.round, missed: true } };
    case 'resign':
      if (!result.done) return later;
      return {
        ...state,
        candidate: null,
        announced: null,
        isOutdated: false,
        retryAtMs: now + RESIGNED_MS,
      };
    case 'open':
    case 'finish':
      return result.done ? state : later;
  }
}
