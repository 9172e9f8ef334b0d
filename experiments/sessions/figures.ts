/** The figures of the experiment sessions: each flow with its steps, and each cell. Pure. */
import type { FlowStep } from '../balancer/flow-steps.js';
import { percentile } from '../../shared/percentile.js';
import type { Cell, Matrix } from './matrix.js';

/** One flow of a client. */
export interface FlowRecord {
  /** Number of the sample patient. */
  patient: number;
  /** Wall clock, ms since 1970. */
  startMs: number;
  /** Time of its requests and pauses, without the time in which it read its bill, ms. */
  busyMs: number;
  /** Why it ended: `completed`, or the error of its last step. */
  end: string;
  steps: readonly FlowStep[];
}

/** Something that the experiment did to the system. */
export interface FaultEvent {
  /** Wall clock, ms since 1970. */
  atMs: number;
  what: string;
}

export interface CellFigures extends Cell {
  flows: number;
  completed: number;
  /** Flows that ended after the fault began. */
  underFault: number;
  /** Flows whose session was lost at least once. */
  lostSessions: number;
  /** Flows that did not complete, or whose session was lost. */
  lostFlows: number;
  requests: number;
  /** Requests without an answer, and refused ones: 429, 5xx. */
  failedRequests: number;
  /** Ids of the patients that paid twice. */
  paidTwice: readonly string[];
  /** Beyond the median of a flow without a fault; null: no such flow completed. */
  longestExtraMs: number | null;
  durationMs: number;
  events: readonly FaultEvent[];
  /** The lost flows, the worst first; without any, the slowest flow. */
  stories: readonly FlowRecord[];
}

export interface SessionsFigures {
  matrix: Matrix;
  /** How many systems measured at once. */
  systems: number;
  /** Median time of a flow without a fault by row, ms; null: no flow completed. */
  medianMs: readonly (number | null)[];
  cells: readonly CellFigures[];
}

export const isCompleted = ({ end }: FlowRecord): boolean => end === 'completed';
export const hasLostSession = ({ steps }: FlowRecord): boolean =>
  steps.some(({ sessionLost }) => sessionLost);
export const isLost = (flow: FlowRecord): boolean => !isCompleted(flow) || hasLostSession(flow);

/** A step without a request has no status and is no failed request. */
export const isFailedRequest = ({ status, error }: FlowStep): boolean =>
  error !== null && error !== 'NO_FORM' && (status === null || status === 429 || status >= 500);

/** Fewer flows have no median that means anything. */
const LEAST_FLOWS = 5;

/** The median time of the flows that nothing disturbed; null: too few completed. */
export function findMedianMs(flows: readonly FlowRecord[]): number | null {
  const good = flows.filter((flow) => !isLost(flow)).map(({ busyMs }) => busyMs);
  return good.length < LEAST_FLOWS ? null : percentile(good, 0.5);
}

/** Wall clock, ms since 1970. */
const getEndMs = ({ startMs, steps }: FlowRecord): number => {
  const last = steps.at(-1);
  return last ? last.startMs + last.durationMs : startMs;
};

const countIf = <T>(all: readonly T[], holds: (one: T) => boolean): number =>
  all.filter(holds).length;

const chooseStories = (flows: readonly FlowRecord[]): FlowRecord[] => {
  const slowestFirst = flows.toSorted((one, other) => other.busyMs - one.busyMs);
  const lost = slowestFirst.filter(isLost);
  // First the flows that never got their exit pass.
  const worst = [...lost.filter((flow) => !isCompleted(flow)), ...lost.filter(isCompleted)];
  return worst.length > 0 ? worst : slowestFirst.slice(0, 1);
};

export interface CellOutcome {
  flows: readonly FlowRecord[];
  events: readonly FaultEvent[];
  paidTwice: readonly string[];
  durationMs: number;
}

export function toCellFigures(
  cell: Cell,
  { flows, events, paidTwice, durationMs }: CellOutcome,
  medianMs: number | null,
): CellFigures {
  const steps = flows.flatMap((flow) => flow.steps);
  const faultMs = events[0]?.atMs ?? Infinity;
  const longestMs = Math.max(0, ...flows.map(({ busyMs }) => busyMs));
  return {
    ...cell,
    flows: flows.length,
    completed: countIf(flows, isCompleted),
    underFault: countIf(flows, (flow) => getEndMs(flow) > faultMs),
    lostSessions: countIf(flows, hasLostSession),
    lostFlows: countIf(flows, isLost),
    requests: countIf(steps, ({ error }) => error !== 'NO_FORM'),
    failedRequests: countIf(steps, isFailedRequest),
    paidTwice,
    longestExtraMs: medianMs === null ? null : Math.max(0, Math.round(longestMs - medianMs)),
    durationMs,
    events,
    stories: chooseStories(flows),
  };
}
