/**
 * How far a payment is, told from its row and from who leads, for people who wait. The row decides; who leads only explains why it takes
 * longer. Nothing here asks a monitor.
 */
import type { PaymentStatus } from '../../shared/contracts/payment.js';

/** queued: others come first. charging: with the leader. retrying: the gateway did not answer. leaderless: nobody can take it just now. */
export type Stage = 'queued' | 'charging' | 'retrying' | 'leaderless' | 'succeeded' | 'declined' | 'failed';

export interface ProgressFacts {
  status: PaymentStatus;
  /** Whether a try at the gateway has failed; one that could not even be sent counts too. */
  hasFailed: boolean;
  nextAttemptAt: Date | null;
  /** Pending payments accepted before this one; counted up to a bound. */
  ahead: number;
  /** Null: nobody was ever elected. */
  leader: string | null;
  /** A monitor's fresh vote says that the leader must go. */
  leaderSuspected: boolean;
}

const FINAL: Partial<Record<PaymentStatus, Stage>> = { SUCCEEDED: 'succeeded', DECLINED: 'declined', FAILED: 'failed' };

export function stageOf({ status, hasFailed, nextAttemptAt, ahead, leader, leaderSuspected }: ProgressFacts): Stage {
  const final = FINAL[status];
  if (final) return final;
  if (leader === null || leaderSuspected) return 'leaderless';
  if (hasFailed && nextAttemptAt !== null) return 'retrying';
  return ahead > 0 ? 'queued' : 'charging';
}

export const isFinal = (stage: Stage): boolean => stage === 'succeeded' || stage === 'declined' || stage === 'failed';

/** The four steps that are shown. */
export const STEPS = ['accepted', 'queued', 'charging', 'done'] as const;
export type Step = (typeof STEPS)[number];
export type StepState = 'done' | 'now' | 'later';

const REACHED: Record<Stage, Step> = {
  queued: 'queued', leaderless: 'queued', charging: 'charging', retrying: 'charging', succeeded: 'done', declined: 'done', failed: 'done',
};

/** Every step, with how it stands. A final payment has done them all. */
export function stepsOf(stage: Stage): { step: Step; state: StepState }[] {
  const reached = STEPS.indexOf(REACHED[stage]);
  return STEPS.map((step, index) => {
    if (index < reached || isFinal(stage)) return { step, state: 'done' };
    return { step, state: index === reached ? 'now' : 'later' };
  });
}
