/**
 * The progress of a payment for the staff's pages, derived from its row and the leadership. The row
 * decides; the leadership only explains a longer wait. Never calls a monitor.
 */
import type { PaymentStatus } from '../../shared/contracts/payment.js';
import { findWaiting, type WaitingCause } from '../../shared/core/waiting.js';

/**
 * queued: earlier payments come first. charging: the leader charges it. retrying: the gateway did
 * not answer. refused: the database did not accept the outcome. leaderless: no leader. unwritable:
 * the database refuses writes.
 */
type WaitingStage = 'queued' | 'charging' | 'retrying' | 'refused' | 'leaderless' | 'unwritable';
export type Stage = WaitingStage | 'succeeded' | 'declined' | 'failed';

export interface ProgressFacts {
  status: PaymentStatus;
  /** The error of the last failed attempt; null: none failed. */
  lastError: string | null;
  nextAttemptAt: Date | null;
  /** Time until the next attempt by the database's clock, ms; negative: due. */
  nextAttemptMs: number | null;
  /** Pending payments accepted before this one; counted up to a bound. */
  ahead: number;
  /** Null: no leader was elected yet. */
  leader: string | null;
  /** Whether a monitor has a fresh vote against the leader. */
  leaderSuspected: boolean;
  /** Whether the database refuses writes. */
  isReadOnly: boolean;
}

/** Why a pending payment is not final yet, as far as the database shows. */
export const toWaitingCause = (facts: ProgressFacts): WaitingCause =>
  findWaiting({
    database: facts.isReadOnly ? 'read-only' : 'writable',
    leader: facts.leader,
    isLeaderLost: facts.leaderSuspected,
    leaderlessMs: null,
    isGatewayReached: null,
    gatewayError: null,
    lastError: facts.lastError,
    nextAttemptMs: facts.nextAttemptMs,
    ahead: facts.ahead,
    stalledMs: null,
  });

const FINAL: Partial<Record<PaymentStatus, Stage>> = {
  SUCCEEDED: 'succeeded',
  DECLINED: 'declined',
  FAILED: 'failed',
};

const STAGES: Readonly<Record<WaitingCause['cause'], WaitingStage>> = {
  database: 'unwritable',
  leader: 'leaderless',
  refused: 'refused',
  gateway: 'retrying',
  patient: 'queued',
  stalled: 'charging',
  ahead: 'queued',
  charging: 'charging',
};

export const toStage = (facts: ProgressFacts): Stage =>
  FINAL[facts.status] ?? STAGES[toWaitingCause(facts).cause];

export const isFinal = (stage: Stage): boolean =>
  stage === 'succeeded' || stage === 'declined' || stage === 'failed';

/** The four steps on the page. */
const STEPS = ['accepted', 'queued', 'charging', 'done'] as const;
export type ProgressStep = (typeof STEPS)[number];
export type StepState = 'done' | 'now' | 'later';

const REACHED: Record<Stage, ProgressStep> = {
  queued: 'queued',
  leaderless: 'queued',
  unwritable: 'queued',
  charging: 'charging',
  retrying: 'charging',
  refused: 'charging',
  succeeded: 'done',
  declined: 'done',
  failed: 'done',
};

/** Every step with its state. A final payment has completed all of them. */
export function toSteps(stage: Stage): { step: ProgressStep; state: StepState }[] {
  const reached = STEPS.indexOf(REACHED[stage]);
  return STEPS.map((step, index) => {
    if (index < reached || isFinal(stage)) return { step, state: 'done' };
    return { step, state: index === reached ? 'now' : 'later' };
  });
}
