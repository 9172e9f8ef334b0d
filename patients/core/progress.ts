/**
 * The progress of a payment for the staff's pages, derived from its row and the leadership. The row
 * decides; the leadership only explains a longer wait. Never calls a monitor.
 */
import type { PaymentStatus } from '../../shared/contracts/payment.js';

/**
 * queued: earlier payments come first. charging: the leader charges it. retrying: the gateway did
 * not answer. leaderless: no leader.
 */
export type Stage =
  'queued' | 'charging' | 'retrying' | 'leaderless' | 'succeeded' | 'declined' | 'failed';

export interface ProgressFacts {
  status: PaymentStatus;
  /** Whether an attempt at the gateway has failed; an attempt that could not be sent counts too. */
  hasFailed: boolean;
  nextAttemptAt: Date | null;
  /** Pending payments accepted before this one; counted up to a bound. */
  ahead: number;
  /** Null: no leader was elected yet. */
  leader: string | null;
  /** Whether a monitor has a fresh vote against the leader. */
  leaderSuspected: boolean;
}

const FINAL: Partial<Record<PaymentStatus, Stage>> = {
  SUCCEEDED: 'succeeded',
  DECLINED: 'declined',
  FAILED: 'failed',
};

export function toStage({
  status,
  hasFailed,
  nextAttemptAt,
  ahead,
  leader,
  leaderSuspected,
}: ProgressFacts): Stage {
  const final = FINAL[status];
  if (final) return final;
  if (leader === null || leaderSuspected) return 'leaderless';
  if (hasFailed && nextAttemptAt !== null) return 'retrying';
  return ahead > 0 ? 'queued' : 'charging';
}

export const isFinal = (stage: Stage): boolean =>
  stage === 'succeeded' || stage === 'declined' || stage === 'failed';

/** The four steps on the page. */
const STEPS = ['accepted', 'queued', 'charging', 'done'] as const;
export type ProgressStep = (typeof STEPS)[number];
export type StepState = 'done' | 'now' | 'later';

const REACHED: Record<Stage, ProgressStep> = {
  queued: 'queued',
  leaderless: 'queued',
  charging: 'charging',
  retrying: 'charging',
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
